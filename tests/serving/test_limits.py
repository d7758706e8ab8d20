"""When a session is over, and who may have one more, by a clock of the tests' own."""

import pytest

from jcm_models.serving.sessions import DIED, IDLE, OVER, Limits, Sessions, Visit, place_of

LIMITS = Limits(sessions=8, each=2, first=60, grace=30, idle=600, life=3600, answer=60)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sessions(clock):
    return Sessions(LIMITS, clock)


def over(sessions):
    return [(session.kernel, reason) for session, reason in sessions.over()]


@pytest.fixture
def connected(sessions):
    """A session with a connection, and the codes that this was closed with."""
    visit = Visit("ada")
    session, codes = sessions.begin("k", visit), []
    sessions.made(visit)
    sessions.connected(session, codes.append)
    return session, codes


@pytest.mark.parametrize(("seconds", "ends"), [(60, []), (60.1, [("k", OVER)])])
def test_a_page_connects_within_a_while(sessions, clock, seconds, ends):
    visit = Visit("ada")
    sessions.begin("k", visit)
    clock.now = 500
    sessions.made(visit)
    clock.now += seconds
    assert over(sessions) == ends


def test_a_page_is_not_made_for_ever(sessions, clock):
    sessions.begin("k", Visit("ada"))
    clock.now = 600
    assert over(sessions) == []
    clock.now = 600.1
    assert over(sessions) == [("k", OVER)]


@pytest.mark.parametrize(("seconds", "ends"), [(600, []), (600.1, [("k", IDLE)])])
def test_a_session_is_idle_from_its_last_message_on(sessions, clock, connected, seconds, ends):
    clock.now = 500
    sessions.heard(connected[0])
    clock.now += seconds
    assert over(sessions) == ends


def test_no_session_lasts_for_ever_however_busy(sessions, clock, connected):
    clock.now = 3600.1
    sessions.heard(connected[0])
    assert over(sessions) == [("k", OVER)]


@pytest.mark.parametrize(
    ("code", "seconds", "ends"),
    [(1001, 0, [OVER]), (1000, 30, []), (1006, 30, []), (None, 31, [OVER])],
)
def test_who_leaves_is_gone_and_who_breaks_off_may_come_back(
    sessions, clock, connected, code, seconds, ends
):
    session, codes = connected
    sessions.disconnected(session, session.closers[0], code)
    clock.now = seconds
    assert [reason for _, reason in over(sessions)] == ends
    assert codes == []


def test_one_of_two_connections_that_is_left_ends_nothing(sessions, connected):
    session, codes = connected
    sessions.connected(session, codes.append)
    sessions.disconnected(session, session.closers[0], 1001)
    assert over(sessions) == []


def test_a_kernel_that_does_not_answer_is_over_and_one_that_did_is_not(sessions, clock, connected):
    session, _ = connected
    sessions.asks(session, "first")
    clock.now = 61
    assert over(sessions) == [("k", OVER)]
    del session.asked["first"]
    assert over(sessions) == []


def test_the_browser_is_told_why_a_session_ended(sessions, connected):
    sessions.end("k", DIED)
    assert connected[1] == [DIED]
    assert "k" not in sessions
    assert sessions.of("k", "ada") is None


def test_those_that_are_being_started_take_places_too(sessions):
    ada, again = Visit("ada"), Visit("ada")
    sessions.starting(ada)
    sessions.starting(again)
    assert not sessions.has_room_for(Visit("ada"))
    assert sessions.has_room_for(Visit("bob"))
    sessions.made(ada)
    assert sessions.has_room_for(Visit("ada"))
    assert len(sessions) == 1


def test_a_place_has_half_of_all_and_this_machine_no_limit(sessions):
    for number in range(4):
        sessions.begin(f"k{number}", Visit(f"v{number}", "203.0.113.7"))
    assert not sessions.has_room_for(Visit("new", "203.0.113.7"))
    assert sessions.has_room_for(Visit("new", "203.0.113.8"))
    for number in range(4, 8):
        assert sessions.has_room_for(Visit(f"v{number}"))
        sessions.begin(f"k{number}", Visit(f"v{number}"))
    assert not sessions.has_room_for(Visit("new"))


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::ffff:127.0.0.1", ""),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("", ""),
    ],
)
def test_a_network_of_a_household_is_one_place(address, place):
    assert place_of(address) == place
