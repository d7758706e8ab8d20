"""What a problem says, in another language than the English that code speaks.

The catalogue of a language, ``words/problems_ja.yaml``, holds the sentences of code with the places
that are filled in. A message is taken apart by them, and put together in the other language.
"""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jcm_models.tables import read_table

__all__ = ["problem_text"]

# Nobody reads more, and a pattern with several places needs the square of it.
_LONGEST = 5000
_DEEPEST = 20  # of what stands before colons
# Between two clauses of a message.
_CLAUSES = "; "
_MOST_CLAUSES = 6  # of a sentence of the catalogue, whose source may have some
# What a person wrote stands in quotes, which are no part of a sentence; it may have been cut off.
_QUOTED = re.compile(r"""(?<!\w)(?:'[^']*(?:'|…)|"[^"]*(?:"|…))""")
_FIRST_STAND_IN = 0xE000  # of the characters that nobody uses
_STAND_IN = re.compile("[\ue000-\uf8ff]")
_WITHIN_A_CLAUSE = "(?:(?!; ).)+?"
_NUMBER = r"[-+\N{MINUS SIGN}]?(?:\d[\d,.]*(?:e[-+]?\d+)?|inf|nan)(?: ?%)?"
_OR = " or "
_BETWEEN = re.compile(",? and |, | or ")
# What a place of each kind may hold; any other holds part of a clause.
_HOLDS = {
    "hint": r"(?:, did you mean [^;?]+\?)?",
    "number": _NUMBER,
    "source": "(?:(?!; or choose ).)+",  # what follows is another default
    "all": ".+",
    "word": r"\S+",
    "options": "[^:;]+: [^:;]+?(?:, [^:;]+: [^:;]+?)*",
}
_TABLES = {"variables.yaml": ("label", "label_ja"), "rules/partners.yaml": ("name", "name_ja")}


def problem_text(message: str, language: str) -> str:
    """Return what a problem says in a language.

    Parameters
    ----------
    message : str
        The message of a `Problem`, or one made of several.
    language : str
        Such as ``ja``.

    Returns
    -------
    str
        In English, as it is, where the catalogue lacks a sentence of it or it is endless. Keys,
        numbers and what a person wrote stay as they are; no full stop stands at the end.
    """
    if language == "en" or len(message) > _LONGEST:
        return message
    quoted: list[str] = []

    def hide(found: re.Match[str]) -> str:
        quoted.append(found.group())
        return chr(_FIRST_STAND_IN + len(quoted) - 1)

    plain = _QUOTED.sub(hide, _STAND_IN.sub("\N{REPLACEMENT CHARACTER}", message))
    said = _said(plain, language) if plain.count(": ") <= _DEEPEST else None
    if said is None:
        return message
    return _STAND_IN.sub(lambda found: _in_corners(quoted[ord(found.group()) - 0xE000]), said)


def _in_corners(quoted: str) -> str:
    """Write what stood in quotes as Japanese does."""
    return f"「{quoted[1:-1]}{'' if quoted[-1] == quoted[0] else quoted[-1]}」"


@dataclass(frozen=True)
class _Sentence:
    """One sentence of the catalogue: how its English is known, and how its places are filled."""

    literals: tuple[str, ...]
    pattern: re.Pattern[str]
    kinds: tuple[tuple[str, str], ...]
    text: str

    def said(self, message: str, language: str) -> str | None:
        """Return the message in the other language; None where it is another sentence."""
        start = 0
        for literal in self.literals:  # far quicker than the pattern
            start = message.find(literal, start) + len(literal)
            if start < len(literal):
                return None
        found = self.pattern.fullmatch(message)
        if found is None:
            return None
        filled = {}
        for name, kind in self.kinds:
            said = _FILLED.get(kind, _plain)(found[name], language)
            if said is None:
                return None
            filled[name] = said
        return self.text.format(**filled)


def _plain(text: str, language: str) -> str:
    """Return a number, a key or a word: translated if it is one of the catalogue's."""
    return _words(language).get(text, text)


def _listed(text: str, language: str) -> str:
    """Return names with what stands between them in the other language."""
    words = _words(language)
    if text in words:
        return words[text]
    return _BETWEEN.sub(lambda found: words[_OR if found.group() == _OR else ", "], text)


def _lines(text: str, language: str) -> str:
    """Return lines of a file, each with what was found there."""
    parts = _listed(text, language).split(_words(language)[", "])
    return _words(language)[", "].join(_said(part, language) or part for part in parts)


def _hint(text: str, language: str) -> str | None:
    return _said(text, language) if text else ""


def _as_it_is(text: str, _: str) -> str:
    return text


@functools.lru_cache(maxsize=2048)
def _said(message: str, language: str) -> str | None:
    """Return a message in the language, put together of as few sentences as there are in it."""
    clauses = message.split(_CLAUSES)
    return _together(clauses, language, 0) or _together(clauses, language, 1)


def _together(clauses: list[str], language: str, leading: int) -> str | None:
    rests: list[str | None] = [*[None] * len(clauses), ""]  # what follows from each clause on
    for start in reversed(range(len(clauses))):
        for end in range(min(start + _MOST_CLAUSES, len(clauses)), start, -1):
            rest, text = rests[end], _CLAUSES.join(clauses[start:end])
            said = None if rest is None else _as_one(text, language, leading)
            if rest is not None and said is not None:
                rests[start] = said + (_words(language)[_CLAUSES] + rest if rest else "")
                break
    return rests[0]


@functools.lru_cache(maxsize=8192)
def _as_one(message: str, language: str, leading: int) -> str | None:
    """Return what is a word, a label or one sentence in the language, perhaps before another."""
    words = _words(language).get(message) or _labels().get(message.lower())
    if words:
        return words
    for sentences in _sentences(language)[: 1 + leading]:
        said = (sentence.said(message, language) for sentence in sentences)
        found = next((text for text in said if text is not None), None)
        if found is not None:
            return found
    return None


_FILLED: dict[str, Callable[[str, str], str | None]] = {
    "hint": _hint,
    "list": _listed,
    "lines": _lines,
    "source": _as_it_is,
    "said": _said,
    "all": _said,
}


@functools.cache
def _catalogue(language: str) -> dict[str, str]:
    groups: dict[str, dict[str, str]] = read_table(f"words/problems_{language}.yaml")
    return {english: text for texts in groups.values() for english, text in texts.items()}


@functools.cache
def _words(language: str) -> dict[str, str]:
    """Return what has no places in the catalogue, by its English."""
    texts = _catalogue(language).items()
    return {english: text for english, text in texts if "{" not in english}


@functools.cache
def _sentences(language: str) -> tuple[tuple[_Sentence, ...], tuple[_Sentence, ...]]:
    """Return the sentences with places, and those that stand before other ones.

    Those with most words of their own come first.
    """
    texts = _catalogue(language).items()
    found = [_sentence(english, text) for english, text in texts if "{" in english]
    found.sort(key=lambda sentence: -sum(map(len, sentence.literals)))
    leading = [sentence for sentence in found if "all" in dict(sentence.kinds).values()]
    return tuple(each for each in found if each not in leading), tuple(leading)


def _sentence(english: str, text: str) -> _Sentence:
    parts = list(string.Formatter().parse(english))
    kinds = tuple((name, kind or "") for _, name, kind, _ in parts if name)
    pattern = "".join(
        re.escape(plain) + (f"(?P<{name}>{_held(kind)})" if name else "")
        for plain, name, kind, _ in parts
    )
    literals = tuple(plain for plain, *_ in parts if plain)
    return _Sentence(literals, re.compile(pattern, re.DOTALL), kinds, text)


def _held(kind: str | None) -> str:
    return _HOLDS.get(kind or "", _WITHIN_A_CLAUSE)


@functools.cache
def _labels() -> dict[str, str]:
    """Return what the package's tables call things in Japanese, by their English in small."""
    return {
        english.lower(): japanese
        for table, names in _TABLES.items()
        for english, japanese in _pairs(read_table(table), names)
    }


def _pairs(table: object, names: tuple[str, str]) -> Iterator[tuple[str, str]]:
    if isinstance(table, dict):
        if set(names) <= table.keys():
            yield table[names[0]], table[names[1]]
        for inside in table.values():
            yield from _pairs(inside, names)
