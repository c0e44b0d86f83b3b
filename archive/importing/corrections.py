"""What was read, as people corrected it: a manifest's word, then an editor's fields, restored and removed lines.

Pure: the reading stays as it is beside the corrections, so that any of them can be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from archive.formats.base import DateReading, Line, ParsedArticle, ParsedTag
from archive.text import dates

from . import serial

TEXT_FIELDS = (
    "headline",
    "standfirst",
    "byline",
    "dateline",
    "credit",
    "source_line",
    "body",
    "language",
    "url",
    "guid",
)


def corrected(parsed: Mapping[str, Any], said: Mapping[str, Any], decision: Mapping[str, Any]) -> ParsedArticle:
    """Return the article as it is to be imported. `said` is a manifest's row, `decision` an editor's word."""
    article = serial.from_json(parsed)
    if said:
        article = _as_said(article, said, "the manifest")
    if not decision:
        return article
    restored = frozenset(decision.get("restored", ()))
    removed = frozenset(decision.get("removed", ()))
    if restored or removed:
        article = replace(article, body=_relined(article, restored, removed), lines=_marked(article, restored, removed))
    return _as_said(article, decision.get("fields", {}), "an editor")


def read_date(text: str) -> DateReading | None:
    """Return the date that a person wrote in ISO 8601: an instant with its zone, wall time without, or a day."""
    text = text.strip()
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) <= 10:
        return DateReading(value, "day", printed=text)
    if value.tzinfo is not None:
        return DateReading(value, "instant", zone=text[19:] or "UTC", printed=text)
    return DateReading(value, "minute", printed=text)


def _as_said(article: ParsedArticle, said: Mapping[str, Any], who: str) -> ParsedArticle:
    changes: dict[str, Any] = {name: said[name] for name in TEXT_FIELDS if name in said}
    if "byline" in changes and changes["byline"] != article.byline:
        changes["authors"] = tuple(part.strip() for part in changes["byline"].split(",") if part.strip())
    if "published_at" in said:
        wanted = str(said["published_at"]).strip()
        if not wanted:
            changes["published"] = replace(
                article.published, value=None, precision="unknown", rule=f"taken away by {who}", where=""
            )
        elif (reading := read_date(wanted) or _printed_date(wanted, article.language)) is not None:
            changes["published"] = replace(
                reading, where=f"said by {who}", rule=f"said by {who}", candidates=article.published.candidates
            )
    if "tags" in said:
        changes["tags"] = _tags(said["tags"], article.tags)
    return replace(article, **changes) if changes else article


def _printed_date(text: str, language: str) -> DateReading | None:
    """Return a date as pages print it, which is what an editor picks among the candidates."""
    found = dates.read_date(text, language=language)
    return DateReading(found.value, found.precision, found.zone, found.printed) if found else None


def _tags(said: str | Sequence[str], known: Sequence[ParsedTag]) -> tuple[ParsedTag, ...]:
    names = said.replace("\n", ";").split(";") if isinstance(said, str) else said
    held = {tag.name: tag for tag in known}
    return tuple(held.get(name.strip(), ParsedTag(name.strip())) for name in names if name.strip())


def _relined(article: ParsedArticle, restored: frozenset[int], removed: frozenset[int]) -> str:
    """Return the body with restored lines where they stood among the lines around them, and removed ones taken out."""
    paragraphs = article.body.split("\n") if article.body else []
    texts = {line.number: _flat(line.text) for line in article.lines}
    gone = {texts[number] for number in removed if number in texts}
    paragraphs = [text for text in paragraphs if _flat(text) not in gone]
    at = 0
    for line in sorted(article.lines, key=lambda one: one.number):
        flat = _flat(line.text)
        if line.number in restored:
            if line.role != "body":
                paragraphs.insert(at, " ".join(line.text.split()))
                at += 1
        elif line.role == "body" and line.number not in removed:
            # A wrapped dump has several lines to a paragraph: stand behind the paragraph that holds this line.
            for index in range(max(at - 1, 0), len(paragraphs)):
                if flat and flat in _flat(paragraphs[index]):
                    at = index + 1
                    break
    return "\n".join(paragraphs)


def _marked(article: ParsedArticle, restored: frozenset[int], removed: frozenset[int]) -> tuple[Line, ...]:
    out = []
    for line in article.lines:
        if line.number in restored:
            line = line._replace(role="body", reason="")
        elif line.number in removed:
            line = line._replace(role="furniture", reason="removed by an editor")
        out.append(line)
    return tuple(out)


def _flat(text: str) -> str:
    return " ".join(text.split())
