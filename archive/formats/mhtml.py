"""MHTML: a page saved with its pictures as one MIME file, as browsers write it."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator

from archive.formats import sniff, stamps
from archive.formats.base import Budget, Member, ParseError, ReadContext, Rejected
from archive.formats.sniff import head_text

_PAGE_TYPES = ("text/html", "application/xhtml+xml")


class Mhtml:
    """A page saved by Chrome, Edge or Internet Explorer."""

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
        raw = part.get_payload(decode=True)
        content = sniff.as_utf8(raw if isinstance(raw, bytes) else b"", part.get_content_charset() or "")
        budget.charge(len(content))
        address = str(message.get("Snapshot-Content-Location") or part.get("Content-Location") or "").strip()
        yield Member(
            context.file_name.rpartition("/")[2] or "page.html",
            content,
            url=address if address.startswith(("http://", "https://")) else "",
            captured_at=stamps.fetched(str(message.get("Date") or ""), context),
            media_type="text/html",
        )


FORMAT = Mhtml()
