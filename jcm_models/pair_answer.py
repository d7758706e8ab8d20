"""What differs most between two scenarios, in sentences, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jcm_models.comparison import InputDifference
from jcm_models.comparison_sentences import signed, signed_share
from jcm_models.pair_inputs import input_cells, input_names
from jcm_models.pairs import LETTERS, Pair
from jcm_models.summary import Summary
from jcm_models.wording import Words, inside, number

__all__ = ["reasons", "sentences"]

_NEAR = 0.001
_FEW = 4  # so many inputs stand in a sentence; more are counted


@dataclass(frozen=True)
class _Sentence:
    """A sentence on a figure, and how much the second differs from the first as a share of both."""

    text: str
    weight: float = 0.0


def sentences(pair: Pair, words: Words) -> list[str]:
    """Return what differs: the credits first, then what differs most, then the rest.

    Parameters
    ----------
    pair : Pair
        The two scenarios.
    words : Words
        The words of a language.

    Returns
    -------
    list of str
        The first is what a reader takes along; it holds two sentences where the credits are the
        same and something else differs.
    """
    first, second = pair.totals
    lead = _credits(pair, words)
    rest = [] if _all_credited(pair) else [_reductions(pair, words)]
    if first.issued or second.issued:
        rest.append(_beside("japan", lambda total: total.japan, pair, words, of_credits=True))
    if first.reserve or second.reserve:
        rest.append(_beside("reserve", lambda total: total.reserve, pair, words))
    rest += _unissued(pair, words)
    most = max(rest, key=lambda each: each.weight, default=lead)
    told = [lead.text]
    if not lead.weight and most.weight:
        rest.remove(most)
        told = [words("figure.sentence_gap").join([lead.text, most.text])]
    return [*told, *(each.text for each in rest), *_years(pair, words)]


def _credits(pair: Pair, words: Words) -> _Sentence:
    first, second = pair.totals
    if not first.issued and not second.issued:
        return _Sentence(words("compare.credits_none"))
    return _lead("credits", first.issued, second.issued, words)


def _reductions(pair: Pair, words: Words) -> _Sentence:
    first, second = pair.totals
    return _lead("reductions", first.reductions, second.reductions, words)


def _weight(first: float, second: float) -> float:
    largest = max(abs(first), abs(second))
    return abs(second - first) / largest if largest else 0.0


def _all_credited(pair: Pair) -> bool:
    """Tell whether reductions are as good as credits in both, so that they need no sentence."""
    return all(
        total.issued and abs(total.reductions - total.issued) < _NEAR * total.issued
        for total in pair.totals
    )


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
    first, second = (cell["text"] for cell in input_cells(each, pair, words))
    places = {"name": inside(name), "first": first, "second": second}
    if each.path not in pair.effects:
        return words("compare.input", **places)
    effect, main = signed(round(pair.effects[each.path])), pair.comparison.main(1)
    figure = inside(words(f"runs.figure_{main.name}")) if main else ""
    return words("compare.input_alone", effect=effect, figure=figure, **places)


def _lead(name: str, first: float, second: float, words: Words) -> _Sentence:
    """Say by how much the second has more or less."""
    first, second = round(first), round(second)
    change = second - first
    way = "same" if not change else "more" if change > 0 else "fewer"
    text = words(
        f"compare.{name}_{way}",
        amount=number(abs(change)),
        first=number(first),
        second=number(second),
        share=_share(first, second, words),
    )
    return _Sentence(text, _weight(first, second))


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
) -> _Sentence:
    """Say what both have of something, and the difference."""
    first, second = (round(figure(total)) for total in pair.totals)
    if first == second and not (of_credits and pair.totals[0].issued != pair.totals[1].issued):
        return _Sentence(words(f"compare.{name}_same", first=number(first)))
    shares = [_of_credits(figure(total), total, words) for total in pair.totals]
    text = words(
        f"compare.{name}",
        first=number(first),
        second=number(second),
        first_share=shares[0] if of_credits else "",
        second_share=shares[1] if of_credits else "",
        change=signed(second - first),
        share=_share(first, second, words),
    )
    return _Sentence(text, _weight(first, second))


def _of_credits(amount: float, total: Summary, words: Words) -> str:
    if not total.issued:
        return ""
    return words("compare.of_credits", share=number(amount / total.issued, "1"))


def _unissued(pair: Pair, words: Words) -> Iterator[_Sentence]:
    """Tell what is never issued; nothing where that is nothing in both."""
    unknown = [
        letter for letter, total in zip(LETTERS, pair.totals, strict=True) if total.unissued is None
    ]
    if unknown:
        sides = unknown[0] if len(unknown) == 1 else words("compare.sides_both")
        yield _Sentence(words("compare.unissued_unknown", sides=sides))
    elif any(round(total.unissued or 0.0) for total in pair.totals):
        yield _beside("unissued", lambda total: total.unissued or 0.0, pair, words)


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
