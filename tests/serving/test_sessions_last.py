"""What a session outlasts: silence, many looks at whether its browser is there, a broken wire."""

import asyncio

import pytest

from tests.serving.projects import ECHO, project, served, visit


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """A server that looks five times a second whether browsers are there."""
    folder = project(tmp_path_factory.mktemp("quick"), echo=[ECHO])
    with served(folder, "ping_seconds=0.2", "grace_seconds=5") as server:
        yield server.url


def test_a_page_that_says_nothing_stays_connected(quick):
    async def silent(visitor):
        page = await visitor.connect((await visitor.open("echo"))[1])
        await page.ask("first")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(page.ended(), 2)
        return await page.ask("second")

    assert visit(quick, silent) == {"heard": ["first", "second"]}


def test_a_browser_that_does_not_answer_any_more_is_cut_off(quick):
    async def unanswering(visitor):
        page = await visitor.connect((await visitor.open("echo"))[1])
        await page.ask("first")
        page.socket.protocol._send_pong = lambda _: None
        await page.ended()

    visit(quick, unanswering)


def test_a_connection_that_breaks_and_comes_back_finds_its_session_as_it_was(quick):
    async def broken(visitor):
        kernel = (await visitor.open("echo"))[1]
        page = await visitor.connect(kernel)
        await page.ask("before")
        page.tear()
        return await (await visitor.connect(kernel)).ask("after")

    assert visit(quick, broken) == {"heard": ["before", "after"]}
