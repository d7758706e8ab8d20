"""Words and numbers for people: one catalogue per language, and numbers as people write them."""

from __future__ import annotations

import datetime
import functools
import math
import re
import string

import numpy as np

from jcm_models.problem_words import problem_text
from jcm_models.problems import Problem
from jcm_models.tables import read_table
from jcm_models.variables import Variable, party_label

__all__ = ["LANGUAGES", "Words", "in_every_language", "inside", "number", "rounded", "unit_text"]
__all__ += ["written_text"]

LANGUAGES = ("en", "ja")

_DIGITS_OF_A_FACTOR = 5
_WHOLE_FROM = 1000
_WHOLE_PER_CENT = 100


class Words:
    """The catalogue of one language; call it with a key and the values of its places.

    Parameters
    ----------
    language : str
        One of `LANGUAGES`.

    Raises
    ------
    ValueError
        If there is no catalogue for `language`.
    """

    def __init__(self, language: str = "en") -> None:
        if language not in LANGUAGES:
            message = f"no words in {language!r}; there is {', '.join(LANGUAGES)}"
            raise ValueError(message)
        self.language = language
        self._texts = _catalogue(language)

    def __call__(self, key: str, **places: object) -> str:
        """Return the text of `key` with its places filled in."""
        return self._texts[key].format(**places)

    def starting(self, prefix: str) -> dict[str, str]:
        """Return the texts whose keys start with `prefix`, by the rest of the key."""
        found = self._texts.items()
        return {key.removeprefix(prefix): text for key, text in found if key.startswith(prefix)}

    def choose(self, english: str, japanese: str) -> str:
        """Return the one of two texts that is in this language."""
        return japanese if self.language == "ja" else english

    def label(self, variable: Variable) -> str:
        """Return what people call the variable."""
        return self.choose(variable.label, variable.label_ja)

    def party(self, party: str) -> str:
        """Return what people call the party."""
        return party_label(party, self.language)

    def unit(self, unit: str) -> str:
        """Write a unit as people do: tCO₂e/yr; nothing for a share."""
        return self("text.a_year") if unit == "1/yr" else unit_text(unit)

    def date(self, day: datetime.date) -> str:
        """Write a date as people do."""
        return self("text.date", year=day.year, month=day.month, day=day.day)

    def written(self, text: str) -> str:
        """Write a number and what it was made of, which stands in English beside it."""
        if self.language == "en":
            return written_text(text)
        for key, pattern in _written_in_english().items():
            text = pattern.sub(functools.partial(_said_as, self._texts[key]), text)
        return written_text(text)

    def summary(self, method: str, english: str) -> str:
        """Return what a method computes, in English where this language does not say it."""
        return english if self.language == "en" else _summaries(self.language).get(method, english)

    def problem(self, problem: Problem) -> str:
        """Return what is wrong, in English where this language does not say it."""
        return problem_text(problem.message, self.language)

    def is_foreign(self, text: str) -> bool:
        """Tell whether a text that others wrote is in another language than this one."""
        return bool(text) and self.language != ("ja" if _JAPANESE.search(text) else "en")


def in_every_language(key: str) -> dict[str, str]:
    """Return the text of `key` by language, for what is read in either."""
    return {language: Words(language)(key) for language in LANGUAGES}


@functools.cache
def _catalogue(language: str) -> dict[str, str]:
    nested = read_table(f"words/{language}.yaml")
    return {
        f"{group}.{key}": text for group, texts in nested.items() for key, text in texts.items()
    }


@functools.cache
def _summaries(language: str) -> dict[str, str]:
    return read_table(f"words/methods_{language}.yaml")


_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_PLACE = r"[+\N{MINUS SIGN}-]?[\d,.]*\d(?:[\s\N{NO-BREAK SPACE}]%)?"  # of a number in a text
_PLACES = {"unit": r"\S+", "listed": r"(?:[^()]|\([^()]*\))*"}


@functools.cache
def _written_in_english() -> dict[str, re.Pattern[str]]:
    """Return how each phrase on a number reads in English, by its key."""
    found = {}
    for key, text in _catalogue("en").items():
        if key.startswith("written."):
            parts = string.Formatter().parse(text)
            pattern = "".join(re.escape(plain) + _place(name) for plain, name, *_ in parts)
            whole = r"(?<!\w)" if text[0].isalpha() else ""  # normal, and not the end of lognormal
            found[key] = re.compile(whole + pattern)
    return found


def _said_as(text: str, found: re.Match[str]) -> str:
    return text.format(**found.groupdict())


def _place(name: str | None) -> str:
    return f"(?P<{name}>{_PLACES.get(name, _PLACE)})" if name else ""


def number(value: float, unit: str = "tCO2e") -> str:
    """Write a number as people do: whole tonnes, per cent, factors with five digits.

    Examples
    --------
    >>> number(15034.34), number(0.319, "tCO2e/MWh"), number(1.0601, "tCO2e/MWh")
    ('15,034', '0.319', '1.0601')
    """
    if not math.isfinite(value):
        return "–"
    if unit == "1":
        percent = 100 * value
        text = f"{percent:,.0f}" if abs(percent) >= _WHOLE_PER_CENT else _short(percent, 3)
        if text == "100" and percent < _WHOLE_PER_CENT:  # 99.99 % is not all
            text = _short(percent, _DIGITS_OF_A_FACTOR)
        text += "\N{NO-BREAK SPACE}%"
    elif float(value).is_integer() or abs(value) >= _WHOLE_FROM:
        text = f"{value:,.0f}"
    else:
        text = _short(value, _DIGITS_OF_A_FACTOR)
    return text.replace("-", "\N{MINUS SIGN}")


def _short(value: float, digits: int) -> str:
    """Write so many significant digits, never an exponent, no zeros at the end."""
    return np.format_float_positional(value, precision=digits, fractional=False, trim="-")


def inside(name: str) -> str:
    """Write a name as it stands inside a sentence.

    Examples
    --------
    >>> inside("Credits issued"), inside("CO2 leaked"), inside("Japanese side")
    ('credits issued', 'CO2 leaked', 'Japanese side')
    """
    common = name[1:2].islower() and not name.startswith(_PROPER)
    return name[0].lower() + name[1:] if common else name


_PROPER = ("Japan", "Sobol", "Monte Carlo")


def rounded(value: float, digits: int) -> float:
    """Return a number with so many significant digits.

    Examples
    --------
    >>> rounded(46.962, 2), rounded(0.32471, 4)
    (47.0, 0.3247)
    """
    return float(f"{value:.{digits}g}") if math.isfinite(value) else value


def written_text(written: str) -> str:
    """Write a number and its unit as people do: 8 tCO₂e/yr."""
    return written.replace("CO2", "CO\N{SUBSCRIPT TWO}").replace(" 1/yr", " a year")


def unit_text(unit: str) -> str:
    """Write a unit as people do: tCO₂e/yr; nothing for a share."""
    if unit == "1/yr":
        return "a year"
    return "" if unit == "1" else unit.replace("CO2", "CO\N{SUBSCRIPT TWO}")
