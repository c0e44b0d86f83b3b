"""What the wire formats have in common: authors in a byline, the words of corrections and kills, subject codes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import get_args
from urllib.parse import urlsplit

from archive.formats.base import Candidate, ParsedTag, Signal, TagKind
from archive.formats.blocks import clean

_BY = re.compile(
    r"^\W*(?:(?:written|reported|story|text|words)\s+)?(?:by|von|par|por|di|door|av|af|od|автор|от)\b[\s:]*", re.I
)
_AND = re.compile(r"\s*(?:,|;|/|\||&|\b(?:and|AND|And|und|UND|et|ET|y|e|en|och|og|и)\b)\s*")
# Words for "by" that are also first names and parts of names: "Di March", "Da Vinci".
_MAYBE_NAME = re.compile(r"^(?:Di|Par|Od|Av|Af|Von)\s+\S+$")
_ROLE = re.compile(
    r"\b(?:staff|reporter|correspondent|editor|writer|press|agency|news|desk|bureau|network|online|services?|wire|"
    r"media|group|inc|ltd|limited|gmbh|redaktion|newsroom|dpa|afp|ap|reuters|aap|contributor|journalist|analyst)\b",
    re.I,
)
_SHORT = re.compile(r"[A-Z]{2,6}")
_KILL = re.compile(
    r"^\W*(?:(?:BULLETIN|MANDATORY|URGENT|ADVISORY|STORY|PICTURE|NEWS)\W+){0,2}KILL(?:ED)?\b(?=\W*(?:[-:–—(]|$|NOTICE|"
    r"STORY|ALERT|THE\b))|^\W*WITHDRAW(?:N|AL|S)\W*[-:–—(]|\bmandatory kill\b",
)
_KILL_NOTE = re.compile(
    r"\bmandatory kill\b|^\W*(?:please\s+)?(?:kill|withdraw)\b|\bkill (?:this|the) (?:story|item)\b", re.I
)
_CORRECTION = re.compile(
    r"^\W*(?:(?:CORRECT(?:ION|ED|S|IVE)|RECTIFICATIF|BERICHTIGUNG|KORREKTUR|CORRECCIÓN|CORRIGENDUM)\b\W*(?:\d\W*)?[-:–—(]"
    r"|(?:Correction|Corrected|Corrects|Berichtigung|Korrektur|Rectificatif)\s*[:–—(])",
)
_CORRECTION_NOTE = re.compile(r"^\W*(?:correct(?:s|ion|ed|ing)\b|rectif|berichtig|korrigier|corrige)", re.I)
_UPDATE = re.compile(r"^\W*(?:UPDATE\s*\d*|WRAPUP\s*\d*|LEAD|WRITETHRU)\W*[-:–—]|\b\d(?:st|nd|rd|th) (?:Ld|Lead)\b")

# The seventeen subjects at the top of IPTC's tree, whose numbers mean the same as Subject Code and as Media Topic.
TOP_SUBJECTS = {
    "01": "arts, culture, entertainment and media",
    "02": "crime, law and justice",
    "03": "disaster, accident and emergency incident",
    "04": "economy, business and finance",
    "05": "education",
    "06": "environment",
    "07": "health",
    "08": "human interest",
    "09": "labour",
    "10": "lifestyle and leisure",
    "11": "politics and government",
    "12": "religion",
    "13": "science and technology",
    "14": "society",
    "15": "sport",
    "16": "conflict, war and peace",
    "17": "weather",
}
_STAMP = re.compile(
    r"\d{4}[-/.]?\d\d[-/.]?\d\d(?:[T\s]\s*\d\d:?\d\d(?::?\d\d(?:\.\d+)?)?)?\s*(?:Z|GMT|UTC)?\s*(?:[+-]\d\d:?\d\d)?"
)
_SUBJECT = re.compile(r"(?:(?:iptc-?)?subj(?:ectcode)?:|medtop:|mediatopic:)?(\d{8})", re.I)

# The words senders use for the state of an item; the IPTC names are first.
_SIGNALS: dict[str, Signal] = {
    "usable": "",
    "canceled": "kill",
    "cancelled": "kill",
    "killed": "kill",
    "kill": "kill",
    "retracted": "kill",
    "withdrawn": "kill",
    "deleted": "kill",
    "withheld": "withhold",
    "withhold": "withhold",
    "correction": "correction",
    "corrected": "correction",
    "correct": "correction",
    "rectify": "correction",
    "rectification": "correction",
    "update": "update",
    "updated": "update",
    "replace": "update",
    "reinstated": "reinstatement",
    "reinstatement": "reinstatement",
}
_WEIGHT: tuple[Signal, ...] = ("kill", "withhold", "reinstatement", "correction", "update", "")
KINDS: tuple[TagKind, ...] = get_args(TagKind)


def dateline(printed: str) -> str:
    """Return a printed dateline, "" for one that is a time stamp: a dateline names the place that a story is from."""
    return "" if _STAMP.fullmatch(printed.strip()) else printed


def authors_of(byline: str) -> tuple[str, ...]:
    """Return the names of persons in a byline as printed ("By Ada Ek and Bo Nil, Science Editor")."""
    found: list[str] = []
    line = clean(byline)
    for piece in _AND.split(line if _MAYBE_NAME.match(line) else _BY.sub("", line)):
        name = piece.strip(" .,-–—()")
        words = name.split()
        if not 1 <= len(words) <= 5 or _ROLE.search(name) or any(char.isdigit() for char in name):
            continue
        if len(words) == 1 and (_SHORT.fullmatch(name) or name.islower()):
            continue
        found.append(name)
    return tuple(dict.fromkeys(found))


def byline_above(paragraphs: list[str], authors: tuple[str, ...]) -> tuple[str, list[str]]:
    """Return a byline that stands as the first line of the text, and the text below it; "" when there is none.

    Looked for only where the byline of the file names no person: agencies send "By Staff Reporter" there.
    """
    first = paragraphs[0] if len(paragraphs) > 1 else ""
    if (
        not authors
        and 2 < len(first.split()) < 9
        and _BY.match(first)
        and authors_of(first)
        and first[-1] not in ".:!?"
    ):
        return first, paragraphs[1:]
    return "", paragraphs


def signal_of(*states: str) -> Signal:
    """Return the gravest signal that any of the states of an item names ("stat:canceled", "Correction")."""
    found = {_SIGNALS.get(state.rpartition(":")[2].strip().lower(), "") for state in states}
    return next(signal for signal in _WEIGHT if signal in found or not signal)


def signal_in_words(headline: str, note: str = "", slugline: str = "") -> Signal:
    """Return the signal that an agency writes out where its format has no field for it: "CORRECTED-", "KILL: ".

    Only the set phrases at the start count, so that a headline about a killing stays a headline.
    """
    if _KILL.search(headline) or _KILL.search(slugline) or _KILL_NOTE.search(note):
        return "kill"
    if _CORRECTION.search(headline) or _CORRECTION.search(slugline) or _CORRECTION_NOTE.search(note):
        return "correction"
    if _UPDATE.search(headline) or _UPDATE.search(slugline):
        return "update"
    return ""


def gravest(*signals: Signal) -> Signal:
    """Return the signal that weighs most: a kill over a correction over an update."""
    return next(signal for signal in _WEIGHT if signal in signals or not signal)


def subject_tag(code: str, name: str = "", kind: TagKind = "topic") -> ParsedTag | None:
    """Return the tag for an IPTC code or a name. A code whose name is not sent stands under its top subject."""
    name = clean(name)
    match = _SUBJECT.fullmatch(code.strip())
    number = match[1] if match else ""
    if number and number.endswith("000000") and number[:2] in TOP_SUBJECTS:
        return ParsedTag(name or TOP_SUBJECTS[number[:2]], kind, f"medtop:{number}")
    if name:
        media_topic = number and (number.startswith("2") or "medtop" in code.lower() or "mediatopic" in code.lower())
        return ParsedTag(name, kind, f"medtop:{number}" if media_topic else "")
    if number and number[:2] in TOP_SUBJECTS:
        return ParsedTag(TOP_SUBJECTS[number[:2]], kind, f"medtop:{number[:2]}000000")
    return None


def tags(found: Iterable[ParsedTag | None]) -> tuple[ParsedTag, ...]:
    """Return the tags without blanks and repetitions, in the order of the file."""
    unique: dict[tuple[str, str], ParsedTag] = {}
    for tag in found:
        name = tag.name.lstrip("#").strip() if tag else ""
        if tag is None or not name:
            continue
        tag = ParsedTag(name[:200], tag.kind, tag.code)
        key = (tag.kind, name.casefold())
        if key not in unique or (tag.code and not unique[key].code):
            unique[key] = tag
    return tuple(unique.values())


def captions(found: Iterable[str]) -> tuple[str, ...]:
    """Return the captions once each; one that another repeats with its credit is left out."""
    unique = list(dict.fromkeys(found))
    return tuple(one for one in unique if not any(other != one and other.startswith(f"{one} (") for other in unique))


def choose(*offers: tuple[str, str]) -> tuple[str, tuple[Candidate, ...]]:
    """Return the first non-empty of (value, origin) and all of them as candidates, the chosen one first."""
    kept = [(value, origin) for value, origin in offers if value]
    if not kept:
        return "", ()
    chosen = kept[0][0]
    rest: dict[str, Candidate] = {}
    for value, origin in kept[1:]:
        if value != chosen:
            rest.setdefault(value, Candidate(value, origin, "another field comes first"))
    return chosen, (Candidate(*kept[0]), *rest.values())


def host_of(address: str) -> tuple[str, str]:
    """Return the host of a web address as the last offer for an outlet's name, with its origin; ("", "") for none."""
    try:
        host = (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    return (host, f"host {host}") if host else ("", "")


def same_words(one: str, other: str) -> bool:
    """Say whether two lines differ in nothing but case, space and punctuation."""
    return letters(one) == letters(other)


def letters(value: str) -> str:
    """Return the letters and digits of a text in one run, without case."""
    return "".join(char for char in value.casefold() if char.isalnum())
