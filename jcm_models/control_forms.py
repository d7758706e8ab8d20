"""Controls as the elements of a form, for the pages of apps."""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence

from markupsafe import Markup

from jcm_models.controls import Control
from jcm_models.pieces import render
from jcm_models.wording import Words

__all__ = ["controls_html"]

_KEPT = 1024  # so many controls; a page has a dozen, of which one moves at a time


def controls_html(
    controls: Sequence[Control],
    words: Words,
    *,
    group: str,
    heading: str,
    headed: bool,
    folded: bool,
    wrong: Collection[str],
    messages: Sequence[str],
) -> str:
    """Return a group of controls as HTML.

    Parameters
    ----------
    controls : sequence of Control
        The controls as they stand.
    words : Words
        The language of the page.
    group, heading : str
        The name of the group, and what people call it.
    headed, folded : bool
        Whether its heading is seen, and whether its sliders are folded away at first.
    wrong : collection of str
        The keys that are set to what cannot be.
    messages : sequence of str
        What is wrong, in words.
    """
    made = [
        (
            type(control).__name__,
            _form(control, words.language, f"jcm-{group}-{place}", group, control.key in wrong),
        )
        for place, control in enumerate(controls, start=1)
    ]
    return render(
        "controls.html",
        words,
        group=group,
        heading=heading,
        headed=headed,
        folded=folded,
        controls=made,
        messages=messages,
    )


@functools.lru_cache(_KEPT)
def _form(control: Control, language: str, own_id: str, group: str, wrong: bool) -> Markup:
    """Return a control as HTML; most stand where they stood, and a visitor waits for them."""
    return Markup(
        render("control.html", Words(language), c=control, id=own_id, group=group, wrong=wrong)
    )
