"""What is kept for those who ask for the same again, and what is computed when it is asked for."""

import pytest

from jcm_models.lately import Lately, LazyMapping


def counted():
    """Return a list of what was computed, and what computes it."""
    done = []

    def compute(name):
        def now():
            done.append(name)
            return name.upper()

        return now

    return done, compute


def test_what_was_asked_for_longest_ago_goes_first():
    done, compute = counted()
    lately = Lately(2)
    for name in "abacba":
        assert lately.get(name, compute(name)) == name.upper()
    assert done == ["a", "b", "c", "b", "a"]  # the second a is known, and c takes the place of b


def test_keys_are_compared_and_need_not_be_hashable():
    done, compute = counted()
    lately = Lately(2)
    lately.get(([1, 2], {"x": 1}), compute("a"))
    assert lately.get(([1, 2], {"x": 1}), compute("b")) == "A"
    assert done == ["a"]


def test_what_fails_is_not_kept():
    _, compute = counted()
    lately = Lately(2)
    with pytest.raises(ZeroDivisionError):
        lately.get("a", lambda: 1 / 0)
    assert lately.get("a", compute("a")) == "A"


def test_a_part_is_computed_once_when_the_first_of_its_names_is_asked_for():
    done = []

    def part(*names):
        return lambda: done.append(names) or dict.fromkeys(names, names)

    parts = {names: part(*names) for names in (("a", "b"), ("c",))}
    found = LazyMapping(parts)
    assert list(found) == ["a", "b", "c"]
    assert len(found) == 3
    assert "c" in found
    assert "d" not in found
    assert not done
    assert found["b"] == found["a"] == ("a", "b")
    assert done == [("a", "b")]
    assert dict(found).keys() == {"a", "b", "c"}
    with pytest.raises(KeyError):
        found["d"]
