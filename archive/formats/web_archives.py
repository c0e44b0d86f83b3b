"""Web archives as containers of saved pages: WARC, WACZ, MHTML and Safari's .webarchive.

Every successful HTML response is one page with its address and the moment it was fetched; pictures, scripts, redirects
and pages of errors are not articles and are left out.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import io
import json
import plistlib
import zipfile
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from archive.formats import containers, stamps
from archive.formats.base import Budget, Member, ParseError, ReadContext, Rejected
from archive.formats.sniff import head_text

_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_RECORDS = ("response", "resource", "conversion")
_DAMAGED = (ArchiveLoadFailed, OSError, EOFError, ValueError, KeyError, IndexError, AttributeError, TypeError)


class Warc:
    """A WARC file, plain or compressed record by record, and the older ARC."""

    name = "warc"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.99 for the first line of a WARC, also inside gzip."""
        head = containers.peek_gzip(data, 64) if data.startswith(b"\x1f\x8b") else data[:64]
        if head.startswith(b"WARC/"):
            return 0.99
        return 0.95 if head.startswith(b"filedesc://") else 0.0

    def members(self, data: bytes, context: ReadContext, budget: Budget) -> Iterator[Member | Rejected]:
        """Yield the pages. Raises ParseError when the file can't be read from the start or holds no page."""
        yield from pages(data, context, budget, "web archive")


class Wacz:
    """A WACZ package: WARC files in a zip, with checksums that are verified."""

    name = "wacz"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.95 for a zip with a data package."""
        return 0.95 if data.startswith(b"PK") and containers.wrapped_kind(data) == "wacz" else 0.0

    def members(self, data: bytes, context: ReadContext, budget: Budget) -> Iterator[Member | Rejected]:
        """Yield the pages of its WARC files. Raises ParseError when it has none or names no resources."""
        with containers.open_zip(data) as package:
            hashes = _hashes(package)
            names = [name for name in package.namelist() if name.startswith("archive/") and not name.endswith("/")]
            if not names:
                raise ParseError("The WACZ package holds no web archive.", mend="Export the collection again.")
            for name in names:
                try:
                    content = containers.read_entry(package, package.getinfo(name), context.max_bytes, budget)
                except containers.MemberError as error:
                    yield Rejected(name, str(error), error.mend, format="wacz")
                    continue
                expected = hashes.get(name, "")
                if expected.startswith("sha256:") and hashlib.sha256(content).hexdigest() != expected[7:]:
                    why = "The web archive inside the WACZ package does not match its checksum."
                    yield Rejected(name, why, "Export the collection again.", content, "wacz")
                    continue
                try:
                    yield from pages(content, context, budget, name)
                except ParseError as error:
                    yield Rejected(name, str(error), error.mend, content, "wacz")


class Mhtml:
    """A page saved with its pictures as one MIME file, as browsers write it."""

    name = "mhtml"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.97 for a MIME message of kind multipart/related that was saved, not mailed."""
        head = head_text(data, 8192).lower()
        if "content-type:" not in head or "multipart/related" not in head:
            return 0.0
        saved = "snapshot-content-location:" in head or "<saved by" in head or "content-location:" in head
        return 0.97 if saved and "received:" not in head else 0.0

    def members(self, data: bytes, context: ReadContext, budget: Budget) -> Iterator[Member | Rejected]:
        """Yield the page. Raises ParseError when there is none."""
        message = email.message_from_bytes(data, policy=email.policy.default)
        part = next((part for part in message.walk() if part.get_content_type() in _PAGE_TYPES), None)
        if part is None:
            raise ParseError("The saved page (MHTML) holds no HTML.", mend="Save the page again.")
        content = page_bytes(part)
        budget.charge(len(content))
        address = str(message.get("Snapshot-Content-Location") or part.get("Content-Location") or "").strip()
        yield Member(
            context.file_name.rpartition("/")[2] or "page.html",
            content,
            url=address if address.startswith(("http://", "https://")) else "",
            captured_at=_fetched(str(message.get("Date") or ""), context),
            media_type="text/html",
        )


class WebArchive:
    """A page saved by Safari: a property list with the page and its pictures."""

    name = "webarchive"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.97 for a property list with a main web resource."""
        plist = data.startswith(b"bplist0") or b"<plist" in data[:1000]
        return 0.97 if plist and b"WebMainResource" in data else 0.0

    def members(self, data: bytes, context: ReadContext, budget: Budget) -> Iterator[Member | Rejected]:
        """Yield the page. Raises ParseError when the list is damaged."""
        try:
            main = plistlib.loads(data)["WebMainResource"]
            content, address = bytes(main["WebResourceData"]), str(main.get("WebResourceURL", ""))
            encoding = str(main.get("WebResourceTextEncodingName") or "")
        except (plistlib.InvalidFileException, KeyError, TypeError, ValueError, RecursionError, OverflowError) as error:
            raise ParseError("The .webarchive file is damaged.", mend="Save the page again.") from error
        except Exception as error:  # expat's own error class for the XML form
            raise ParseError("The .webarchive file is damaged.", mend="Save the page again.") from error
        budget.charge(len(content))
        yield Member(
            context.file_name.rpartition("/")[2] or "page.html",
            _as_utf8(content, encoding),
            url=address if address.startswith(("http://", "https://")) else "",
            media_type="text/html",
        )


WARC, WACZ, MHTML, WEBARCHIVE = Warc(), Wacz(), Mhtml(), WebArchive()


def pages(data: bytes, context: ReadContext, budget: Budget, name: str) -> Iterator[Member | Rejected]:
    """Yield the HTML pages of a WARC. A record that is damaged or cut off is a Rejected and ends the reading.

    Raises ParseError when not even the first record can be read, or when there is no page at all.
    """
    count = others = 0
    broken: Rejected | None = None
    records = ArchiveIterator(io.BytesIO(data), no_record_parse=False, verify_http=False, arc2warc=True)
    place = 0
    while True:
        place += 1
        try:
            record = next(records)
            page = _page(record, context) if record.rec_type in _RECORDS else None
            cut = _cut_off(record)
        except StopIteration:
            break
        except _DAMAGED as error:
            why = (
                "is not compressed record by record" if "non-chunked" in str(error).lower() else "is damaged or cut off"
            )
            broken = Rejected(f"{name} record {place}", f"Record {place} of the web archive {why}.", "Export it again.")
            break
        if cut:
            broken = Rejected(
                f"{name} record {place}", f"Record {place} of the web archive is cut off.", "Copy it again."
            )
            break
        if page is None:
            others += record.rec_type in _RECORDS
            continue
        if len(page.data) > context.max_bytes:
            why = f"The page is larger than {context.max_bytes // 2**20} MB."
            yield Rejected(page.name, why, "Raise the limit in the settings.", format="warc")
            continue
        budget.charge(len(page.data))
        count += 1
        yield page
    if broken is None and records.err_count:
        why = "A record of the web archive is cut short: its length is not what it says."
        broken = Rejected(name, why, "Copy or export it again.", format="warc")
    if broken:
        if not count:
            raise ParseError(broken.reason, mend=broken.mend)
        yield broken
    elif not count:
        more = f" ({others} responses of other kinds)" if others else ""
        raise ParseError(f"The web archive holds no saved page{more}.", mend="Record the pages themselves.")


def page_bytes(part: EmailMessage) -> bytes:
    """Return the HTML of a MIME part as UTF-8 bytes with a mark when its header names the encoding."""
    content = part.get_payload(decode=True)
    return _as_utf8(content if isinstance(content, bytes) else b"", part.get_content_charset() or "")


def _as_utf8(content: bytes, encoding: str) -> bytes:
    if not encoding:
        return content
    try:
        return b"\xef\xbb\xbf" + content.decode(encoding).removeprefix("\ufeff").encode("utf-8")
    except (LookupError, UnicodeError):
        return content


def _page(record, context: ReadContext) -> Member | None:  # type: ignore[no-untyped-def]
    headers = record.rec_headers
    http = record.http_headers
    media_type = (http.get_header("Content-Type") if http else headers.get_header("Content-Type")) or ""
    status = http.get_statuscode() if http else "200"
    if media_type.split(";")[0].strip().lower() not in _PAGE_TYPES or not status.startswith("2"):
        return None
    content = record.content_stream().read(context.max_bytes + 1)
    if not content.strip():
        return None
    _, _, encoding = media_type.lower().partition("charset=")
    address = headers.get_header("WARC-Target-URI") or ""
    return Member(
        address or headers.get_header("WARC-Record-ID") or "page",
        _as_utf8(content, encoding.strip(" \"';")) if encoding else content,
        url=address if address.startswith(("http://", "https://")) else "",
        captured_at=_fetched(headers.get_header("WARC-Date") or "", context),
        media_type="text/html",
    )


def _cut_off(record) -> bool:  # type: ignore[no-untyped-def]
    """Say whether the file ends before the record does. Reads the record to its end."""
    stream = record.raw_stream
    while stream.read(65536):
        pass
    return bool(getattr(stream, "limit", 0) > 0)


def _fetched(stamp: str, context: ReadContext) -> datetime | None:
    """Return when the page was fetched; a moment after the upload can't be true."""
    moment = stamps.moment(stamp)
    return moment if moment and moment <= context.captured_at else None


def _hashes(package: zipfile.ZipFile) -> dict[str, str]:
    try:
        found = json.loads(package.read("datapackage.json"))
        resources = found.get("resources") if isinstance(found, dict) else None
        if isinstance(resources, list):
            return {str(r.get("path")): str(r.get("hash") or "") for r in resources if isinstance(r, dict)}
    except (ValueError, KeyError, RecursionError, zipfile.BadZipFile) as error:
        raise ParseError(
            "The WACZ package is damaged: its data package can't be read.", mend="Export it again."
        ) from error
    return {}
