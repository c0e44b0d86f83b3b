"""What an outlet's pages keep repeating, and what editors said about its lines, headlines and tables.

The machine counts on how many different articles of an outlet a line stood; an editor's word beats any count. Each
thing learnt is a row that says who taught it and can be undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection
from django.db.models import F

from archive.formats.base import ParsedArticle
from archive.models import ColumnMapping, Outlet, OutletHabit, OutletLine, User
from archive.text.normalize import filed_key, key_of_words, line_key, words_of_lines

from .child import header_key

_LONGEST = 300
_MOST_LINES = 400
# Roles that are never furniture, however often a line comes back.
_TEXT_ROLES = frozenset({"body", "headline", "standfirst", "byline", "date", "source", "tag"})


def key_of(text: str) -> str:
    """Return the key under which a line is kept."""
    return filed_key(line_key(text))


def learn_lines(pages: Iterable[tuple[int | None, ParsedArticle]]) -> None:
    """Count the lines that were taken out of these new articles for their outlets; call it in their transaction."""
    seen: dict[tuple[int, str], tuple[str, int]] = {}
    for outlet_id, parsed in pages:
        if outlet_id is None:
            continue
        page: dict[str, str] = {}
        texts = [" ".join(line.text.split()) for line in parsed.lines if line.role not in _TEXT_ROLES]
        texts = [text for text in dict.fromkeys(texts) if len(text) <= _LONGEST]
        for text, tokens in zip(texts, words_of_lines(texts), strict=True):
            if key := key_of_words(tokens):
                page.setdefault(key, text)
                if len(page) == _MOST_LINES:
                    break
        for key, text in page.items():
            seen[outlet_id, key] = (text, seen.get((outlet_id, key), ("", 0))[1] + 1)
    if not seen:
        return
    # Sorted, so that two workers that learn the same lines take their locks in the same order.
    rows = sorted((outlet_id, filed_key(key), text, count) for (outlet_id, key), (text, count) in seen.items())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO archive_outletline (outlet_id, key, text, verdict, origin, seen, learnt_at)"
            " SELECT outlet_id, key, text, 'furniture', 'machine', seen, clock_timestamp()"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[]) AS one (outlet_id, key, text, seen)"
            " ON CONFLICT (outlet_id, key) DO UPDATE SET seen = archive_outletline.seen + excluded.seen",
            [list(column) for column in zip(*rows, strict=True)],
        )


def learn_verdict(*, outlet: Outlet, text: str, verdict: str, by: User | None, at: datetime) -> OutletLine:
    """Keep an editor's word on a line of an outlet: part of the text, or furniture."""
    line, _ = OutletLine.objects.update_or_create(
        outlet=outlet,
        key=key_of(text),
        defaults={
            "text": " ".join(text.split())[:500],
            "verdict": verdict,
            "origin": OutletLine.Origin.EDITOR,
            "learnt_by": by,
            "learnt_at": at,
            "undone_at": None,
            "undone_by": None,
        },
    )
    return line


def learn(*, outlet: Outlet, lesson: Mapping[str, str], by: User | None, at: datetime) -> None:
    """Keep what an editor did at the preview: {"line", "verdict"} of a line, {"field", "origin"} of a picked value."""
    if "line" in lesson:
        learn_verdict(outlet=outlet, text=lesson["line"], verdict=lesson["verdict"], by=by, at=at)
    else:
        learn_habit(outlet=outlet, field=lesson["field"], origin=lesson["origin"], by=by)


def undo_line(line: OutletLine, *, by: User | None, at: datetime) -> None:
    """Take back what was learnt about a line; it stays listed as undone."""
    OutletLine.objects.filter(pk=line.pk, undone_at=None).update(undone_at=at, undone_by=by)


def learn_habit(*, outlet: Outlet, field: str, origin: str, by: User | None) -> None:
    """Count one more time that an editor took a field of this outlet from this place."""
    habit, made = OutletHabit.objects.get_or_create(
        outlet=outlet, field=field, origin=origin[:64], defaults={"learnt_by": by}
    )
    if not made:
        OutletHabit.objects.filter(pk=habit.pk).update(picks=F("picks") + 1, undone_at=None, learnt_by=by)


def learn_columns(*, header: list[str], columns: Mapping[str, str], by: User | None) -> ColumnMapping:
    """Remember how the columns of a kind of table are read."""
    mapping, _ = ColumnMapping.objects.update_or_create(
        header_key=header_key(header), defaults={"header": header, "columns": dict(columns), "learnt_by": by}
    )
    return mapping


def known_tables() -> dict[str, dict[str, str]]:
    """Return how the columns of every known kind of table are read, by the key of its header."""
    return dict(ColumnMapping.objects.values_list("header_key", "columns"))
