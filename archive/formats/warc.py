"""WARC files, plain or compressed record by record, and the older ARC: a container of saved pages.

Every successful HTML response is one page with its address and the moment it was fetched; pictures, scripts, redirects
and pages of errors are not articles and are left out.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator
from typing import Any

import brotli
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader
from warcio.exceptions import ArchiveLoadFailed

from archive.formats import containers, sniff, stamps
from archive.formats.base import Budget, Member, ParseError, ReadContext, Rejected

_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_DIGEST = "The page does not match the checksum that the web archive holds of it."
_RECORDS = ("response", "resource", "conversion")
_DAMAGED = (ArchiveLoadFailed, OSError, EOFError, ValueError, KeyError, IndexError, AttributeError, TypeError)


class _Brotli:
    """What warcio asks of a decompressor, which today's brotli does not offer by itself."""

    unused_data = b""

    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    def decompress(self, data: bytes) -> bytes:
        """Return what comes out of further bytes; raises brotli.error for those that are no Brotli."""
        return bytes(self._inner.process(data))

    def flush(self) -> bytes:
        """Return nothing: all has come out already."""
        return b""


BufferedReader.DECOMPRESSORS["br"] = _Brotli


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
        yield from pages(data, context, budget, context.file_name.rpartition("/")[2] or "web archive")


FORMAT = Warc()


def pages(data: bytes, context: ReadContext, budget: Budget, name: str) -> Iterator[Member | Rejected]:
    """Yield the HTML pages of a WARC. A record that is damaged or cut off is a Rejected and ends the reading.

    Raises ParseError when not even the first record can be read, or when there is no page at all.
    """
    count = others = 0
    broken: Rejected | None = None
    records = ArchiveIterator(io.BytesIO(data), arc2warc=True, check_digests=True)
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
        yield dataclasses.replace(page, warning=_DIGEST) if _is_altered(record) else page
    if broken is None and records.err_count:
        why = "A record of the web archive is cut short: its length is not what it says."
        broken = Rejected(name, why, "Copy or export it again.", format="warc")
    if broken:
        if not count:
            raise ParseError(broken.reason, mend=broken.mend)
        yield broken
    elif not count:
        raise ParseError(
            f"The web archive holds no saved page, but {others} responses of other kinds."
            if others
            else "The web archive holds no saved page.",
            mend="Record the pages themselves.",
        )


def _page(record: Any, context: ReadContext) -> Member | None:
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
        sniff.as_utf8(content, encoding.strip(" \"';")) if encoding else content,
        url=address if address.startswith(("http://", "https://")) else "",
        captured_at=stamps.fetched(headers.get_header("WARC-Date") or "", context),
        media_type="text/html",
    )


def _is_altered(record: Any) -> bool:
    """Say whether a record that was read to its end does not match the checksum of its block."""
    return any("block digest" in problem for problem in getattr(record.digest_checker, "problems", ()))


def _cut_off(record: Any) -> bool:
    """Say whether the file ends before the record does. Reads the record to its end."""
    stream = record.raw_stream
    while stream.read(65536):
        pass
    return bool(getattr(stream, "limit", 0) > 0)
