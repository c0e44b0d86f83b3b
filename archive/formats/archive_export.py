"""The archive's own JSON Lines export, read back: what `export_articles --json` wrote becomes the same articles again.

The text and everything printed with it come back as they were; attributions, quotes and stories are found again by the
archive itself. What of a record is no part of an article as formats know it (earlier versions, captures) is taken from
the record's bytes when it is imported: `is_record` says that they are there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from archive.formats import fields, stamps
from archive.formats.base import (
    Candidate,
    DateReading,
    Line,
    ParsedArticle,
    ParsedTag,
    ParseError,
    Post,
    Precision,
    ReadContext,
    Signal,
    TagKind,
)

_KEYS = frozenset(("article", "outlet", "headline", "body", "published_precision", "versions", "captures"))
_VERSION_KEYS = frozenset(("number", "kind", "recorded_at"))
_SIGNALS: dict[str, Signal] = {"canceled": "kill", "withheld": "withhold"}


def looks_like(record: Mapping[str, Any]) -> bool:
    """Say whether a JSON object is a line of the archive's export."""
    return record.keys() >= _KEYS


def is_whole(record: Mapping[str, Any]) -> bool:
    """Say whether the texts of all versions stand in the record, as exports have had them since there was a restore."""
    current = record.get("current_version")
    versions, captures = record.get("versions"), record.get("captures")
    if not isinstance(versions, list) or not isinstance(captures, list) or not all(map(_is_capture, captures)):
        return False
    return any(_is_version(one) and one["number"] == current for one in versions) and all(
        _is_version(one) and (one["number"] == current or isinstance(one.get("body"), str)) for one in versions
    )


def _is_version(one: Any) -> bool:
    return isinstance(one, Mapping) and one.keys() >= _VERSION_KEYS and isinstance(one["number"], int)


def _is_capture(one: Any) -> bool:
    return isinstance(one, Mapping) and isinstance(one.get("sha256"), str) and isinstance(one.get("captured_at"), str)


def article(record: Mapping[str, Any], context: ReadContext, name: str = "") -> ParsedArticle:
    """Return the article of one exported line. Raises ParseError for a value of the wrong kind."""
    outlet = record.get("outlet")
    outlet_name = _text(outlet.get("name")) if isinstance(outlet, Mapping) else ""
    versions = [version for version in record.get("versions") or () if isinstance(version, Mapping)]
    number = record.get("current_version")
    last: Mapping[str, Any] = next(
        (one for one in versions if one.get("number") == number), versions[-1] if versions else {}
    )
    byline = _text(record.get("byline"))
    headline, body = _text(record.get("headline")), _text(record.get("body"))
    if not headline and not body and not record.get("status") == "canceled":
        raise ParseError("The exported record has neither a headline nor a text.", mend="Export it again.")
    return ParsedArticle(
        format="archive",
        headline=headline,
        standfirst=_text(record.get("standfirst")),
        byline=byline,
        authors=_authors(record, byline),
        dateline=_text(record.get("dateline")),
        credit=_text(record.get("credit")),
        source_line=_text(record.get("source_line")),
        body=body,
        language=_text(record.get("language")),
        outlet_name=outlet_name,
        outlet_evidence="export of an archive" if outlet_name else "",
        url=_text(record.get("url")),
        guid=_text(record.get("guid")),
        kind="live_blog" if record.get("kind") == "live_blog" else "article",
        published=_published(record, context),
        issued_at=stamps.moment(_text(last.get("issued_at"))),
        provider_version=_text(record.get("provider_version")),
        signal=_SIGNALS.get(_text(record.get("status")), "correction" if last.get("kind") == "correction" else ""),
        editor_note=_text(record.get("editor_note")),
        embargoed_until=stamps.hold_until(_text(record.get("embargoed_until")), context),
        urgency=record.get("urgency") if isinstance(record.get("urgency"), int) else None,
        slugline=_text(record.get("slugline")),
        tags=fields.tags(_tag(tag) for tag in record.get("tags") or () if isinstance(tag, Mapping)),
        captions=tuple(_text(caption) for caption in record.get("captions") or ()),
        usage_terms=_text(record.get("usage_terms")),
        usage_expires_at=stamps.expires_at(_text(record.get("usage_expires_at")), context),
        page=_text(record.get("page")),
        edition=_text(record.get("edition")),
        posts=tuple(_post(post) for post in record.get("posts") or () if isinstance(post, Mapping)),
        lines=tuple(_lines(record)),
        record=name,
        is_record=is_whole(record),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _tag(tag: Mapping[str, Any]) -> ParsedTag:
    kind: TagKind = next((kind for kind in get_args(TagKind) if kind == tag.get("kind")), "topic")
    return ParsedTag(_text(tag.get("name")), kind, _text(tag.get("code")))


def _authors(record: Mapping[str, Any], byline: str) -> tuple[str, ...]:
    authors = record.get("authors")
    return tuple(map(_text, authors)) if isinstance(authors, list) else fields.authors_of(byline)


def _post(post: Mapping[str, Any]) -> Post:
    stamp = _text(post.get("published_at"))
    try:
        value = datetime.fromisoformat(stamp) if stamp else None
    except ValueError:
        value = None
    precision: Precision = "unknown" if value is None else "instant" if value.tzinfo else "minute"
    published = DateReading(value, precision, printed=stamp, where="export of an archive") if value else DateReading()
    return Post(_text(post.get("headline")), _text(post.get("body")), published)


def _lines(record: Mapping[str, Any]) -> list[Line]:
    removed = [line for line in record.get("removed_lines") or () if isinstance(line, Mapping)]
    return [
        Line(int(line.get("number") or place), _text(line.get("text")), "furniture", _text(line.get("reason")))
        for place, line in enumerate(removed, 1)
    ]


def _published(record: Mapping[str, Any], context: ReadContext) -> DateReading:
    """Return the date with the precision it was exported with, which the string alone does not tell."""
    exported, printed = _text(record.get("published_at")), _text(record.get("published_printed"))
    precision: Precision = next(
        (known for known in get_args(Precision) if known == record.get("published_precision")), "unknown"
    )
    where = "export of an archive"
    try:
        value = datetime.fromisoformat(exported) if exported else None
    except ValueError:
        return stamps.lost(exported, where, "is no date")
    if value is None or precision == "unknown":
        return DateReading(printed=printed)
    if stamps.is_later(value, context.captured_at):
        return stamps.lost(exported, where, "later than the capture")
    if precision in ("minute", "day"):
        value = value.replace(tzinfo=None)
    elif value.tzinfo is None and precision == "instant":
        precision = "minute"
    if precision == "day":
        value = datetime(value.year, value.month, value.day)
    return DateReading(
        value=value,
        precision=precision,
        zone="" if value.tzinfo is None else exported[19:] or "UTC",
        printed=printed or exported,
        where=where,
        rule="kept from the export",
        candidates=(Candidate(printed or exported, where),),
    )
