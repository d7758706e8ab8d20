"""What differs most between two scenarios, in sentences, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jcm_models.comparison import InputDifference
from jcm_models.comparison_sentences import signed, signed_share
from jcm_models.pair_inputs import input_cells, input_names
from jcm_models.pairs import LETTERS, Pair
from jcm_models.summary import Summary
from jcm_models.wording import Words, inside, number

__all__ = ["reasons", "sentences"]

_FEW = 4  # so many inputs stand in a sentence; more are counted


def sentences(pair: Pair, words: Words) -> list[str]:
    """Return what differs: the credits first, then reductions, who gets them, what is not issued.

    Parameters
    ----------
    pair : Pair
        The two scenarios.
    words : Words
        The words of a language.
    """
    first, second = pair.totals
    if not first.issued and not second.issued:
        credited = [words("compare.credits_none")]
    else:
        credited = [
            _lead("credits", first.issued, second.issued, words),
            _beside("japan", lambda total: total.japan, pair, words, of_credits=True),
        ]
    reduced = _lead("reductions", first.reductions, second.reductions, words)
    said = [credited[0], reduced, *credited[1:]]
    if first.reserve or second.reserve:
        said.append(_beside("reserve", lambda total: total.reserve, pair, words))
    return [*said, _unissued(pair, words), *_years(pair, words)]


def reasons(pair: Pair, words: Words) -> str:
    """Return which inputs differ; where they are few, what each says and does alone."""
    count = len(pair.inputs)
    if not count:
        return words("compare.inputs_none")
    if count > _FEW:
        return words("compare.inputs_many", count=count)
    names = input_names(pair, words)
    listed = words("compare.input_gap").join(
        _reason(each, names[each.path], pair, words) for each in pair.inputs
    )
    return words(f"compare.inputs_{'one' if count == 1 else 'few'}", count=count, listed=listed)


def _reason(each: InputDifference, name: str, pair: Pair, words: Words) -> str:
    first, second = (cell["text"] for cell in input_cells(each, words))
    places = {"name": inside(name), "first": first, "second": second}
    if each.path not in pair.effects:
        return words("compare.input", **places)
    effect = signed(round(pair.effects[each.path]))
    return words("compare.input_alone", effect=effect, **places)


def _lead(name: str, first: float, second: float, words: Words) -> str:
    """Say by how much the second has more or less."""
    first, second = round(first), round(second)
    change = second - first
    way = "same" if not change else "more" if change > 0 else "fewer"
    return words(
        f"compare.{name}_{way}",
        amount=number(abs(change)),
        first=number(first),
        second=number(second),
        share=_share(first, second, words),
    )


def _share(first: float, second: float, words: Words) -> str:
    """Write a difference as a share of the first, where there is one."""
    if first <= 0 or first == second:
        return ""
    return words("compare.share", share=signed_share((second - first) / first))


def _beside(
    name: str,
    figure: Callable[[Summary], float],
    pair: Pair,
    words: Words,
    *,
    of_credits: bool = False,
) -> str:
    """Say what both have of something, and the difference."""
    first, second = (round(figure(total)) for total in pair.totals)
    if first == second and not (of_credits and pair.totals[0].issued != pair.totals[1].issued):
        return words(f"compare.{name}_same", first=number(first))
    shares = [_of_credits(figure(total), total, words) for total in pair.totals]
    return words(
        f"compare.{name}",
        first=number(first),
        second=number(second),
        first_share=shares[0] if of_credits else "",
        second_share=shares[1] if of_credits else "",
        change=signed(second - first),
        share=_share(first, second, words),
    )


def _of_credits(amount: float, total: Summary, words: Words) -> str:
    if not total.issued:
        return ""
    return words("compare.of_credits", share=number(amount / total.issued, "1"))


def _unissued(pair: Pair, words: Words) -> str:
    unknown = [
        letter for letter, total in zip(LETTERS, pair.totals, strict=True) if total.unissued is None
    ]
    if unknown:
        sides = unknown[0] if len(unknown) == 1 else words("compare.sides_both")
        return words("compare.unissued_unknown", sides=sides)
    return _beside("unissued", lambda total: total.unissued or 0.0, pair, words)


def _years(pair: Pair, words: Words) -> Iterator[str]:
    """Tell scenarios of other years apart: their sums alone would mislead."""
    first, second = pair.totals
    if (first.first, first.last) != (second.first, second.last):
        yield words(
            "compare.years",
            first_start=first.first,
            first_end=first.last,
            second_start=second.first,
            second_end=second.last,
            first=number(round(first.issued / first.years)),
            second=number(round(second.issued / second.years)),
        )
