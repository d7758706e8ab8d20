"""On the internet: a token, a base URL, a proxy that says who asks, and places for others."""

import re
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from tests.commands import jcm
from tests.serving.examples import BASE, TOKEN, WAY_IN
from tests.serving.test_reach import assert_silent
from tests.serving.visitor import RefusedError, Visitor

FOUND, FORBIDDEN, MISSING, FULL = 302, 403, 404, 503
SOMEWHERE = "203.0.113.7"


@pytest.fixture
def stranger(guarded):
    """Somebody without the token."""
    return Visitor(guarded, BASE)


@pytest.fixture
def guest(guarded):
    """Somebody who came by the link with the token, and leaves in the end."""
    visitor = Visitor(guarded, BASE)
    assert visitor.ask(WAY_IN).status == FOUND
    yield visitor
    visitor.leave()


@pytest.mark.parametrize("path", ["", "apps/tried", "apps/reference_vs_bau?lang=ja"])
@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], f"{TOKEN}x", TOKEN.upper()])
def test_without_the_token_there_is_no_page(stranger, path, token):
    sep = "&" if "?" in path else "?"
    answer = stranger.ask(f"{path}{sep}token={token}" if token else path)
    assert answer.status == FORBIDDEN
    assert "data-kernel" not in answer.text
    assert "jcm-front-card" not in answer.text
    assert_silent(answer.text)


def test_without_the_token_there_is_no_connection(guarded, guest):
    guest.open()
    thief = Visitor(guarded, BASE)
    thief.cookies = {"jcm_visitor": guest.cookies["jcm_visitor"]}
    with pytest.raises(RefusedError, match="403"):
        thief.connect(guest.kernel)
    guest.connect()


def test_the_token_opens_and_is_not_kept_in_the_address(guarded):
    visitor = Visitor(guarded, BASE)
    answer = visitor.ask(f"apps/tried{WAY_IN}&lang=ja&set=a=b")
    assert answer.status == FOUND
    assert answer.headers["location"] == f"{BASE}apps/tried?lang=ja&set=a%3Db"
    assert visitor.ask("apps/tried?lang=ja").status == 200


def test_the_token_lets_no_page_of_another_origin_read_or_connect(guest):
    foreign = {"Origin": "https://other.example"}
    for path in ("", "apps/tried", "nothing"):
        answer = guest.ask(path + WAY_IN, headers=foreign)
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    guest.open()
    with pytest.raises(RefusedError, match="403"):
        guest.connect(session=f"x&token={TOKEN}", headers=foreign)


def test_the_token_stands_in_no_environment_no_process_list_no_file_and_no_log(
    guarded, guest, guarded_temporary
):
    for path in ("nothing", "apps/tried", f"apps/tried/{TOKEN[:3]}", "health"):
        guest.ask(path + WAY_IN)
    guest.ask(WAY_IN, method="POST")
    page = guest.visit("tried", "?lang=en")
    told = page.wish(changes=[["environment", 1]], rest=True)["sections"]["shown"]
    assert "JCM_APP" in told
    assert TOKEN not in told
    server = psutil.Process(guarded.process.pid)
    family = [server, *server.children(recursive=True)]
    assert len(family) >= 3
    for process in family:
        assert TOKEN not in " ".join(process.cmdline())
        assert TOKEN not in str(process.environ())
    files = [
        file for file in guarded_temporary.rglob("*") if file.is_file() and file.name != "token"
    ]
    assert not [file for file in files if TOKEN in file.read_text(errors="replace")]
    assert "404 GET '/jcm/nothing'" in guarded.log()
    assert TOKEN not in guarded.log()


def test_cookies_are_for_the_browser_and_this_base_only(guarded):
    visitor = Visitor(guarded, BASE, {"X-Forwarded-Proto": "https"})
    visitor.ask(WAY_IN)
    answer = visitor.ask("apps/writing")
    assert re.search(
        "jcm_visitor=.*HttpOnly.*Path=/jcm/.*SameSite=Lax.*Secure", str(answer.headers)
    )
    login = Visitor(guarded, BASE, {"X-Forwarded-Proto": "https"}).ask(WAY_IN).headers["set-cookie"]
    for part in ("HttpOnly", "Path=/jcm/", "SameSite=Lax", "Secure"):
        assert part in login


@pytest.mark.parametrize("path", ["", "jcm", "jcmx/", "apps/tried", "health", "jcm/../apps/tried"])
def test_beside_the_base_there_is_nothing(guarded, path):
    answer = Visitor(guarded, "/").ask(f"{path}{WAY_IN}")
    assert answer.status == MISSING
    assert 'href="/jcm/' in answer.text


@pytest.mark.parametrize("path", ["", "apps/reference_vs_bau", "nothing"])
def test_every_address_of_a_page_lies_below_the_base(guest, path):
    text = guest.ask(path).text
    addresses = re.findall(r'\s(?:href|src|action)="([^"#]+)"', text)
    assert len(addresses) >= (2 if path == "nothing" else 4)
    assert [each for each in addresses if not each.startswith(("/jcm/", "data:", "?"))] == []


def test_health_needs_no_token_and_tells_no_more_than_how_many(stranger):
    answer = stranger.ask("health")
    assert answer.status == 200
    assert re.fullmatch(r'\{"status": "ok", "sessions": \d+, "most_sessions": 16\}', answer.text)


def test_one_place_does_not_take_all_although_it_keeps_no_cookies(guarded):
    def come(address):
        visitor = Visitor(guarded, BASE, {"X-Forwarded-For": address})
        visitor.ask(WAY_IN)
        return visitor.ask("apps/writing").status

    with ThreadPoolExecutor(5) as pool:
        statuses = sorted(pool.map(come, [SOMEWHERE] * 10))
    assert statuses == [200] * 8 + [FULL] * 2
    assert come("2001:db8::1") == 200
    assert come(f"198.51.100.1, {SOMEWHERE}") == FULL  # the proxy's word counts, not the client's


@pytest.mark.parametrize("ip", ["0.0.0.0", "::", ""])
def test_nobody_lets_everybody_in_by_mistake(project, ip):
    done = jcm("app", "--ip", ip, "--no-browser", cwd=project)
    assert done.returncode != 0
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "--token" in done.stderr


def test_a_file_without_a_token_lets_nobody_in(project, tmp_path):
    empty = tmp_path / "empty"
    empty.write_text("\n")
    for file in (empty, tmp_path / "missing"):
        done = jcm("app", "--no-browser", "--token-file", str(file), cwd=project)
        assert done.returncode != 0
        assert len(done.stderr.splitlines()) == 1
        assert "--token-file" in done.stderr
