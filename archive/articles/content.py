"""What a version says and what is known about its article, as values: the one shape that imports, editors and watched
sources hand to the operations."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from archive.formats.base import DateReading, ParsedArticle, ParsedTag
from archive.models import Article, Version
from archive.text.fingerprint import text_key

_TRACKING = {"fbclid", "gclid", "igshid", "mc_cid", "mc_eid", "ocid", "cmpid", "smid", "ref", "xtor", "wt_mc", "spm"}


@dataclass(frozen=True, slots=True)
class Content:
    """The text fields of one version. `body` holds one paragraph a line."""

    headline: str = ""
    standfirst: str = ""
    byline: str = ""
    authors: tuple[str, ...] = ()
    dateline: str = ""
    credit: str = ""
    source_line: str = ""
    body: str = ""
    captions: tuple[str, ...] = ()
    posts: tuple[Mapping[str, str | None], ...] = ()
    language: str = ""
    provider_version: str = ""
    issued_at: datetime | None = None

    @property
    def sha256(self) -> str:
        """The hash of everything a reader sees of this version, as lower-case hex."""
        said = {
            name: getattr(self, name)
            for name in ("headline", "standfirst", "byline", "dateline", "credit", "source_line", "body", "captions")
        }
        said["posts"] = self.posts
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    @property
    def text_key(self) -> str:
        """The key under which the same text after cleaning is found: spacing, case and quote style do not count."""
        return text_key(self.headline, self.standfirst, self.body)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about an article besides its text."""

    guid: str = ""
    url: str = ""
    kind: str = "article"
    published: DateReading = field(default_factory=DateReading)
    embargoed_until: datetime | None = None
    urgency: int | None = None
    slugline: str = ""
    page: str = ""
    edition: str = ""
    editor_note: str = ""
    usage_terms: str = ""
    usage_expires_at: datetime | None = None
    tags: tuple[ParsedTag, ...] = ()


@dataclass(frozen=True, slots=True)
class NewCapture:
    """Bytes as received, on their way into the archive. `reading` is the machine's reading as JSON."""

    data: bytes
    format: str
    captured_at: datetime
    file: str = ""
    record: str = ""
    url: str = ""
    reading: Mapping[str, object] = field(default_factory=dict)
    read_key: str = ""


def content_of(parsed: ParsedArticle) -> Content:
    """Return the text fields that a version of this parsed article would have."""
    return Content(
        headline=parsed.headline,
        standfirst=parsed.standfirst,
        byline=parsed.byline,
        authors=parsed.authors,
        dateline=parsed.dateline[:300],
        credit=parsed.credit[:300],
        source_line=parsed.source_line,
        body=parsed.body,
        captions=parsed.captions,
        posts=tuple(
            {"headline": post.headline, "body": post.body, "published_at": _iso(post.published.value)}
            for post in parsed.posts
        ),
        language=parsed.language,
        provider_version=parsed.provider_version[:60],
        issued_at=parsed.issued_at,
    )


def metadata_of(parsed: ParsedArticle) -> Metadata:
    """Return what this parsed article says about itself besides its text."""
    return Metadata(**{item.name: getattr(parsed, item.name) for item in fields(Metadata)})


def content_of_version(version: Version) -> Content:
    """Return the text fields of a stored version, to start a correction or a revert from."""
    values = {item.name: getattr(version, item.name) for item in fields(Content)}
    for name in ("authors", "captions", "posts"):
        values[name] = tuple(values[name])
    return Content(**values)


def version_values(content: Content) -> dict[str, object]:
    """Return the column values of a version that says this."""
    values = asdict(content)
    for name in ("authors", "captions", "posts"):
        values[name] = list(values[name])
    return values | {"content_sha256": content.sha256, "text_key": content.text_key}


def published_values(reading: DateReading) -> dict[str, object]:
    """Return the column values of a date with its evidence.

    A naive value is stored as wall time in UTC with no offset: no zone is invented (docs/decisions/0010).
    """
    evidence = {
        "where": reading.where,
        "rule": reading.rule,
        "zone": reading.zone,
        "candidates": [asdict(candidate) for candidate in reading.candidates],
    }
    printed = reading.printed[:200]
    if reading.value is None:
        return {
            "published_at": None,
            "published_precision": Article.Precision.UNKNOWN,
            "published_offset": None,
            "published_printed": printed,
            "published_evidence": evidence,
        }
    offset = reading.value.utcoffset()
    value = reading.value if offset is not None else reading.value.replace(tzinfo=UTC)
    precision = reading.precision
    if precision == "instant" and offset is None:
        precision = "minute"
    known = offset is not None and precision in ("instant", "inferred")
    if precision == "day":
        value = reading.value.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
    return {
        "published_at": value,
        "published_precision": precision,
        "published_offset": round((offset or timedelta()).total_seconds() / 60) if known else None,
        "published_printed": printed,
        "published_evidence": evidence,
    }


def url_key(url: str) -> str:
    """Return the key under which an address is compared: no scheme, no "www.", no fragment, no tracking parameters."""
    if not url:
        return ""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
        port = parts.port
    except ValueError:
        return ""
    if not host or not (parts.path.strip("/") or parts.query):
        return ""
    query = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not name.startswith("utm_") and name.lower() not in _TRACKING
    ]
    key = host + (f":{port}" if port and port not in (80, 443) else "") + (parts.path.rstrip("/") or "/")
    if query:
        key += "?" + urlencode(sorted(query))
    return key if len(key) <= 500 else key[:430] + "#" + hashlib.sha256(key.encode()).hexdigest()


def host_of(url: str) -> str:
    """Return the host of an address in lower case without "www.", or "" when it has none."""
    try:
        return (urlsplit(url.strip()).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def changed_fields(before: Content, after: Content) -> Sequence[str]:
    """Return the names of the text fields in which the two differ."""
    return [item.name for item in fields(Content) if getattr(before, item.name) != getattr(after, item.name)]


def _iso(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
