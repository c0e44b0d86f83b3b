"""Parsed articles as JSON and back, so that a reading can cross to another process and wait in the database.

Only what differs from the empty article is written. What PostgreSQL cannot store in a text (NUL characters, halves of
surrogate pairs) is taken out here, once, for every format.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from operator import itemgetter
from typing import Any

from archive.formats.base import (
    Candidate,
    DateReading,
    Line,
    OutletHints,
    ParsedArticle,
    ParsedTag,
    Post,
)

_DATED = ("issued_at", "embargoed_until", "usage_expires_at", "captured_at")
_VALUES_OF_LINE = itemgetter(*Line._fields)
_NOT_WRITTEN = frozenset({"raw", "record"})
_DEFAULTS = {
    item.name: item.default if item.default is not MISSING else item.default_factory()  # type: ignore[misc]
    for item in fields(ParsedArticle)
    if item.default is not MISSING or item.default_factory is not MISSING
}


def to_json(parsed: ParsedArticle) -> dict[str, Any]:
    """Return the article as plain JSON values, without its bytes and its place in the file."""
    out: dict[str, Any] = {"format": parsed.format}
    for name, default in _DEFAULTS.items():
        value = getattr(parsed, name)
        if name in _NOT_WRITTEN or value == default:
            continue
        if name == "published":
            out[name] = _date_out(value)
        elif name in _DATED:
            out[name] = value.isoformat()
        elif name == "tags":
            out[name] = [[tag.name, tag.kind, tag.code] for tag in value]
        elif name == "lines":
            out[name] = [
                {"number": line.number, "text": line.text, "role": line.role, "reason": line.reason} for line in value
            ]
        elif name == "posts":
            out[name] = [
                {"headline": post.headline, "body": post.body, "published": _date_out(post.published)} for post in value
            ]
        elif name == "candidates":
            out[name] = {key: [_candidate_out(one) for one in found] for key, found in value.items()}
        else:
            out[name] = list(value) if isinstance(value, tuple) else value
    return out


def from_json(values: Mapping[str, Any]) -> ParsedArticle:
    """Return the parsed article that `to_json` wrote."""
    read: dict[str, Any] = {"format": values.get("format", "")}
    for name, value in values.items():
        if name not in _DEFAULTS:
            continue
        if name == "published":
            read[name] = _date_in(value)
        elif name in _DATED:
            read[name] = datetime.fromisoformat(value)
        elif name == "tags":
            read[name] = tuple(ParsedTag(*tag) for tag in value)
        elif name == "lines":
            read[name] = tuple(map(Line._make, map(_VALUES_OF_LINE, value)))
        elif name == "posts":
            read[name] = tuple(Post(post["headline"], post["body"], _date_in(post["published"])) for post in value)
        elif name == "candidates":
            read[name] = {key: tuple(Candidate(**one) for one in found) for key, found in value.items()}
        else:
            read[name] = tuple(value) if isinstance(value, list) else value
    return ParsedArticle(**read)


def dumps(values: Any) -> str:
    """Return JSON text that PostgreSQL stores whatever the file had in it."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    if "\\u0000" in text:
        text = json.dumps(_without_nul(values), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode()


def hints_to_json(hints: OutletHints) -> dict[str, Any]:
    """Return what is known of an outlet as plain JSON values."""
    return {
        item.name: sorted(value) if isinstance(value, (tuple, frozenset)) else value
        for item in fields(OutletHints)
        if (value := getattr(hints, item.name))
    }


def hints_from_json(values: Mapping[str, Any]) -> OutletHints:
    """Return the hints that `hints_to_json` wrote."""
    read = dict(values)
    for name in ("names", "hosts"):
        read[name] = tuple(read.get(name, ()))
    for name in ("furniture", "body_lines"):
        read[name] = frozenset(read.get(name, ()))
    return OutletHints(**read)


def _date_out(reading: DateReading) -> dict[str, Any]:
    out: dict[str, Any] = {"value": reading.value.isoformat() if reading.value else None}
    for name in ("precision", "zone", "printed", "where", "rule"):
        if value := getattr(reading, name):
            out[name] = value
    if reading.candidates:
        out["candidates"] = [_candidate_out(one) for one in reading.candidates]
    return out


def _date_in(values: Mapping[str, Any]) -> DateReading:
    read = dict(values)
    read["value"] = datetime.fromisoformat(values["value"]) if values.get("value") else None
    read["candidates"] = tuple(Candidate(**one) for one in values.get("candidates", ()))
    return DateReading(**read)


def _candidate_out(one: Candidate) -> dict[str, str]:
    return {"value": one.value, "origin": one.origin, "lost_because": one.lost_because}


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {key: _without_nul(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_nul(one) for one in value]
    return value
