"""What the writers of NITF, NewsML-G2 and ninjs need of an article, free of the database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote

from archive.formats.base import ParsedTag, Precision

Status = Literal["usable", "withheld", "canceled"]
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class ExportArticle:
    """One version of an article, to be written in a wire format.

    `issued_at` (aware) is when this version came out. `published_at` is aware for an instant, naive for a minute
    without zone and for a day, as `published_precision` says. `body` is one paragraph a line. `signal` is
    "correction" or "update" for a version that is one.
    """

    guid: str
    headline: str
    body: str
    outlet_name: str
    issued_at: datetime
    version: int = 1
    status: Status = "usable"
    signal: Literal["", "update", "correction"] = ""
    published_at: datetime | None = None
    published_precision: Precision = "unknown"
    standfirst: str = ""
    byline: str = ""
    authors: tuple[str, ...] = ()
    dateline: str = ""
    credit: str = ""
    language: str = ""
    url: str = ""
    editor_note: str = ""
    embargoed_until: datetime | None = None
    urgency: int | None = None
    slugline: str = ""
    tags: tuple[ParsedTag, ...] = ()
    captions: tuple[str, ...] = ()
    usage_terms: str = ""
    usage_expires_at: datetime | None = None
    page: str = ""
    edition: str = ""

    @property
    def paragraphs(self) -> list[str]:
        """The lines of the body that say something."""
        return [line for line in (fit(line) for line in self.body.split("\n")) if line.strip()]

    @property
    def has_instant(self) -> bool:
        """Whether the moment of publication is known with its zone."""
        return self.published_at is not None and self.published_at.tzinfo is not None


def fit(value: str) -> str:
    """Return the text without the characters that neither XML nor a reader can take."""
    return _UNFIT.sub("", value)


def uri_of(guid: str) -> str:
    """Return the guid as a URI; one that is none becomes the tail of a URN."""
    return guid if _SCHEME.fullmatch(guid) else f"urn:x-guid:{quote(guid, safe='')}"


def utc(moment: datetime) -> str:
    """Return an aware moment as ISO 8601 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def basic(moment: datetime, precision: Precision = "instant") -> str:
    """Return a moment in the basic form that NITF uses: with Z when its zone is known, without a clock for a day."""
    if precision == "day" or (precision == "inferred" and moment.tzinfo is None):
        return moment.strftime("%Y%m%d")
    if moment.tzinfo is None:
        return moment.strftime("%Y%m%dT%H%M%S")
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
