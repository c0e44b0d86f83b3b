"""Reading of the dates in a query: days, months, years, ranges and a few phrases.

The promise: what can't be read raises ValueError with the mend; nothing is guessed. Days begin at midnight UTC; a date
without a known zone was stored as its printed wall time, so it falls into the day that was printed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
LAST = re.compile(r"last (\d{1,4}) (day|week|month|year)s?")
MEND = 'write 2024-04-06, 2024-04, 2024, 2024-04..2024-06, "last week", "last 30 days", or unknown'
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time; None leaves a side open; `until` is exclusive."""

    since: datetime | None = None
    until: datetime | None = None


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _months(first: date, count: int) -> date:
    index = first.year * 12 + first.month - 1 + count
    if not 12 <= index < 9999 * 12:
        raise ValueError("that is outside the calendar; " + MEND)
    return date(index // 12, index % 12 + 1, 1)


def _days(text: str) -> tuple[date, date]:
    """Return the first day and the day after the last one of a day, month or year."""
    found = DAY.fullmatch(text)
    if not found:
        raise ValueError(f"“{text}” is not a date; {MEND}")
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    try:
        if day is not None and month is not None:
            first = date(year, month, day)
            return first, first + timedelta(days=1)
        first = date(year, month or 1, 1)
    except (ValueError, OverflowError):
        raise ValueError(f"there is no date “{text}”; {MEND}") from None
    return first, _months(first, 1 if month else 12)


def _phrase(text: str, today: date) -> tuple[date, date] | None:
    monday = today - timedelta(days=today.weekday())
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    named = {
        "today": (today, today + timedelta(days=1)),
        "yesterday": (today - timedelta(days=1), today),
        "this week": (monday, monday + timedelta(days=7)),
        "last week": (monday - timedelta(days=7), monday),
        "this month": (month, _months(month, 1)),
        "last month": (_months(month, -1), month),
        "this year": (year, _months(year, 12)),
        "last year": (_months(year, -12), year),
    }
    if text in named:
        return named[text]
    if found := LAST.fullmatch(text):
        count, unit = int(found[1]), found[2]
        end = today + timedelta(days=1)
        if unit in ("day", "week"):
            return end - timedelta(days=count * (7 if unit == "week" else 1)), end
        return _months(month, -count * (12 if unit == "year" else 1)), end
    return None


def _side(text: str, today: date) -> tuple[date, date]:
    return _phrase(text, today) or _days(text)


def resolve(text: str, side: str, today: date) -> Span | None:
    """Return the stretch of time that a date in a query names, None for "unknown".

    `side` is "date" (within), "before" (earlier than it begins) or "after" (later than it ends).
    """
    text = " ".join(text.lower().split())
    if text == UNKNOWN:
        if side != "date":
            raise ValueError("“unknown” goes with date: only; write date:unknown")
        return None
    if ".." in text:
        if side != "date":
            raise ValueError(f"a range goes with date: only; write date:{text}")
        left, _, right = (part.strip() for part in text.partition(".."))
        if not left and not right:
            raise ValueError(f"the range has neither a beginning nor an end; {MEND}")
        since = _start(_side(left, today)[0]) if left else None
        until = _start(_side(right, today)[1]) if right else None
        if since and until and since >= until:
            raise ValueError(f"the range ends before it begins; write {right}..{left}")
        return Span(since, until)
    first, end = _side(text, today)
    if side == "before":
        return Span(None, _start(first))
    if side == "after":
        return Span(_start(end), None)
    return Span(_start(first), _start(end))
