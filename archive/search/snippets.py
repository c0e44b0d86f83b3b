"""Marks what matched in a text, and cuts the pieces worth showing.

The promise: marks are made with the same analysis as the index, so what is marked is what matched, also for phrases,
prefixes and misspelt words; a piece is a run of (text, marked) pairs, never markup, so a template can't forget to
escape it. Joined, the runs of a whole text are that text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import compress, count

from rapidfuzz.distance import OSA

from . import plan as plans
from .analysis import fold, places_of, printed_tokens, stemming_language, stems_of, typewritten
from .nodes import Node
from .plan import Planner

WIDTH = 220
PIECES = 2
MOST_MARKS = 60
SENTENCE_END = re.compile(r"[.!?…]['\"”’)]*\s+|\n")

Runs = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    stems: frozenset[str]
    forms: frozenset[str]
    beginnings: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    fuzzy: tuple[tuple[str, int], ...]
    runs: tuple[tuple[tuple[str, ...], int], ...]

    def has_form(self, form: str) -> bool:
        """Say whether a form is asked for, whatever its stem."""
        if form in self.forms or form.startswith(self.beginnings):
            return True
        return any(pattern.fullmatch(form) for pattern in self.patterns) or any(
            OSA.distance(word, form, score_cutoff=most) <= most for word, most in self.fuzzy
        )

    @property
    def of_words(self) -> bool:
        """Whether single words are asked for, apart from runs."""
        return bool(self.stems or self.forms or self.beginnings or self.patterns or self.fuzzy)


class Matched(dict[str, bool]):
    """Token as printed -> whether it is to be marked, in one language, each asked once."""

    def __init__(self, wanted: _Wanted, language: str) -> None:
        super().__init__()
        self.wanted, self.stems = wanted, stems_of(language)
        self.by_form = bool(wanted.forms or wanted.beginnings or wanted.patterns or wanted.fuzzy)

    def __missing__(self, token: str) -> bool:
        lowered = token.lower()
        wanted = self.wanted
        found = bool(wanted.stems) and self.stems[lowered] in wanted.stems
        found = found or (self.by_form and wanted.has_form(fold(lowered)))
        self[token] = found
        return found


class Marker:
    """Marks the words of a query in texts."""

    def __init__(self, query: Node, languages: Sequence[str], today: date) -> None:
        self.plan = Planner(languages, today).plan(query)
        self.known: dict[str, _Wanted] = {}
        self.matched: dict[tuple[str, str], Matched] = {}

    def _wanted(self, zone: str) -> _Wanted:
        if zone not in self.known:
            names = ("stems", "forms", "beginnings", "patterns", "fuzzy", "runs")
            found: dict[str, list] = {name: [] for name in names}
            _collect(self.plan, zone, found)
            self.known[zone] = _Wanted(
                frozenset(found["stems"]),
                frozenset(found["forms"]),
                tuple(found["beginnings"]),
                tuple(found["patterns"]),
                tuple(found["fuzzy"]),
                tuple(found["runs"]),
            )
        return self.known[zone]

    def spans(self, text: str, language: str, zone: str = "body", most: int | None = None) -> list[tuple[int, int]]:
        """Return where the text holds matched words: start and end of each, in order, no more than the first `most`."""
        wanted = self._wanted(zone)
        if not wanted.of_words and not wanted.runs:
            return []
        text = typewritten(text)
        base = stemming_language(language)
        found = printed_tokens(text)
        marked: list[int] = []
        if wanted.of_words:
            if (zone, base) not in self.matched:
                self.matched[zone, base] = Matched(wanted, base)
            marked = list(compress(count(), map(self.matched[zone, base].__getitem__, found)))
        if wanted.runs:
            stems = list(map(stems_of(base).__getitem__, map(str.lower, found)))
            held = set(stems)
            places = [_run_places(stems, run, slop) for run, slop in wanted.runs if held.issuperset(run)]
            marked = sorted(set(marked).union(*places))
        return places_of(found, text, marked[:most])

    def mark(self, text: str, language: str, zone: str = "headline") -> Runs:
        """Return the whole text as runs."""
        return _runs(text, self.spans(text, language, zone), 0, len(text))

    def snippets(self, text: str, language: str, zone: str = "body", pieces: int = PIECES) -> tuple[Runs, ...]:
        """Return the pieces of the text that hold most of the matched words; its beginning when none does."""
        spans = self.spans(text, language, zone, MOST_MARKS)
        if not spans:
            return (_cut(text, [], 0, _end(text, 0)),) if text else ()
        chosen = _choose(text, spans, pieces)
        return tuple(_cut(text, spans, start, end) for start, end in chosen)


def _collect(plan: plans.Plan, zone: str, found: dict[str, list]) -> None:
    match plan:
        case plans.AllOf() | plans.AnyOf():
            for child in plan.children:
                _collect(child, zone, found)
        case plans.Stems() if plan.zone in ("", zone):
            found["stems"] += plan.terms
        case plans.Form() if plan.zone in ("", zone):
            found["forms"].append(plan.form)
        case plans.FormPattern() if plan.zone in ("", zone) and re.fullmatch(r"[^*?]*\*", plan.pattern):
            found["beginnings"].append(plan.pattern[:-1])
        case plans.FormPattern() if plan.zone in ("", zone):
            letters = {"*": r"\S*", "?": r"\S"}
            found["patterns"].append(re.compile("".join(letters.get(c, re.escape(c)) for c in plan.pattern)))
        case plans.FormFuzzy() if plan.zone in ("", zone):
            found["fuzzy"].append((plan.form, plan.distance))
        case plans.Run() if plan.zone in ("", zone):
            found["runs"] += [(run, plan.slop) for run in plan.runs]
        case plans.Run() | plans.Stems() if plan.zone == "quote" and zone == "body":
            terms = plan.terms if isinstance(plan, plans.Stems) else ()
            found["stems"] += terms
            if isinstance(plan, plans.Run):
                found["runs"] += [(run, plan.slop) for run in plan.runs]


def _run_places(stems: list[str], run: tuple[str, ...], slop: int) -> set[int]:
    """Return the places of the words that run together: in order, or with a slop within the window in any order."""
    found: set[int] = set()
    length = len(run)
    if not slop:
        for at, stem in enumerate(stems):
            if stem == run[0] and tuple(stems[at : at + length]) == run:
                found.update(range(at, at + length))
        return found
    wanted = set(run)
    for at, stem in enumerate(stems):
        if stem in wanted:
            window = stems[at : at + length + slop]
            if wanted <= set(window):
                found.update(at + place for place, term in enumerate(window) if term in wanted)
    return found


def _end(text: str, start: int) -> int:
    """Return where a piece that begins here ends: after about WIDTH characters, not within a word."""
    if len(text) <= start + WIDTH:
        return len(text)
    space = max(text.rfind(" ", start, start + WIDTH), text.rfind("\n", start, start + WIDTH))
    return space if space > start else start + WIDTH


def _start(text: str, mark: int) -> int:
    """Return where a piece that shows this mark begins: with its sentence when that is near, else with a word."""
    earliest = max(0, mark - WIDTH // 2)
    if earliest == 0 and "\n" not in text[:mark]:
        return 0
    sentence = [found.end() for found in SENTENCE_END.finditer(text, earliest, mark)]
    if sentence:
        return sentence[0]
    space = text.find(" ", earliest, mark)
    return space + 1 if space >= 0 else earliest


def _choose(text: str, spans: list[tuple[int, int]], pieces: int) -> list[tuple[int, int]]:
    words = [text[start:end].lower() for start, end in spans]
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    windows = []
    for start in starts:
        begin = _start(text, start)
        end = _end(text, begin)
        inside = words[bisect_left(starts, begin) : bisect_right(ends, end)]
        windows.append((-len(set(inside)), -len(inside), begin, end))
    chosen: list[tuple[int, int]] = []
    for *_, begin, end in sorted(windows):
        if len(chosen) == pieces:
            break
        if end > begin and all(end <= other or begin >= last for other, last in chosen):
            chosen.append((begin, end))
    return sorted(chosen)


def _cut(text: str, spans: list[tuple[int, int]], start: int, end: int) -> Runs:
    runs = _runs(text, [(s, e) for s, e in spans if start <= s and e <= end], start, end)
    runs = tuple((" ".join(part.split("\n")), marked) for part, marked in runs)
    before = (("… ", False),) if start > 0 else ()
    after = ((" …", False),) if end < len(text.rstrip()) else ()
    return (*before, *runs, *after)


def _runs(text: str, spans: list[tuple[int, int]], start: int, end: int) -> Runs:
    found, at = [], start
    for first, last in spans:
        if first > at:
            found.append((text[at:first], False))
        found.append((text[first:last], True))
        at = last
    if at < end:
        found.append((text[at:end], False))
    return tuple(found)
