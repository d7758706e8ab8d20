"""What counts as a message of a page."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models import live_pages
from jcm_models.serving.protocol import KINDS, TARGET, message_of

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
)
NAMES = st.sampled_from([*KINDS, "execute_request", "shutdown_request", TARGET, "shell", "x"])
NEARLY = st.fixed_dictionaries(
    {
        "header": ANY | st.fixed_dictionaries({"msg_type": NAMES | ANY}),
        "content": ANY | st.fixed_dictionaries({"comm_id": NAMES | ANY, "data": ANY}),
        "channel": st.just("shell") | NAMES | ANY,
    }
)


def written(kind="comm_msg", channel="shell", **content):
    return json.dumps({"header": {"msg_type": kind}, "content": content, "channel": channel})


def test_the_comm_of_the_page_is_that_which_the_kernel_knows():
    assert TARGET == live_pages.TARGET


def test_a_wish_is_handed_on_with_nothing_beside_it():
    text = written(comm_id="a-1", data={"rest": True}, code="x", target_name="y")
    assert message_of(text) == ("comm_msg", {"comm_id": "a-1", "data": {"rest": True}})


def test_the_comm_is_opened_with_nothing_in_it():
    text = written("comm_open", comm_id="a", target_name=TARGET, data={"state": 1})
    assert message_of(text) == ("comm_open", {"comm_id": "a", "target_name": TARGET, "data": {}})


@pytest.mark.parametrize(
    "kind", ["execute_request", "comm_info_request", "", None, 1, ["comm_msg"]]
)
def test_no_other_kind_is_a_message(kind):
    assert message_of(written(kind, comm_id="a", target_name=TARGET, data={})) is None


@pytest.mark.parametrize("comm", ["", "a" * 101, "a b", "ä", None, 1, ["a"]])
def test_a_comm_has_a_short_plain_name(comm):
    assert message_of(written(comm_id=comm, data={})) is None


@pytest.mark.parametrize(("depth", "is_one"), [(15, True), (16, False)])
def test_a_wish_has_no_depths(depth, is_one):
    data = {}
    for _ in range(depth - 1):
        data = {"a": data}
    assert (message_of(written(comm_id="a", data={"a": data})) is not None) == is_one


@given(ANY | NEARLY)
def test_whatever_comes_is_a_message_of_the_page_or_none(said):
    found = message_of(json.dumps(said))
    if found is not None:
        kind, content = found
        assert kind in KINDS
        assert said["header"]["msg_type"] == kind
        assert set(content) <= {"comm_id", "data", "target_name"}


@given(st.text() | st.binary())
def test_no_text_and_no_bytes_break_the_reading(text):
    assert message_of(text) is None
