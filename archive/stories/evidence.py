"""What an undated article's text proves about its date: the promise is a day it can't be older than, with the reason
in words, or nothing. No date is ever invented from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from archive.text.dates import find_dates
from archive.text.days import AHEAD, DAYS, WEEKDAYS, last_before, sentences
from archive.text.terms import word_stems

_SAME_SENTENCE = 0.4
_YEAR = re.compile(r"\d{4}")


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
    for sentence in sentences(text):
        if AHEAD["en"].search(sentence):
            continue
        found += _full_dates(sentence, latest)
        found += _weekdays(sentence, dated)
    return max(found, key=lambda f: (f.day, -len(f.reason)), default=None)


def _full_dates(sentence: str, latest: date | None) -> list[NotBefore]:
    """Full dates are evidence only up to the latest dated member: what comes after may be an announcement."""
    found = []
    for read in find_dates(sentence) if latest and _YEAR.search(sentence) else ():
        if not re.search(rf"\b{read.value.year}\b", sentence) or read.value.date() > latest:
            continue
        found.append(NotBefore(read.value.date(), f"speaks of {_printed(read.value.date())}"))
    return found


def _weekdays(sentence: str, dated: Sequence[Dated]) -> list[NotBefore]:
    """Weekdays are compared within one language only: nothing was measured across two."""
    language, named = _named_days(sentence)
    if not named:
        return []
    stems = frozenset(word_stems(sentence, language))
    found = []
    for member in dated:
        for spoken, days, held in _sentences_with_days(member.body):
            both = [day for day in named if day in days]
            if not both or spoken != language:
                continue
            if len(stems & held) < 4 or len(stems & held) / min(len(stems), len(held)) < _SAME_SENTENCE:
                continue
            day = max(last_before(member.day, number) for number in both)
            names = " and ".join(DAYS[number] for number in both)
            found.append(
                NotBefore(
                    day,
                    f"speaks of {_what(sentence, language)} {names}, as does {member.outlet} on {_printed(member.day)}",
                )
            )
    return found


@lru_cache(maxsize=1024)
def _sentences_with_days(body: str) -> tuple[tuple[str, tuple[int, ...], frozenset[str]], ...]:
    """Return the sentences that name weekdays, each with its language, these days and its stems. A story of hundreds
    of articles asks for each of them again for every sentence of an undated one."""
    found = []
    for sentence in sentences(body):
        language, days = _named_days(sentence)
        if days:
            found.append((language, tuple(days), frozenset(word_stems(sentence, language))))
    return tuple(found)


def _what(sentence: str, language: str) -> str:
    """Return the words before the first weekday, "talks on", or "what happened on" when there are none, or the
    sentence is not English."""
    head = sentence[: WEEKDAYS[language].search(sentence).start()].rstrip()  # type: ignore[union-attr]
    words = [w.strip(",;:()") for w in head.split()] if language == "en" else []
    if not words or words[-1].lower() not in ("on", "of", "since", "last"):
        return "what happened on"
    ignored = {"after", "following", "during", "the", "a", "an"}
    while words and words[0].lower() in ignored:
        words.pop(0)
    return " ".join(words) if 1 < len(words) <= 8 else "what happened " + words[-1]


def _named_days(sentence: str) -> tuple[str, list[int]]:
    """Return the language in which a sentence names weekdays, and their numbers from 0 for Monday in reading order.

    What lies ahead is no evidence, so a sentence that speaks of it names none.
    """
    for language, pattern in WEEKDAYS.items():
        found = [match.lastindex - 1 for match in pattern.finditer(sentence) if match.lastindex]
        if found:
            return language, [] if AHEAD[language].search(sentence) else list(dict.fromkeys(found))
    return "", []


def _printed(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
