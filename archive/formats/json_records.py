"""JSON and JSON Lines: a list of records, one record a line, or a list inside an envelope as APIs send it.

Each record is read by what it is: a record of the archive's own export, ninjs, or a row of named values.
"""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from archive.formats import archive_export, live_posts, ninjs, rows
from archive.formats.base import ParsedArticle, ParseError, ReadContext, Rejected
from archive.formats.json_text import load
from archive.formats.sniff import head_text, is_json
from archive.text.encoding import UndecodableText, decode

_LISTS = (
    "articles",
    "items",
    "_items",
    "results",
    "docs",
    "documents",
    "records",
    "entries",
    "rows",
    "stories",
    "news",
    "posts",
    "data",
    "hits",
    "value",
    "response",
    "feed",
)


class JsonRecords:
    """JSON of any shape that holds articles."""

    name = "json"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.8 for what begins as JSON does, less for what is only called so."""
        if is_json(data):
            return 0.8
        named = file_name.lower().endswith((".json", ".jsonl", ".ndjson"))
        return 0.32 if named and head_text(data, 64).lstrip()[:1] in ("{", "[") else 0.0

    def read(self, data: bytes, context: ReadContext) -> Iterator[ParsedArticle | Rejected]:
        """Yield an article for each record. Raises ParseError when no record can be had at all."""
        if is_lines(data):
            yield from _lines(data, context)
            return
        found = _list_in(load(data, "JSON"))
        if not found:
            raise ParseError(
                "The JSON file holds no list of records.", mend="Export the articles as a list of objects."
            )
        for place, record in enumerate(found, 1):
            name = f"record {place}" if len(found) > 1 else ""
            raw = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") if len(found) > 1 else b""
            yield from _guarded(record, context, name, raw)


FORMAT = JsonRecords()


def is_lines(data: bytes) -> bool:
    """Say whether the first line is a whole JSON object and not the whole file."""
    first, _, rest = data.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    if not first.lstrip().startswith(b"{") or not rest.strip():
        return False
    try:
        return isinstance(json.loads(first), Mapping)
    except (ValueError, RecursionError):
        return False


def _lines(data: bytes, context: ReadContext) -> Iterator[ParsedArticle | Rejected]:
    try:
        data[:65536].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < 65000:
            try:
                data = decode(data).encode("utf-8", "replace")
            except UndecodableText as problem:
                raise ParseError(str(problem), mend="Save it as UTF-8 and try again.") from problem
    mapped: dict[tuple[str, ...], dict[str, str]] = {}
    for number, line in enumerate(io.BytesIO(data), 1):
        stripped = line.strip(b"\xef\xbb\xbf \t\r\n\x00")
        if not stripped:
            continue
        name = f"line {number}"
        try:
            record = json.loads(stripped)
        except (ValueError, RecursionError) as error:
            why = f"Line {number} is not JSON: {_why(error)}."
            yield Rejected(name, why, "Export that record again.", stripped, "json")
            continue
        yield from _guarded(record, context, name, stripped, mapped)


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} (column {error.colno})"
    return "it nests too deep" if isinstance(error, RecursionError) else str(error)[:120]


def _guarded(
    record: Any,
    context: ReadContext,
    name: str,
    raw: bytes,
    mapped: dict[tuple[str, ...], dict[str, str]] | None = None,
) -> Iterator[ParsedArticle | Rejected]:
    """Yield the articles of one record, a Rejected when it has none; alone in its file, the error speaks for it."""
    try:
        for made in _articles(record, context, name, mapped):
            yield dataclasses.replace(made, raw=raw) if raw else made
    except ParseError as error:
        if not name:
            raise
        yield Rejected(name, str(error), error.mend, raw, "json")


def _articles(
    record: Any, context: ReadContext, name: str, mapped: dict[tuple[str, ...], dict[str, str]] | None
) -> Iterator[ParsedArticle]:
    if not isinstance(record, Mapping):
        raise ParseError("The record is no object with named values.", mend="Export each article as an object.")
    if archive_export.looks_like(record):
        yield archive_export.article(record, context, name)
        return
    if not context.columns and ninjs.looks_like(record):
        yield from ninjs.articles(record, context, name)
        return
    flat = rows.flat(record)
    keys = tuple(flat)
    if mapped is None:
        columns = rows.mapping(keys, context.columns)
    elif (columns := mapped.get(keys, {})) == {}:
        columns = rows.mapping(keys, context.columns)
        if len(mapped) < 1000:
            mapped[keys] = columns
    made = rows.article(flat, context, kind="json", record=name, columns=columns)
    if posts := live_posts.posts_of(record, context):
        made = dataclasses.replace(made, kind="live_blog", posts=posts, body=live_posts.text_of(posts))
    yield made


def _list_in(found: Any, depth: int = 0) -> list[Any]:
    """Return the records: the list itself, the list inside an envelope, or the one object that is an article."""
    if isinstance(found, list):
        return found
    if not isinstance(found, Mapping) or depth > 3:
        return []
    if "headline" in found or "body" in found:
        return [found]
    for name in _LISTS:
        inner = found.get(name)
        if isinstance(inner, list) and any(isinstance(entry, Mapping) for entry in inner):
            return inner
        if isinstance(inner, Mapping) and (records := _list_in(inner, depth + 1)):
            return records if len(records) > 1 or not _is_article(found) else [found]
    return [found] if depth == 0 or _is_article(found) else []


def _is_article(found: Mapping[str, Any]) -> bool:
    columns = rows.guess(rows.flat(found)).values()
    return "headline" in columns or "body" in columns
