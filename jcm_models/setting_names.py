"""What people call the choices of a scenario that are none of its numbers, and what they say."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Mapping
from typing import Any

from jcm_models.method_catalogue import find_method
from jcm_models.rulebook import partner
from jcm_models.variables import PARTIES, choice_label, choices
from jcm_models.wording import Words

__all__ = ["setting_name", "setting_text"]

_NAMES = "setting."
_METHOD = "method"
_COUNTRY = "host"


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
    key = str(row["label"])
    return known.get(path, key[:1].upper() + key[1:])


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
    last = path.rpartition(".")[2]
    said = words.starting(f"choice.{path}.").get(value)
    if said is not None:
        return said
    with contextlib.suppress(KeyError):
        option = choices(last)[value]
        return words.choose(option.en, option.ja)
    if path == _COUNTRY:
        country = partner(value)
        return words.choose(country.name, country.name_ja)
    if value in PARTIES:
        return words.party(value)
    if last == _METHOD:
        method = find_method(value)
        return words.choose(method.title, method.title_ja)
    with contextlib.suppress(ValueError):
        return words.date(datetime.date.fromisoformat(value))
    return words.starting(f"{_NAMES}{path}.").get(value, str(row["written"]))
