"""Fetching is safe and polite, proven against a server on this machine."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from archive import clock
from archive.importing import fetching

pytestmark = pytest.mark.django_db


class Site:
    """A web site of this test: what it answers at each path, and what it was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, dict(self.headers)))
                status, headers, body = site.pages.get(self.path, (404, {}, b""))
                etag = headers.get("ETag")
                if etag and self.headers.get("If-None-Match") == etag:
                    status, body = 304, b""
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def page(self, path: str, body: bytes, *, status: int = 200, **headers: str) -> str:
        """Serve these bytes at a path and return its address."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, {"Content-Type": "text/html", **names}, body)
        return self.url + path

    def paths(self) -> list[str]:
        """Return the paths that were asked for, in order."""
        return [path for path, _ in self.asked]


@pytest.fixture
def site(settings, monkeypatch) -> Iterator[Site]:
    settings.FETCH_PRIVATE_ADDRESSES = True
    monkeypatch.setattr(fetching, "PAUSE", timedelta(0))
    one = Site()
    yield one
    one.server.shutdown()
    one.server.server_close()


def fetch(url: str, **options):
    return fetching.fetch(url, at=clock.now(), **options)


def test_a_page_is_fetched_with_an_honest_name(site, settings):
    url = site.page("/ferry", b"<p>The ferry sails.</p>")
    assert fetch(url).data == b"<p>The ferry sails.</p>"
    assert site.asked[0][1]["User-Agent"] == settings.FETCH_USER_AGENT


def test_a_page_that_has_not_changed_is_not_sent_again(site):
    url = site.page("/ferry", b"text", ETag='"1"')
    first = fetch(url)
    again = fetch(url, etag=first.etag)
    assert (first.is_new, again.is_new, again.etag) == (True, False, '"1"')


def test_redirects_are_followed_to_their_end_and_not_for_ever(site):
    site.page("/old", b"", status=301, Location="/new")
    site.page("/new", b"moved")
    assert fetch(site.url + "/old").url == site.url + "/new"
    site.page("/ring", b"", status=302, Location="/ring")
    with pytest.raises(fetching.FetchError, match="without end"):
        fetch(site.url + "/ring")


def test_robots_txt_is_asked_once_and_obeyed(site):
    site.page("/robots.txt", b"User-agent: *\nDisallow: /private/\n", Content_Type="text/plain")
    open_page = site.page("/open", b"open")
    closed = site.page("/private/page", b"closed")
    fetch(open_page, robots=True)
    with pytest.raises(fetching.FetchError, match=r"robots\.txt"):
        fetch(closed, robots=True)
    assert site.paths() == ["/robots.txt", "/open"]


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, False), (503, False)])
def test_a_missing_robots_txt_allows_and_a_refused_one_forbids(site, status, allowed):
    site.page("/robots.txt", b"", status=status)
    assert fetching.may_fetch(site.url + "/a", at=clock.now()) is allowed


def test_a_host_is_given_a_pause_between_requests(site, monkeypatch):
    monkeypatch.setattr(fetching, "PAUSE", timedelta(minutes=1))
    url = site.page("/a", b"a")
    fetch(url, robots=True)
    with pytest.raises(fetching.TooSoon) as error:
        fetch(url, robots=True)
    assert error.value.free_at > clock.now() + timedelta(seconds=50)


def test_addresses_inside_the_network_are_refused(site, settings):
    url = site.page("/secret", b"inside")
    settings.FETCH_PRIVATE_ADDRESSES = False
    for address in (
        url,
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::a00:1]/",
        "http://[fe80::1]/",
        "http://0.0.0.0/",
        "http://2130706433/",
    ):
        with pytest.raises(fetching.FetchError, match="inside this network"):
            fetch(address)
    assert site.asked == []


def test_a_redirect_does_not_lead_inside(site, monkeypatch):
    url = site.page("/out", b"", status=302, Location="http://10.0.0.1/admin")
    public = fetching._is_public
    monkeypatch.setattr(fetching.settings, "FETCH_PRIVATE_ADDRESSES", False)
    monkeypatch.setattr(fetching, "_is_public", lambda address: address == "127.0.0.1" or public(address))
    with pytest.raises(fetching.FetchError, match="inside this network"):
        fetch(url)


def test_a_name_that_changes_its_address_is_not_asked_for_it_twice(site, monkeypatch, settings):
    """The address that was checked is the one that is connected to, whatever the name says next."""
    port = site.server.server_port
    site.page("/a", b"a")
    answers = iter(["127.0.0.1", "10.0.0.1", "10.0.0.1"])
    real = socket.getaddrinfo

    def rebinding(host, *args, **options):
        return real(next(answers) if host == "rebind.example" else host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    assert fetch(f"http://rebind.example:{port}/a").data == b"a"
    settings.FETCH_PRIVATE_ADDRESSES = False
    with pytest.raises(fetching.FetchError, match="inside this network"):
        fetch(f"http://rebind.example:{port}/a")


def test_pages_without_end_and_things_that_are_no_text_are_refused(site, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_BYTES", 1000)
    with pytest.raises(fetching.FetchError, match="more than"):
        fetch(site.page("/long", b"x" * 5000))
    with pytest.raises(fetching.FetchError, match="image/png"):
        fetch(site.page("/picture", b"x", Content_Type="image/png"))
    bomb = gzip.compress(b"\0" * 100_000_000)
    monkeypatch.setattr(fetching, "MOST_BYTES", 16_000_000)
    with pytest.raises(fetching.FetchError, match="unpacks to more than"):
        fetch(site.page("/bomb", bomb, Content_Encoding="gzip"))


def test_a_slow_host_is_given_up(site, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_SECONDS", 0.5)
    silent = socket.create_server(("127.0.0.1", 0))
    with pytest.raises(fetching.FetchError, match="took too long"):
        fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/")
    silent.close()


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://gull.example/a", "http://", "gopher://x/"])
def test_only_web_addresses_are_fetched(address):
    with pytest.raises(fetching.FetchError):
        fetch(address)
