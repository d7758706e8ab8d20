"""Years, parts of years, and pathways over years.

Flows are totals of the calendar year; stocks stand at the end of the year (convention T2).
A vintage is the calendar year in which a reduction happened (convention T3).
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["calendar_years", "earliest", "interpolate", "last_day", "last_days", "share_of_years"]
__all__ += ["years_assessed"]

_DAYS = 365.2425  # of a year
_COUNTED_FROM = datetime.date(1970, 1, 1)  # by numpy

INTERPOLATIONS = ("linear", "step", "none")


def calendar_years(first: int, last: int) -> NDArray[np.int64]:
    """Return the years from `first` to `last`, both included."""
    return np.arange(first, last + 1, dtype=np.int64)


def share_of_years(
    years: NDArray[np.int64],
    start: datetime.date | None,
    end: datetime.date | NDArray[np.int64] | None,
) -> NDArray[np.float64]:
    """Return the share of each calendar year that lies between two days.

    Parameters
    ----------
    years : array of int, shape (year,)
        Calendar years.
    start, end : datetime.date or None
        First and last day, both included; None leaves that side open. The last may be that of
        each sample, counted as `last_days` does, shape (sample,).

    Returns
    -------
    array of float, shape (year,) or (sample, year)
        Days inside divided by days of the year [1].

    Examples
    --------
    >>> import datetime, numpy as np
    >>> share_of_years(np.array([2023, 2024]), datetime.date(2023, 7, 2), None).round(4)
    array([0.5014, 1.    ])
    """
    first, after = _first_days(years), _first_days(years + 1)
    opened = first if start is None else np.maximum(first, start.toordinal())
    if isinstance(end, np.ndarray):
        closed = np.minimum(after, end[:, np.newaxis] + 1)
    else:
        closed = after if end is None else np.minimum(after, end.toordinal() + 1)
    return np.asarray(np.maximum(closed - opened, 0.0) / (after - first))


def _first_days(years: NDArray[np.int64]) -> NDArray[np.float64]:
    """Count the first day of each year as `datetime.date.toordinal` does."""
    days = (years - _COUNTED_FROM.year).astype("datetime64[Y]").astype("datetime64[D]")
    return days.astype(np.int64).astype(np.float64) + _COUNTED_FROM.toordinal()


def last_day(start: datetime.date, years: float) -> datetime.date:
    """Return the last day of a span of years.

    Parameters
    ----------
    start : datetime.date
        Its first day.
    years : float
        Its length [yr]; what is no whole year counts in days.

    Returns
    -------
    datetime.date
        The day before the anniversary.

    Examples
    --------
    >>> last_day(datetime.date(2018, 4, 30), 9)
    datetime.date(2027, 4, 29)
    """
    whole = int(years)
    month, day = (3, 1) if (start.month, start.day) == (2, 29) else (start.month, start.day)
    anniversary = datetime.date(start.year + whole, month, day)
    return anniversary + datetime.timedelta(days=round((years - whole) * _DAYS) - 1)


def earliest(
    days: Sequence[datetime.date | NDArray[np.int64] | None],
) -> datetime.date | NDArray[np.int64] | None:
    """Return the earliest of some days, in each sample where one of them differs by sample.

    Parameters
    ----------
    days : sequence of datetime.date, array of int of shape (sample,), or None
        None is no limit; arrays are counted as `last_days` does.
    """
    dates = [day for day in days if isinstance(day, datetime.date)]
    by_sample = [day for day in days if isinstance(day, np.ndarray)]
    first = min(dates, default=None)
    if not by_sample:
        return first
    limits = by_sample if first is None else [*by_sample, np.array(first.toordinal())]
    return functools.reduce(np.minimum, limits)


def last_days(start: datetime.date, years: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the last day of spans of years, one for each sample.

    Parameters
    ----------
    start : datetime.date
        Their first day.
    years : array, shape (sample,)
        Their lengths [yr].

    Returns
    -------
    array of int, shape (sample,)
        As `last_day`, counted as `datetime.date.toordinal` does.
    """
    whole = years.astype(int)
    anniversary = [last_day(start, n).toordinal() + 1 for n in range(int(whole.max()) + 1)]
    days = np.round((years - whole) * _DAYS) - 1
    return np.asarray(np.array(anniversary)[whole] + days.astype(np.int64))


def years_assessed(years: NDArray[np.int64], renewals: tuple[int, ...]) -> NDArray[np.int64]:
    """Return for each year the year in which its reference was assessed.

    Parameters
    ----------
    years : array of int, shape (year,)
        Calendar years.
    renewals : tuple of int
        Years in which the crediting period is renewed and the reference assessed anew; before
        the first of them the assessment is that of the first year.

    Returns
    -------
    array of int, shape (year,)
        Calendar years.

    Examples
    --------
    >>> import numpy as np
    >>> years_assessed(np.array([2020, 2021, 2022, 2023]), (2022,))
    array([2020, 2020, 2022, 2022])
    """
    known = np.array(sorted({int(years[0]), *renewals}))
    known = known[known >= years[0]]
    return np.asarray(known[np.searchsorted(known, years, side="right") - 1])


def interpolate(
    years: NDArray[np.int64],
    known_years: Sequence[int],
    known_values: Sequence[float],
    how: str = "linear",
    *,
    hold: bool = False,
) -> NDArray[np.float64]:
    """Read a pathway at every year.

    Parameters
    ----------
    years : array of int, shape (year,)
        The years wanted.
    known_years, known_values : sequence
        The pathway, by rising year.
    how : {"linear", "step", "none"}
        Between two known years: a straight line; the value of the earlier year; or nothing,
        so that every year must be known.
    hold : bool
        Whether the first and last values hold before and after the pathway.

    Returns
    -------
    array of float, shape (year,)
        The values, in the unit of `known_values`.

    Raises
    ------
    ValueError
        If a year lies outside the pathway, or between its years when `how` is "none".
    """
    known = np.asarray(known_years)
    missing = sorted(set(years.tolist()) - set(known.tolist())) if how == "none" else []
    if not hold and not missing:
        missing = [y for y in years.tolist() if not known[0] <= y <= known[-1]]
    if missing:
        message = (
            f"the pathway covers {known[0]} to {known[-1]} and says nothing of "
            f"{_years_in_words(missing)}; add these years"
            + ("" if how == "none" else ", or write beyond: hold")
        )
        raise ValueError(message)
    values = np.asarray(known_values, dtype=float)
    if how == "step":
        index = np.clip(np.searchsorted(known, years, side="right") - 1, 0, len(known) - 1)
        return np.asarray(values[index])
    return np.asarray(np.interp(years, known, values))


def _years_in_words(years: Sequence[int]) -> str:
    whole = len(years) > 1 and years[-1] - years[0] == len(years) - 1
    if whole:
        return f"{years[0]} to {years[-1]}"
    shown = ", ".join(map(str, years[:5]))
    return shown + (f" and {len(years) - 5} more" if len(years) > 5 else "")
