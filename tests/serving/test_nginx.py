"""The configuration of nginx that SERVING.md gives, run as it stands there."""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
from contextlib import closing
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from tests.app_pages import Visit
from tests.browser import install_with_apt
from tests.conftest import ROOT, Watched, free_port
from tests.serving.examples import WAY_IN
from tests.serving.visitor import until

TEXT = (ROOT / "SERVING.md").read_text(encoding="utf-8")
(CONFIGURATION,) = re.findall(r"```nginx\n(.*?)```", TEXT, re.DOTALL)
OK, MOVED, FOUND, FORBIDDEN, MISSING, TOO_MANY = 200, 301, 302, 403, 404, 429
MAIN = """\
{user}
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/jcm.conf;
}}
"""


def program(name, package):
    """Return the path of a program, installed first if need be."""
    path = f"{os.environ['PATH']}:/usr/sbin"
    if shutil.which(name, path=path) is None and shutil.which("apt-get") and os.geteuid() == 0:
        install_with_apt(package)
    return shutil.which(name, path=path) or pytest.skip(f"{name} is not here")


def configure(folder, server, port, plain):
    """Write the configuration with other ports, files and names; return its file."""
    exchanged = {
        "127.0.0.1:8866": server.url.removeprefix("http://"),
        "listen 443": f"listen 127.0.0.1:{port}",
        "listen 80": f"listen 127.0.0.1:{plain}",
        "jcm.example.org": "127.0.0.1",
        "/etc/ssl/certs/jcm.pem": f"{folder}/jcm.pem",
        "/etc/ssl/private/jcm.key": f"{folder}/jcm.key",
        "/var/log/nginx/jcm.log": f"{folder}/jcm.log",
    }
    text = CONFIGURATION
    for there, here in exchanged.items():
        assert there in text
        text = text.replace(there, here)
    (folder / "jcm.conf").write_text(text)
    user = "user root;" if os.geteuid() == 0 else ""
    file = folder / "nginx.conf"
    file.write_text(MAIN.format(folder=folder, user=user))
    return file


def certify(folder):
    """Make a certificate that nobody else trusts."""
    subprocess.run(
        [
            *(program("openssl", "openssl"), "req", "-x509", "-nodes", "-newkey", "rsa:2048"),
            *("-keyout", str(folder / "jcm.key"), "-out", str(folder / "jcm.pem")),
            *("-days", "2", "-subj", "/CN=127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of nginx."""
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def proxied(guarded, folder):
    """The address of the apps behind nginx, by plain HTTP and by TLS."""
    nginx = program("nginx", "nginx-light")
    certify(folder)
    port, plain = free_port(), free_port()
    file = configure(folder, guarded, port, plain)
    with subprocess.Popen([nginx, "-c", str(file)]) as front:
        try:
            until(lambda: front.poll() is not None or listens(port), "nginx")
            yield f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{port}"
        finally:
            front.terminate()


def listens(port):
    """Tell whether somebody listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def ask(url):
    """Return the answer of an address as it comes, whoever has signed for it."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    parts = urlsplit(url)
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.netloc, timeout=60, context=trusting)
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    with closing(connection):
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        return SimpleNamespace(
            status=answer.status, headers=answer.headers, text=answer.read().decode()
        )


@pytest.fixture
def visit(browser, proxied, guarded):
    """A visitor with a browser, who trusts the certificate."""
    context = browser.new_context(ignore_https_errors=True)
    server = SimpleNamespace(url=f"{proxied[1]}/jcm", log=guarded.log)
    yield Visit(Watched(context.new_page()), server)
    context.close()


def test_a_browser_moves_a_slider_through_nginx(visit):
    visit.open("reference_vs_bau", WAY_IN)
    before = visit.cards()
    visit.page.locator("input[type=range]").first.press("ArrowRight")
    visit.settled()
    assert visit.cards() != before
    visit.assert_clean()


def test_all_is_found_below_the_base_and_by_tls(proxied):
    plain, safe = proxied
    for address in (f"{plain}/jcm/?lang=ja", f"{safe}/jcm"):
        answer = ask(address)
        assert answer.status == MOVED
    assert answer.headers["Location"].endswith("/jcm/")
    front = ask(f"{safe}/jcm/{WAY_IN}&lang=en")
    assert front.status == FOUND
    assert front.headers["Location"] == "/jcm/?lang=en"
    assert front.headers["Strict-Transport-Security"]
    assert "Secure" in front.headers["Set-Cookie"]
    assert ask(f"{safe}/jcm/health").status == OK
    assert ask(f"{safe}/apps/writing").status == MISSING


def test_who_opens_app_after_app_is_asked_to_wait(proxied):
    statuses = [ask(f"{proxied[1]}/jcm/apps/no-such-app").status for _ in range(30)]
    assert statuses[0] == FORBIDDEN  # without a token
    assert statuses[-1] == TOO_MANY


def test_the_log_has_no_query(proxied, folder):
    ask(f"{proxied[1]}/jcm/?token=do-not-keep-this")
    log = folder / "jcm.log"
    until(lambda: "GET /jcm/" in log.read_text(), "the request in the log")
    assert "do-not-keep-this" not in log.read_text()
