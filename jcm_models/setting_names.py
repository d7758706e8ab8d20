"""What people call the choices of a scenario that are none of its numbers, and what they say."""

from __future__ import annotations

import contextlib
import datetime
import functools
import re
from collections.abc import Mapping
from typing import Any

from jcm_models.method_catalogue import find_method
from jcm_models.rulebook import partner
from jcm_models.variables import PARTIES, categories, choice_label, choices
from jcm_models.wording import Words

__all__ = ["setting_name", "setting_text"]

_NAMES = "setting."
_METHOD = "method"
_COUNTRY = "host"
_ANY = "*"  # in the keys of the words: the place in a list, or a name that a scenario gives
_KIND_OF_CONTRIBUTION = "allocation.contributions.*.kind"


def setting_name(row: Mapping[str, Any], words: Words) -> str:
    """Return what people call a setting; its key in words where nobody has named it.

    Parameters
    ----------
    row : mapping
        What `settings_of` yields.
    words : Words
        The words of a language.
    """
    path, last = str(row["path"]), str(row["path"]).rpartition(".")[2]
    known = {**words.starting("choice."), **words.starting(_NAMES)}
    if last == _METHOD:
        return known[_METHOD]
    with contextlib.suppress(KeyError):
        label = choice_label(last)
        return words.choose(label.en, label.ja)
    if path in known:
        return known[path]
    key, own = _starred(path, words)
    if key is not None:
        return known[key].format(of=own)
    written = str(row["label"])
    return written[:1].upper() + written[1:]


def _starred(path: str, words: Words) -> tuple[str | None, str]:
    """Return the key of the words for a path of its kind, and what tells it from the others."""
    for key in words.starting(_NAMES):
        if _ANY in key and (found := _pattern(key).fullmatch(path)):
            return key, _counted(found[1])
    return None, ""


@functools.cache
def _pattern(key: str) -> re.Pattern[str]:
    return re.compile(re.escape(key).replace(re.escape(_ANY), r"([^.]+)"))


def _counted(name: str) -> str:
    return str(int(name) + 1) if name.isdecimal() else name.replace("_", " ")


def setting_text(row: Mapping[str, Any], words: Words) -> str:
    """Return what a setting says, in words where there are any; else as it is written.

    Parameters
    ----------
    row : mapping
        What `settings_of` yields.
    words : Words
        The words of a language.
    """
    path, value = str(row["path"]), str(row["value"])
    said = words.starting(f"choice.{path}.").get(value)
    if said is not None:
        return said
    with contextlib.suppress(KeyError):
        option = choices(path.rpartition(".")[2])[value]
        return words.choose(option.en, option.ja)
    named = _named_text(path, value, words)
    if named is not None:
        return named
    with contextlib.suppress(ValueError):
        return words.date(datetime.date.fromisoformat(value))
    key = _starred(path, words)[0] or path
    return words.starting(f"{_NAMES}{key}.").get(value, str(row["written"]))


def _named_text(path: str, value: str, words: Words) -> str | None:
    """Return what people call a country, a party, a method or a kind of contribution."""
    if path == _COUNTRY:
        country = partner(value)
        return words.choose(country.name, country.name_ja)
    if value in PARTIES:
        return words.party(value)
    if path.rpartition(".")[2] == _METHOD:
        method = find_method(value)
        return words.choose(method.title, method.title_ja)
    if _pattern(_KIND_OF_CONTRIBUTION).fullmatch(path):
        kind = categories("contribution")[value]
        return words.choose(kind.en, kind.ja)
    return None
