"""Fetching from other people's machines: safely for us, politely for them.

Safe: only http and https to public addresses, checked on the very address that is connected to, so that neither a
redirect nor a name that changes its mind reaches the inside; limits on time, size and type. Polite: robots.txt,
conditional requests, one request a host at a time with a pause between, and a user agent that says who asks.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message
from urllib.parse import quote, urljoin, urlsplit, urlunsplit
from urllib.robotparser import RobotFileParser

from django.conf import settings
from django.db import transaction

from archive import clock
from archive.articles.operations import ArchiveError
from archive.formats.base import ParseError
from archive.formats.containers import gunzip
from archive.models import HostPace

MOST_BYTES = 16 * 1024 * 1024
MOST_SECONDS = 30.0
MOST_REDIRECTS = 5
PAUSE = timedelta(seconds=2)
ROBOTS_KEPT = timedelta(hours=12)
# A gateway carries these to the IPv4 address in their last bits, which may be one inside.
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
ROBOTS_BYTES = 512 * 1024
_TYPES = ("text/", "application/xhtml", "application/xml", "application/json", "application/pdf", "application/rss",
          "application/atom", "application/rdf", "application/ld+json", "application/feed", "application/warc",
          "application/gzip", "application/x-gzip", "application/zip", "message/", "application/octet-stream",
          "application/vnd.openxmlformats", "application/rtf", "application/nitf", "application/vnd.iptc")  # fmt: skip


class FetchError(ArchiveError):
    """An address that can't be fetched, or may not be; the message says why."""


class TooSoon(FetchError):
    """The host is asked by someone else just now, or was a moment ago; `free_at` says when to come again."""

    def __init__(self, free_at: datetime) -> None:
        super().__init__("The host was asked a moment ago: try again in a few seconds.")
        self.free_at = free_at


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back. `is_new` is False when the host says that nothing has changed since."""

    url: str
    data: bytes
    media_type: str
    etag: str = ""
    modified: str = ""
    is_new: bool = True

    @property
    def file_name(self) -> str:
        """A name for the bytes: the last part of the address."""
        return urlsplit(self.url).path.rstrip("/").rpartition("/")[2] or "index.html"


def fetch(url: str, *, at: datetime, etag: str = "", modified: str = "", robots: bool = False) -> Fetched:
    """Return what an address holds, redirects followed. Raises FetchError.

    With `robots`, asks the host's robots.txt first and keeps the pause that the host wants; raises TooSoon while it
    lasts. A person who asks for one page is not a robot and need not.
    """
    until = time.monotonic() + MOST_SECONDS
    headers = {"If-None-Match": etag} if etag else {}
    if modified:
        headers["If-Modified-Since"] = modified
    for _ in range(MOST_REDIRECTS + 1):
        if robots:
            _wait_for_turn(url, at)
        status, answer, data = _request(url, headers, until, MOST_BYTES)
        if status in (301, 302, 303, 307, 308):
            url = urljoin(url, answer.get("Location", ""))
            continue
        if status == 304:
            return Fetched(url, b"", "", etag, modified, is_new=False)
        if status != 200:
            answered = f"{status} {http.client.responses.get(status, '')}".rstrip()
            raise FetchError(f"{_host(url)} answered: {answered}.")
        media_type = answer.get_content_type()
        if not media_type.startswith(_TYPES):
            raise FetchError(f"The address holds {media_type}, which is no text to import.")
        return Fetched(
            url,
            _unpacked(data, answer),
            media_type,
            answer.get("ETag", "")[:300],
            answer.get("Last-Modified", "")[:100],
        )
    raise FetchError("The address leads from one to the next without end.")


def may_fetch(url: str, *, at: datetime) -> bool:
    """Say whether the host's robots.txt lets the archive fetch an address; kept for some hours. Raises FetchError."""
    return _robots(url, at).can_fetch(settings.FETCH_USER_AGENT, url)


def _wait_for_turn(url: str, at: datetime) -> None:
    """Take the host's next turn, or raise TooSoon; locks the host's row while it looks."""
    rules = _robots(url, at)
    if not rules.can_fetch(settings.FETCH_USER_AGENT, url):
        raise FetchError(f"The robots.txt of {_host(url)} asks not to fetch this address.")
    delay = rules.crawl_delay(settings.FETCH_USER_AGENT)
    pause = max(PAUSE, timedelta(seconds=min(float(delay), 120))) if delay else PAUSE
    now = clock.now()
    with transaction.atomic():
        pace = HostPace.objects.select_for_update().get(pk=_host(url))
        if pace.free_at > now:
            raise TooSoon(pace.free_at)
        HostPace.objects.filter(pk=pace.pk).update(free_at=now + pause)


def _robots(url: str, at: datetime) -> RobotFileParser:
    host = _host(url)
    pace = HostPace.objects.filter(pk=host).first()
    if pace is None or pace.robots_at is None or pace.robots_at < at - ROBOTS_KEPT:
        parts = urlsplit(url)
        try:
            address = urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))
            for _ in range(MOST_REDIRECTS):
                status, answer, data = _request(address, {}, time.monotonic() + 10, ROBOTS_BYTES)
                if status not in (301, 302, 303, 307, 308):
                    break
                address = urljoin(address, answer.get("Location", ""))
        except FetchError:
            status, data = 503, b""
        text = data.decode("utf-8", "replace").replace("\x00", "") if status == 200 else ""
        values = {"robots": text, "robots_status": status, "robots_at": at}
        pace, _made = HostPace.objects.update_or_create(
            host=host, defaults=values, create_defaults={**values, "free_at": at}
        )
    rules = RobotFileParser()
    status = pace.robots_status or 0
    if status in (401, 403):
        rules.disallow_all = True
    elif status >= 500:
        # A host in trouble is left alone until it says what it wants.
        rules.disallow_all = True
    elif status >= 400:
        rules.allow_all = True
    rules.parse(pace.robots.splitlines())
    return rules


class _Pinned(http.client.HTTPConnection):
    """A connection to one address that was looked at, whatever the name says a moment later."""

    def __init__(self, host: str, port: int, address: str, timeout: float, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=timeout)
        self._address = address
        self._context = context

    def connect(self) -> None:
        """Connect to the address that was checked."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)


def _request(url: str, headers: dict[str, str], until: float, most: int) -> tuple[int, Message, bytes]:
    parts = urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = parts.hostname or ""
    except ValueError as error:
        raise FetchError("The address can't be read: check it.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise FetchError("Only http and https addresses can be fetched.")
    address = _public_address(host, port)
    left = max(until - time.monotonic(), 0.1)
    context = ssl.create_default_context() if parts.scheme == "https" else None
    connection = _Pinned(host, port, address, left, context)
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    sent = {
        "User-Agent": settings.FETCH_USER_AGENT,
        "Accept": "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5",
        "Accept-Encoding": "gzip",
        "Connection": "close",
        **headers,
    }
    try:
        connection.request("GET", _ascii(path), headers=sent)
        answer = connection.getresponse()
        data = _read(answer, connection, until, most)
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        if isinstance(error, TimeoutError):
            raise FetchError(f"{host} took too long.") from error
        raise FetchError(f"{host} can't be reached ({type(error).__name__}).") from error
    finally:
        connection.close()
    return answer.status, answer.headers, data


def _read(answer: http.client.HTTPResponse, connection: _Pinned, until: float, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)
        chunk = answer.read1(64 * 1024)
        if not chunk:
            return b"".join(parts)
        size += len(chunk)
        if size > most:
            raise FetchError(f"The address holds more than {most // 2**20} MB.")
        parts.append(chunk)


def _public_address(host: str, port: int) -> str:
    """Return an address of the host that may be connected to. Raises FetchError for those inside."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchError(f"{host} is not known: check the address.") from error
    addresses = [str(row[4][0]).partition("%")[0] for row in found]
    if not settings.FETCH_PRIVATE_ADDRESSES and not all(_is_public(address) for address in addresses):
        raise FetchError(f"{host} is an address inside this network, which the archive does not fetch.")
    return addresses[0]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    if inner is None and ip in _TRANSLATED:
        inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    if inner is not None:
        ip = inner
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _unpacked(data: bytes, answer: Message) -> bytes:
    if answer.get("Content-Encoding", "").lower() not in ("gzip", "x-gzip"):
        return data
    try:
        return gunzip(data, MOST_BYTES)
    except ParseError as error:
        raise FetchError(str(error)) from error


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname or ''}:{parts.port}"[:261] if parts.port else (parts.hostname or "")


def _ascii(path: str) -> str:
    return quote(path, safe="/?&=%:;,+@!$'()*~#[]-._")
