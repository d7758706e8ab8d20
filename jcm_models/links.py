"""The link of a page: what its query says, and the query that says what a page shows.

A link is written by anybody, so whatever it says is checked as the input of a visitor, and what is
wrong with it is told on the page.
"""

from __future__ import annotations

import base64
import binascii
import os
import urllib.parse
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jcm_models.lives import in_an_app, served_by_voila
from jcm_models.problems import Problem
from jcm_models.wording import LANGUAGES

__all__ = ["LARGEST_FILE", "UNREADABLE", "Link", "accepted_language", "app_link", "asked"]
__all__ += ["packed", "query_of", "unpacked"]

_LONGEST = 16_000
_MOST_CHANGES = 100
_LONGEST_CHANGE = 500
LARGEST_FILE = 200_000
_LONGEST_FILE_IN_A_LINK = 6_000
UNREADABLE = "the scenario in the link cannot be read"


@dataclass(frozen=True)
class Link:
    """What a link asks for.

    Attributes
    ----------
    scenario : str
        The name of a scenario; empty for the page's own.
    language : str
        A language there is; empty where the link names none.
    changes : tuple of str
        Changes, each as ``key=value``.
    file : str
        The text of a scenario that somebody brought along.
    more : mapping of str to tuple of str
        What else it says, for the page to read.
    problems : tuple of Problem
        What is wrong with it.
    """

    scenario: str = ""
    language: str = ""
    changes: tuple[str, ...] = ()
    file: str = ""
    more: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def one(self, key: str) -> str:
        """Return the first of what else it says by a key; nothing where it says nothing."""
        return next(iter(self.more.get(key, ())), "")


def asked() -> Link:
    """Return what the link of this app asks for; nothing where no app is served."""
    if not served_by_voila():
        return Link()
    link = read_link(os.environ.get("QUERY_STRING", ""))
    if not in_an_app() or link.language:
        return link
    return Link(
        **{**vars(link), "language": accepted_language(os.environ.get("HTTP_ACCEPT_LANGUAGE", ""))}
    )


def read_link(query: str) -> Link:
    """Return what a query says; what is no query of ours is a problem.

    Parameters
    ----------
    query : str
        What stands after the question mark.
    """
    if len(query) > _LONGEST:
        return Link(problems=(Problem("", f"the link is longer than {_LONGEST:,} characters"),))
    try:
        found = urllib.parse.parse_qs(query, max_num_fields=2 * _MOST_CHANGES)
    except ValueError:
        return Link(problems=(Problem("", f"the link has more than {_MOST_CHANGES} changes"),))
    problems = []
    language = found.get("lang", [""])[0]
    if language and language not in LANGUAGES:
        text = f"found {language[:_LONGEST_CHANGE]!r}; allowed: {', '.join(LANGUAGES)}"
        problems.append(Problem("lang", text))
        language = ""
    text = ""
    if packed_file := found.get("file", [""])[0]:
        text = unpacked(packed_file)
        if not text:
            problems.append(Problem("", UNREADABLE))
    known = {"lang", "scenario", "set", "file"}
    return Link(
        scenario=found.get("scenario", [""])[0],
        language=language,
        changes=tuple(found.get("set", [])),
        file=text,
        more={key: tuple(values) for key, values in found.items() if key not in known},
        problems=tuple(problems),
    )


def query_of(said: Mapping[str, Sequence[str]], language: str) -> str:
    """Return the query of a link, as short as it can be read."""
    pairs = [(key, value) for key, values in said.items() for value in values]
    return urllib.parse.urlencode([*pairs, ("lang", language)], safe="/:,")


def app_link(name: str, said: Mapping[str, Sequence[str]], language: str) -> str:
    """Return a link to an app of this server.

    Parameters
    ----------
    name : str
        The name of its notebook.
    said : mapping of str to sequence of str
        What the link says.
    language : str
        In which language.
    """
    base = os.environ.get("VOILA_BASE_URL", "/")
    return f"{base}apps/{name}?{query_of(said, language)}"


def packed(text: str) -> str:
    """Return a scenario as a part of a link; empty where it is too long for one."""
    small = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode()
    return small if len(small) <= _LONGEST_FILE_IN_A_LINK else ""


def unpacked(text: str) -> str:
    """Return the scenario that a part of a link holds; empty where it holds none."""
    try:
        small = base64.urlsafe_b64decode(text.encode())
        unzip = zlib.decompressobj()
        found = unzip.decompress(small, LARGEST_FILE)  # however much more there would be
        return "" if unzip.unconsumed_tail else found.decode()
    except (binascii.Error, zlib.error, ValueError):
        return ""


def accepted_language(header: str) -> str:
    """Return the language that a browser asks for first, if it is one of ours."""
    for part in header.split(","):
        language = part.split(";")[0].strip().lower().partition("-")[0]
        if language in LANGUAGES:
            return language
    return ""
