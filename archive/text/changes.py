"""What a change is: headline, number, date, name, quote, attribution, paragraph, correction note, caption, wording, or
nothing but trifles.

The promise: every difference between two versions falls into at least one class, a class is never given for spacing or
typography, and each change carries the words it was before and after, so that one sentence can tell it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from archive.text.dates import find_dates
from archive.text.diff import Row, diff_line, diff_texts
from archive.text.names import capitalized_runs
from archive.text.normalize import fold, same_key
from archive.text.quote_marks import find_quoted, mask_quoted
from archive.text.sentences import split_sentences
from archive.text.sourcing import find_cues

ChangeKind = Literal[
    "headline",
    "number",
    "date",
    "name",
    "quote_added",
    "quote_removed",
    "quote_changed",
    "attribution",
    "paragraph_added",
    "paragraph_removed",
    "paragraph_moved",
    "correction_note",
    "caption",
    "wording",
    "trivial",
]

SHORTEST_QUOTE = 3
SAME_QUOTE = 75

_NUMBER = re.compile(r"(?<![\w.])[$€£¥]?\d+(?:[.,\u00a0\u202f]\d+)*(?:st|nd|rd|th|%|k|m|bn)?(?![\w])", re.I)
_NUMBER_WORD = (
    "(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    "(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundreds?|thousands?|millions?|billions?|dozens?)"
)
_NUMBER_WORDS = re.compile(rf"\b{_NUMBER_WORD}(?:[ -](?:and )?{_NUMBER_WORD})*\b", re.I)
_PRONOUNS = frozenset("he she they it who i we which that".split())  # noqa: SIM905
_WEEKDAY = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|today|tomorrow|"
    r"(?:january|february|march|april|june|july|august|september|october|november|december)"
    r"(?:\s+(?:19|20)\d\d)?)\b",
    re.I,
)
_NOTE = re.compile(
    r"^\W*(?:corrections?|clarifications?|editor['’]?s['’]? note|amendment|erratum|retraction|"
    r"(?:this|an earlier|a previous) (?:article|story|report|version|headline|piece|post)\b.{0,120}?"
    r"\b(?:amended|corrected|updated|clarified|misstated|incorrectly|wrongly|said|stated|gave|misspelled)|"
    r"(?:исправление|уточнение|поправка|corrección|fe de errores|rectificación|berichtigung|korrektur|"
    r"correctif|rectificatif|تصحيح)\b)",
    re.I,
)
_STAMP = re.compile(
    r"^\W*(?:last\s+)?(?:updated?|modified|published|posted|first published|обновлено|опубликовано|actualizado|"
    r"publicado|aktualisiert|veröffentlicht|stand|mis à jour|publié|modifié)\b[^.!?]{0,60}\d[^.!?]{0,40}$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Said:
    """The fields of a version that are compared."""

    headline: str = ""
    standfirst: str = ""
    byline: str = ""
    source_line: str = ""
    body: str = ""
    captions: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One classed change; `before` or `after` is "" where there was nothing."""

    kind: ChangeKind
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one field, each with the classes of the changes in it."""

    field: str
    rows: tuple[tuple[Row, tuple[ChangeKind, ...]], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions compared: the rows to show, and the changes as classes."""

    sections: tuple[Section, ...]
    changes: tuple[Change, ...]
    kinds: tuple[ChangeKind, ...] = ()


def compare(before: Said, after: Said) -> Comparison:
    """Return how `after` differs from `before`: rows for each field, and the changes, weightiest first."""
    finder = _Finder(before, after)
    sections = []
    for name in ("headline", "standfirst", "byline", "source_line"):
        row = diff_line(getattr(before, name), getattr(after, name))
        if row is not None:
            sections.append(Section(name, ((row, finder.line(name, row)),)))
    rows = diff_texts(before.body, after.body)
    sections.append(Section("body", tuple((row, finder.paragraph(row)) for row in rows)))
    captions = diff_texts("\n".join(before.captions), "\n".join(after.captions))
    if captions:
        sections.append(Section("captions", tuple((row, finder.caption(row)) for row in captions)))
    changes = finder.changes()
    present = {change.kind for change in changes}
    kinds = tuple(kind for kind in ORDER if kind in present)
    return Comparison(tuple(sections), changes, kinds)


ORDER: tuple[ChangeKind, ...] = ChangeKind.__args__  # type: ignore[attr-defined]


def is_silent(kinds: Sequence[str]) -> bool:
    """Return whether something of weight changed while no note says so."""
    weighty = {"headline", "number", "date", "name", "quote_removed", "quote_changed", "attribution"}
    return bool(weighty & set(kinds)) and "correction_note" not in kinds


def _quotes(text: str) -> dict[str, str]:
    """Return the quotes of at least three words: key -> as printed."""
    found = (text[span.start : span.end].strip() for span in find_quoted(text))
    return {same_key(quote): quote for quote in found if len(quote.split()) >= SHORTEST_QUOTE}


class _Finder:
    """Collects the changes of two versions. Quotes and names are looked for in the whole text, so that one that only
    moved to another paragraph counts as kept."""

    def __init__(self, before: Said, after: Said) -> None:
        self.old = "\n".join((before.headline, before.standfirst, before.body))
        self.new = "\n".join((after.headline, after.standfirst, after.body))
        # Both whole texts, made ready once: every name and every quote is looked for in them.
        self.old_spaced, self.new_spaced = (_spaced(f" {fold(text)} ") for text in (self.old, self.new))
        self.found: list[Change] = []
        old, new = _quotes(self.old), _quotes(self.new)
        self.gone = {key: text for key, text in old.items() if key not in new}
        self.come = {key: text for key, text in new.items() if key not in old}
        self.reworded: dict[str, str] = {}
        old_key, new_key = same_key(self.old), same_key(self.new)
        for key, text in self.gone.items():
            best = max(self.come, key=lambda other: fuzz.ratio(key, other), default="")
            if best and best not in self.reworded.values() and fuzz.ratio(key, best) >= SAME_QUOTE:
                self.reworded[key] = best
                self.found.append(Change("quote_changed", text, self.come[best]))
            elif key not in new_key:
                self.found.append(Change("quote_removed", text))
        for key, text in self.come.items():
            if key not in self.reworded.values() and key not in old_key:
                self.found.append(Change("quote_added", "", text))

    def changes(self) -> tuple[Change, ...]:
        """Return everything found, weightiest class first, each once."""
        return tuple(sorted(dict.fromkeys(self.found), key=lambda change: ORDER.index(change.kind)))

    def line(self, name: str, row: Row) -> tuple[ChangeKind, ...]:
        """Class the change of a field of one line."""
        if row.kind == "same":
            return self._note_trivial(row)
        if name == "headline":
            return self._add(Change("headline", row.before, row.after))
        if name == "byline":
            return self._add(Change("name", row.before, row.after))
        if name == "source_line":
            return self._add(Change("attribution", row.before, row.after))
        return self._inside(row)

    def caption(self, row: Row) -> tuple[ChangeKind, ...]:
        """Class the change of a caption: captions change all the time, so they are a class of their own."""
        return self._note_trivial(row) if row.kind == "same" else self._add(Change("caption", row.before, row.after))

    def paragraph(self, row: Row) -> tuple[ChangeKind, ...]:
        """Class the change of a paragraph of the body."""
        if row.kind == "same":
            return self._note_trivial(row)
        if all(not text or _STAMP.match(text) for text in (row.before, row.after)):
            return self._add(Change("trivial", row.before, row.after))
        if row.kind in ("added", "changed") and _NOTE.match(row.after) and not _NOTE.match(row.before):
            return self._add(Change("correction_note", "", row.after))
        quotes = self._quote_kinds(row)
        if row.kind == "added":
            return self._add(Change("paragraph_added", "", row.after)) + quotes
        if row.kind == "removed":
            return self._add(Change("paragraph_removed", row.before)) + quotes
        kinds: tuple[ChangeKind, ...] = ()
        if row.kind == "moved":
            kinds = self._add(Change("paragraph_moved", row.before, row.after))
            if row.trivial:
                return kinds
        return kinds + self._inside(row)

    def _inside(self, row: Row) -> tuple[ChangeKind, ...]:
        """Class what differs inside a changed paragraph or line."""
        changes = [*_differing("date", _dates(row.before), _dates(row.after))]
        changes += _differing("number", _numbers(row.before), _numbers(row.after))
        changes += self._names(row)
        changes += _attributions(row)
        kinds = self._add(*changes) + self._quote_kinds(row)
        return kinds or self._add(Change("wording", row.before, row.after))

    def _names(self, row: Row) -> Iterator[Change]:
        old = [run.text for run in capitalized_runs(row.before)]
        new = [run.text for run in capitalized_runs(row.after)]
        gone = [name for name in dict.fromkeys(old) if f" {fold(name)} " not in self.new_spaced]
        come = [name for name in dict.fromkeys(new) if f" {fold(name)} " not in self.old_spaced]
        yield from _paired("name", gone, come)

    def _quote_kinds(self, row: Row) -> tuple[ChangeKind, ...]:
        kinds: list[ChangeKind] = []
        for key in _quotes(row.before):
            if key in self.gone:
                kinds.append("quote_changed" if key in self.reworded else "quote_removed")
        for key in _quotes(row.after):
            if key in self.come and key not in self.reworded.values():
                kinds.append("quote_added")
        present = {change.kind for change in self.found}
        return tuple(kind for kind in dict.fromkeys(kinds) if kind in present)

    def _note_trivial(self, row: Row) -> tuple[ChangeKind, ...]:
        return self._add(Change("trivial")) if row.before != row.after or row.trivial else ()

    def _add(self, *changes: Change) -> tuple[ChangeKind, ...]:
        self.found.extend(changes)
        return tuple(dict.fromkeys(change.kind for change in changes))


def _spaced(key: str) -> str:
    """Return folded text as words with one space around each, so that a name is looked for as a whole."""
    return re.sub(r"[^\w'’-]+", " ", key)


def _dates(text: str) -> Counter[str]:
    printed = [found.printed for found in find_dates(text)]
    rest = text
    for one in printed:
        rest = rest.replace(one, " ")
    return Counter(" ".join(one.split()) for one in [*printed, *_WEEKDAY.findall(rest)])


def _numbers(text: str) -> Counter[str]:
    for found in find_dates(text):
        text = text.replace(found.printed, " ")
    return Counter([*_NUMBER.findall(text), *_NUMBER_WORDS.findall(text)])


def _differing(kind: ChangeKind, old: Counter[str], new: Counter[str]) -> list[Change]:
    return _paired(kind, list((old - new).elements()), list((new - old).elements()))


def _paired(kind: ChangeKind, gone: list[str], come: list[str]) -> list[Change]:
    """Return changes that pair what went with what came in its place, in reading order."""
    width = max(len(gone), len(come))
    filled = zip(gone + [""] * (width - len(gone)), come + [""] * (width - len(come)), strict=True)
    return [Change(kind, before, after) for before, after in filled]


def _attributions(row: Row) -> list[Change]:
    old, new = _sources(row.before), _sources(row.after)
    gone = [text for key, text in old.items() if key not in new]
    come = [text for key, text in new.items() if key not in old]
    return _paired("attribution", gone, come)


def _sources(text: str) -> dict[str, str]:
    """Return who is said to tell something in this paragraph: folded name -> as printed."""
    masked = mask_quoted(text, find_quoted(text))
    found = {}
    for sentence in split_sentences(masked):
        for cue in find_cues(masked, sentence):
            source = text[cue.source[0] : cue.source[1]].strip()
            if source and fold(source).split()[0] not in _PRONOUNS:
                found[fold(source)] = source
    return found
