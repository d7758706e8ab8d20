"""What can go wrong in a part, and how an error comes back from the worker that met it."""

from __future__ import annotations

import errno
import pickle
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

__all__ = ["Failure", "PartsError", "attempt", "cannot_write", "outcome"]

T = TypeVar("T")

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class PartsError(RuntimeError):
    """A job in parts cannot go on; says what is kept and how to resume."""

    def _render_traceback_(self) -> list[str]:
        """Show the message in a notebook, not the way through this package (IPython asks)."""
        return [str(self)]


@dataclass(frozen=True)
class Failure:
    """An exception on its way back from a worker."""

    pickled: bytes


@dataclass(frozen=True)
class _Pieces:
    """What an exception is made of.

    Unpickling an exception calls its class with `args`, which is wrong for each class that makes
    its message itself, as ScenarioError does.
    """

    error: Exception

    def __reduce__(self) -> tuple[Any, ...]:
        return _from_pieces, (type(self.error), self.error.args, vars(self.error))


def _from_pieces(kind: type[Exception], args: tuple[Any, ...], state: dict[str, Any]) -> Exception:
    error = kind.__new__(kind, *args)
    vars(error).update(state)
    return error


def attempt(action: Callable[[], T]) -> T | Failure:
    """Return what an action returns, or its exception in a form that can be sent.

    Parameters
    ----------
    action : callable
        What a worker does.

    Returns
    -------
    any or Failure
        `outcome` turns it back; the traceback of the worker comes along as a note.
    """
    try:
        return action()
    except Exception as error:
        text = traceback.format_exc()
        error.add_note(f"In a worker:\n{text}")
        for form in (error, _Pieces(error), PartsError(text)):
            try:
                pickled = pickle.dumps(form)
                pickle.loads(pickled)
            except Exception:  # any class may refuse, in any way
                continue
            return Failure(pickled)
        raise


def outcome(result: T | Failure) -> T:
    """Return what `attempt` returned, or raise the exception that it met."""
    if isinstance(result, Failure):
        raise pickle.loads(result.pickled)
    return result


def cannot_write(what: object, error: OSError) -> PartsError:
    """Say why something could not be written, and what helps.

    Parameters
    ----------
    what : any
        What was to be written.
    error : OSError
        Why it could not be.

    Returns
    -------
    PartsError
        To be raised from the other.
    """
    # HDF5 tells the reason in its text only.
    no_room = error.errno in _NO_ROOM or "No space left" in str(error)
    way_out = "Free some room, or use a folder on another disk." if no_room else ""
    reason = "there is no room left for it" if no_room else error.strerror or str(error)
    return PartsError(f"{what} cannot be written: {reason}. {way_out}".rstrip())
