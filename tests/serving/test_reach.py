"""What can be reached by HTTP: the pages, and nothing of what Voilà and Jupyter usually offer."""

import json
import re
import socket
from contextlib import suppress

import pytest

from tests.serving.examples import SECRET
from tests.serving.visitor import PATIENCE, Visitor

ID = "0f0f0f0f-0f0f-0f0f-0f0f-0f0f0f0f0f0f"
USUAL = [
    *("voila", "voila/", "voila/render/tried.ipynb", "voila/tree", "voila/tree/", "tree", "lab"),
    *("voila/files/tried.ipynb", "voila/files/secret.txt", "files/tried.ipynb", "notebooks"),
    *("voila/static/voila.js", "voila/api/contents", "voila/api/contents/tried.ipynb"),
    *("voila/api/themes/x", "voila/labextensions/x", f"voila/api/shutdown/{ID}"),
    *("voila/templates/base/static/voila.js", "voila/templates/jcm/index.html.j2"),
    *("voila/templates/jcm/conf.json", f"voila/query/{ID}", f"voila/execution/{ID}"),
    *("api", "api/contents", "api/contents/tried.ipynb", "api/terminals", "api/kernels"),
    *(f"api/kernels/{ID}", f"api/kernels/{ID}/interrupt", f"api/kernels/{ID}/restart"),
    *("api/sessions", "api/kernelspecs", "api/status", "api/me", "api/shutdown", "api/spec.yaml"),
    *("api/nbconvert", "nbconvert/html/tried.ipynb", "metrics", "login", "logout", "view/tried"),
    *("terminals/1", "terminals/websocket/1", "kernelspecs/python3/logo-64x64.png", "edit/x"),
    *("static/base/images/logo.png", "custom/custom.css", "favicon.ico", ".git/config"),
    *("apps", "apps/", "apps/tried.ipynb", "apps/tried/", "apps/Tried", "apps/.", "apps/.."),
]
TRAVERSALS = [
    *("../secret.txt", "../../etc/passwd", "..%2fsecret.txt", "..%252fsecret.txt", "....//secret"),
    *("%2e%2e/secret.txt", "%2e%2e%2fsecret.txt", "..\\secret.txt", "..%5csecret.txt"),
    *("/etc/passwd", "//etc/passwd", "tried%00", "secret.txt%00.ipynb", "%c0%ae%c0%ae/secret.txt"),
    *("..%c0%afsecret.txt", "%ff", "%e3%83%a2", "tried;x", "tried%0d%0aX-Evil:1", "a" * 5000),
]
PLACES = ("", "apps/", "voila/templates/", "voila/templates/jcm/static/", "voila/files/")
TELLTALES = re.compile(
    f"{SECRET}|Traceback|site-packages|jupyter|/usr/|/home/|/tmp/|root:|Tornado|Python/|[Ee]xception"
)


def raw(server, request):
    """Send bytes and return the bytes that come back, until nothing more does."""
    port = int(server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        received = b""
        with suppress(ConnectionResetError):  # cut off before it was all sent
            while data := connection.recv(1 << 16):
                received += data
    return received.decode(errors="replace")


def request(line, *headers, body=""):
    """Return a request as it goes over the wire."""
    return "\r\n".join([line, "Host: 127.0.0.1", "Connection: close", *headers, "", body]).encode()


def assert_silent(text):
    """Assert that an answer tells nothing of the machine, the code or its versions."""
    assert TELLTALES.search(text) is None, TELLTALES.search(text)


@pytest.mark.parametrize("path", USUAL)
def test_what_jupyter_usually_offers_is_not_there(visitor, path):
    answer = visitor.ask(path)
    assert answer.status == 404
    assert "There is no such page" in answer.text or path.startswith("voila/templates/jcm")
    assert_silent(answer.text + str(answer.headers))


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_path_leads_out_of_what_is_served(apps, path):
    for place in PLACES:
        answer = raw(apps, request(f"GET /{place}{path} HTTP/1.1"))
        assert re.match(r"HTTP/1.1 40[04] ", answer), (place, answer[:200])
        assert_silent(answer)
        assert "X-Evil" not in answer.partition("\r\n\r\n")[0]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "X"])
@pytest.mark.parametrize(
    "path", ["/", "/apps/tried", "/health", f"/api/kernels/{ID}", "/robots.txt"]
)
def test_no_other_method_does_anything(apps, visitor, method, path):
    before = json.loads(visitor.ask("health").text)["sessions"]
    echo = "X-Echo: echoed"
    answer = raw(apps, request(f"{method} {path} HTTP/1.1", echo, "Content-Length: 2", body="{}"))
    assert re.match(r"HTTP/1.1 4\d\d ", answer), answer[:200]
    assert_silent(answer)
    assert "echoed" not in answer
    assert json.loads(visitor.ask("health").text)["sessions"] == before


def test_a_connection_is_not_passed_on(apps):
    answer = raw(apps, request("CONNECT 127.0.0.1:22 HTTP/1.1"))
    assert re.match(r"HTTP/1.1 40\d ", answer)
    assert_silent(answer)


@pytest.mark.parametrize(
    "line",
    [
        "GET / HTTP/9.9",
        "GET",
        "\0\0\0\0",
        "GET /apps/tried?\0 HTTP/1.1",
        "GET /apps/tried?x\ty HTTP/1.1",
        "GET /apps/tried?a b HTTP/1.1",
        "GET http://other.example/apps/x HTTP/1.1",
        "GET /" + "a" * 100_000 + " HTTP/1.1",
    ],
)
def test_what_is_no_request_is_refused_or_cut_off(apps, line):
    answer = raw(apps, request(line))
    assert re.match(r"HTTP/1.1 4\d\d |$", answer), answer[:200]
    assert_silent(answer)


@pytest.mark.parametrize(
    "headers",
    [
        ["Content-Length: 1000000000"],
        ["Transfer-Encoding: chunked", "Content-Length: 3"],
        ["Content-Length: -1"],
        ["Content-Length: 3", "Content-Length: 4"],
        ["Host: other.example"],
        [f"X-Long: {'a' * 100_000}"],
        ["X Bad: 1"],
    ],
)
def test_headers_that_contradict_or_overflow_are_refused(apps, headers):
    answer = raw(apps, request("POST / HTTP/1.1", *headers, body="abc"))
    assert re.match(r"HTTP/1.1 4\d\d |$", answer), answer[:200]
    assert_silent(answer)


@pytest.mark.parametrize(
    "query", ["?lang=%0d%0aX-Evil:1", "?lang=%ff", "?lang=ja%00", "?lang=a&lang=b"]
)
def test_no_query_reaches_the_head_of_an_answer_or_breaks_it(visitor, query):
    for path in ("", "nothing"):
        answer = visitor.ask(path + query)
        assert answer.status == (404 if path else 200)
        assert "x-evil" not in answer.headers
        assert "JCM workbench" in answer.text


@pytest.mark.parametrize("query", ["?lang=%ff&template=lab", "?theme=dark&template=../../x"])
def test_no_query_chooses_a_template(visitor, query):
    answer = visitor.ask(f"apps/tried{query}")
    assert answer.status in {200, 400}
    assert "voila.js" not in answer.text
    assert_silent(answer.text)


@pytest.mark.parametrize(
    "query",
    [
        "scenario=../../etc/passwd",
        "scenario=%2e%2e%252fsecret",
        "scenario=thailand_floating_solar%00.yaml",
        "scenario=" + "a" * 15_000,
        "scenario=%F0%9F%92%A3%E2%80%AE<script>alert(1)</script>&lang=<script>alert(1)</script>",
        "set=extends%3D../secret.txt&set=project.table=../../secret.txt",
        "set=project.electricity_supplied=<script>alert(1)</script>",
        "file=eJwBAAD//wAAAAE",
        "&".join(["set=a=b"] * 150),
    ],
)
def test_a_link_reads_no_file_and_runs_no_script(visitor, query):
    answer = visitor.open("reference_vs_bau", f"?{query}")
    assert "5 MW floating solar power plant, Thailand" in answer.text
    assert "<script>alert" not in answer.text
    assert_silent(answer.text)
    connection = visitor.connect().opened()
    told = json.dumps(connection.wish(rest=True))
    assert "<script>alert" not in told
    assert_silent(told)


@pytest.mark.parametrize("name", ["raising", "dying", "writing"])
def test_a_cell_that_fails_tells_nothing_of_itself(visitor, name):
    answer = visitor.ask(f"apps/{name}")
    assert answer.status == 200
    assert answer.text.endswith("</html>")
    assert_silent(answer.text)
    assert "<script>alert" not in answer.text
    assert ("could not be made" in answer.text) == (name == "raising")


@pytest.mark.parametrize("name", ["other.example", "other.example:80", "127.0.0.1.other.example"])
def test_a_name_that_leads_here_from_elsewhere_opens_no_page(visitor, name):
    for path in ("", "apps/tried"):
        answer = visitor.ask(path, headers={"Host": name})
        assert answer.status == 403
        assert "data-kernel" not in answer.text


@pytest.mark.parametrize("path", ["", "apps/writing", "nothing", "health", "robots.txt"])
def test_a_page_of_another_origin_can_read_nothing_and_show_nothing(visitor, path):
    origin = {"Origin": "https://other.example", "Referer": "https://other.example/"}
    answer = visitor.ask(path, headers=origin)
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["server"] == "jcm"


@pytest.mark.parametrize("kind", ["image", "iframe", "script", "empty", "embed"])
def test_a_page_of_another_origin_starts_no_session_in_passing(apps, visitor, kind):
    before = json.loads(visitor.ask("health").text)["sessions"]
    told = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": kind, "Sec-Fetch-Mode": "no-cors"}
    assert visitor.ask("apps/tried", headers=told).status == 404
    assert json.loads(visitor.ask("health").text)["sessions"] == before
    link = {**told, "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
    assert Visitor(apps).ask("apps/tried", headers=link).status == 200


@pytest.mark.parametrize(
    "path", ["health", "voila/templates/jcm/static/none.js", f"api/kernels/{ID}/channels"]
)
def test_an_error_without_a_page_has_the_same_headers(visitor, path):
    answer = visitor.ask(path, method="POST")
    assert answer.status in {403, 404, 405}
    assert answer.headers["server"] == "jcm"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.text == ""


def test_the_script_and_the_style_of_the_page_are_there(visitor):
    text = visitor.open("writing").text
    statics = re.findall(r'(?:src|href)="/([^"]+static[^"]+)"', text)
    assert len(statics) >= 4
    for static in statics:
        assert visitor.ask(static).status == 200


def test_errors_are_told_in_the_language_asked_for(visitor):
    assert "There is no such page" in visitor.ask("nothing?lang=en").text
    assert 'lang="ja"' in visitor.ask("nothing?lang=ja").text
    assert 'lang="ja"' in visitor.ask("nothing", headers={"Accept-Language": "ja,en"}).text


def test_an_app_hears_which_language_a_browser_asks_for(visitor):
    visitor.headers["Accept-Language"] = "ja-JP,en;q=0.5"
    visitor.open("reference_vs_bau")
    connection = visitor.connect().opened()
    assert connection.wish(rest=True)["language"] == "ja"
