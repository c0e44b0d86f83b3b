"""What an undated article's text proves about its date: the promise is a day it can't be older than, with the reason
in words, or nothing. No date is ever invented from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from archive.text.dates import find_dates

from .terms import word_stems

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(_DAYS)})\b", re.IGNORECASE)
# What lies ahead proves nothing: "next Friday", "will meet on Friday".
_AHEAD = re.compile(
    r"\b(?:next|coming|upcoming|by|until|will|would|to be|is due|are due|is set|are set|plans?|planned|expected)\b"
    rf"[^.!?\n]{{0,60}}?\b(?:{'|'.join(_DAYS)})\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s+|\n+")
_SAME_SENTENCE = 0.4


@dataclass(frozen=True, slots=True)
class Dated:
    """A dated member of the story, as evidence for the undated ones."""

    id: int
    day: date
    headline: str
    body: str
    outlet: str


@dataclass(frozen=True, slots=True)
class NotBefore:
    """The first day on which an undated article can have come out, and why."""

    day: date
    reason: str


def not_before(text: str, dated: Sequence[Dated], origins: Sequence[Dated] = ()) -> NotBefore | None:
    """Return the latest day that the text of an undated article proves it is not older than.

    `dated` are the dated members of its story, `origins` the held reports that it cites. Three kinds of evidence:
    a report it cites, a full date it looks back on, and weekdays that a dated member fixes, because that member says
    the same with the same weekdays.
    """
    found = [NotBefore(o.day, f"cites the report of {o.outlet} of {_printed(o.day)}") for o in origins]
    latest = max((member.day for member in dated), default=None)
    for sentence in _sentences(text):
        if _AHEAD.search(sentence):
            continue
        found += _full_dates(sentence, latest)
        found += _weekdays(sentence, dated)
    return max(found, key=lambda f: (f.day, -len(f.reason)), default=None)


def _full_dates(sentence: str, latest: date | None) -> list[NotBefore]:
    """Full dates are evidence only up to the latest dated member: what comes after may be an announcement."""
    found = []
    for read in find_dates(sentence) if latest else []:
        if not re.search(rf"\b{read.value.year}\b", sentence) or read.value.date() > latest:
            continue
        found.append(NotBefore(read.value.date(), f"speaks of {_printed(read.value.date())}"))
    return found


def _weekdays(sentence: str, dated: Sequence[Dated]) -> list[NotBefore]:
    named = _named_days(sentence)
    if not named:
        return []
    stems = frozenset(word_stems(sentence))
    found = []
    for member in dated:
        for other in _sentences(member.body):
            both = [day for day in named if day in _named_days(other)]
            if not both or _AHEAD.search(other):
                continue
            held = frozenset(word_stems(other))
            if len(stems & held) < 4 or len(stems & held) / min(len(stems), len(held)) < _SAME_SENTENCE:
                continue
            day = max(_last_before(member.day, name) for name in both)
            days = " and ".join(name.capitalize() for name in both)
            found.append(
                NotBefore(
                    day,
                    f"speaks of {_what(sentence)} {days}, as does {member.outlet} on {_printed(member.day)}",
                )
            )
    return found


def _what(sentence: str) -> str:
    """Return the words before the first weekday, "talks on", or "what happened on" when there are none."""
    head = sentence[: _WEEKDAY.search(sentence).start()].rstrip()  # type: ignore[union-attr]
    words = [w.strip(",;:()") for w in head.split()]
    if not words or words[-1].lower() not in ("on", "of", "since", "last"):
        return "what happened on"
    ignored = {"after", "following", "during", "the", "a", "an"}
    while words and words[0].lower() in ignored:
        words.pop(0)
    return " ".join(words) if 1 < len(words) <= 8 else "what happened " + words[-1]


def _named_days(sentence: str) -> list[str]:
    return list(dict.fromkeys(match.group().lower() for match in _WEEKDAY.finditer(sentence)))


def _last_before(day: date, weekday: str) -> date:
    """Return the last such weekday on or before the day."""
    return day - timedelta((day.weekday() - _DAYS.index(weekday)) % 7)


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCE.split(text) if sentence.strip()]


def _printed(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
