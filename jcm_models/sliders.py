"""Sliders: which inputs get one, around which value, in which steps."""

from __future__ import annotations

import math

import ipywidgets as widgets

from jcm_models.components import Input
from jcm_models.pieces import render
from jcm_models.wording import Words

__all__ = ["can_move", "has_moved", "named", "slider_for"]

_STEPS_OF_A_SLIDER = 100
_IDLE = {"capacity"}  # it only serves a check
# Of what is given by name or category, shares must add up and do not move one by one; these may.
_EACH_BY_ITSELF = "allocation.contributions."


def can_move(given: Input, moved: tuple[str, ...]) -> bool:
    """Tell whether an input gets a slider: one number that the scenario itself gives, not 0.

    Parameters
    ----------
    given : Input
        The input.
    moved : tuple of str
        How the keys begin that may move.
    """
    alone = not given.category or given.path.startswith(_EACH_BY_ITSELF)
    own = not given.is_default and alone
    idle = given.path.rpartition(".")[2] in _IDLE
    return own and not idle and given.path.startswith(moved) and bool(given.value.constant)


def named(label: str, allowed: str, control: widgets.Widget) -> widgets.VBox:
    """Put a name above a control; the page makes it the control's accessible name."""
    name = widgets.HTML(render("label.html", Words(), label=label, allowed=allowed))
    box = widgets.VBox([name, control])
    box.add_class("jcm-input")
    return box


def slider_for(given: Input) -> widgets.FloatSlider:
    """Return a slider around a value, the value itself on one of its steps."""
    value = given.value.constant or 0.0
    least = 0.0 if given.variable.least is None else given.variable.least
    most = math.inf if given.variable.most is None else given.variable.most
    low, high = max(0.5 * value, least), min(1.5 * value, most)
    step = _nice((high - low) / _STEPS_OF_A_SLIDER)
    digits = max(
        -math.floor(math.log10(step)), len(f"{value:.4f}".rstrip("0").partition(".")[2]), 0
    )
    share = given.variable.shown_unit == "1"
    return widgets.FloatSlider(
        value=value,
        min=value - math.floor((value - low) / step + 1e-9) * step,
        max=value + math.floor((high - value) / step + 1e-9) * step,
        step=step,
        readout_format=f".{max(digits - 2, 0)}%" if share else f",.{digits}f",
        layout=widgets.Layout(width="auto"),
    )


def has_moved(slider: widgets.FloatSlider, given: Input) -> bool:
    """Tell a slider that was moved from one whose value the browser gave back a hair off."""
    moved = abs(float(slider.value) - (given.value.constant or 0.0))
    return moved > 0.01 * float(slider.step)


def _nice(step: float) -> float:
    """Return the step 1, 2 or 5 times a power of ten next below, so that read-outs are round."""
    power = 10.0 ** math.floor(math.log10(step))
    return max(m * power for m in (1, 2, 5) if m * power <= step * (1 + 1e-9))
