"""Promises who an article says it has its news from, hop by hop, each with the words that say so.

The main chain is what the article rests on as a whole: its printed source line, else its headline's suffix, else the
first attribution of its opening. Sources of single sentences are side sources, what a text recalls from earlier is
background. An article never cites itself. Nothing is guessed: a text without an attribution yields none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from archive.text.attribution_claims import read_claims
from archive.text.keys import name_key
from archive.text.outlet_mentions import KnownOutlet, OutletLookup
from archive.text.source_lines import LABEL, read_headline, read_source_line
from archive.text.sources import Claim, Source, institution_in, institution_key, occasion_of, short_institution

Kind = Literal["outlet", "relay", "person", "institution", "document", "anonymous"]
Role = Literal["main", "side", "background"]

__all__ = ["ArticleText", "Hop", "KnownOutlet", "find_attributions", "root_label"]

_OPENING_LINES = 3


@dataclass(frozen=True, slots=True)
class ArticleText:
    """The fields of a text that can state a source."""

    headline: str = ""
    standfirst: str = ""
    body: str = ""
    source_line: str = ""


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop, `order` counted from the article outwards; `relies_on` is the order of the next hop or None.

    `text` is the evidence, the slice [start, end) of `field`. `outlet` is the slug of a known outlet or None, `count`
    how many unnamed persons the text speaks of, `description` what it says about the source.
    """

    order: int
    name: str
    kind: Kind
    role: Role
    relies_on: int | None
    text: str
    field: str
    start: int
    end: int
    rule: str
    confidence: float
    outlet: str | None = None
    count: int | None = None
    description: str = ""


@dataclass(slots=True)
class _Entry:
    """One source on its way to becoming a hop."""

    source: Source
    field: str
    start: int
    end: int
    rule: str
    confidence: float
    role: Role
    relies_on: _Entry | None = None


def find_attributions(
    text: ArticleText,
    *,
    own: Sequence[str] = (),
    outlets: Sequence[KnownOutlet] | Mapping[str, KnownOutlet] = (),
) -> list[Hop]:
    """Return the hops of a text: the main chain first, then unnamed persons, side sources and background.

    `own` are the names of the outlet that put the text out, `outlets` the outlets the archive knows (or
    the `known_names` of them, made once for many texts).
    """
    lookup = OutletLookup.of(outlets, own)
    lookup.learn("\n".join((text.source_line, text.headline, text.standfirst, text.body)))
    line, line_field, line_offset = _source_line(text)
    main = _from_line(read_source_line(line, lookup), line_field, line_offset, 0.97) if line else []
    if not main:
        main = _from_line(read_headline(text.headline, lookup), "headline", 0, 0.9)
    subject = f"{text.headline}\n{text.standfirst}\n{text.body.split(chr(10), 1)[0]}"
    claims = read_claims(text.standfirst, "standfirst", lookup, subject) + read_claims(
        text.body, "body", lookup, subject
    )
    claims = [c for c in claims if not (line_field == "body" and _inside(c, line_offset, line))]
    if not main:
        main = _opening(claims, text)
    entries = _merged(main, claims)
    return _numbered(entries, text)


def _source_line(text: ArticleText) -> tuple[str, str, int]:
    """Return the printed source line, the field it stands in and its offset there."""
    if text.source_line.strip():
        return text.source_line, "source_line", 0
    offset = 0
    for line in text.body.split("\n"):
        if LABEL.match(line) and len(line) < 300 and LABEL.sub("", line).strip():
            return line, "body", offset
        offset += len(line) + 1
    return "", "", 0


def _inside(claim: Claim, offset: int, line: str) -> bool:
    return claim.field == "body" and offset <= claim.start < offset + len(line)


def _from_line(hops: list, field: str, offset: int, confidence: float) -> list[_Entry]:
    entries = [
        _Entry(hop.source, field, hop.start + offset, hop.end + offset, hop.rule, confidence, "main") for hop in hops
    ]
    for entry, hop in zip(entries, hops, strict=True):
        entry.relies_on = entries[hop.relies_on] if hop.relies_on is not None else None
    return entries


def _opening(claims: list[Claim], text: ArticleText) -> list[_Entry]:
    """Return the chain of the first attribution in the opening, an outlet's before a speaker's."""
    limit = -1
    for _ in range(_OPENING_LINES):
        limit = text.body.find("\n", limit + 1)
        if limit < 0:
            limit = len(text.body)
            break
    opening = [c for c in claims if c.whole and not c.recalled and (c.field == "standfirst" or c.start < limit)]
    reports = [c for c in opening if c.source.kind == "outlet" and not c.told]
    first = next(iter(reports or opening), None)
    if first is None:
        return []
    entries = [_entry(first, "main")]
    while first.relies_on is not None and first.relies_on.source.kind != "anonymous":
        first = first.relies_on
        entries.append(_entry(first, "main"))
        entries[-2].relies_on = entries[-1]
    return entries


def _entry(claim: Claim, role: Role) -> _Entry:
    return _Entry(claim.source, claim.field, claim.start, claim.end, claim.rule, claim.confidence, role)


def _key(source: Source) -> str:
    if source.kind == "institution":
        return "institution " + institution_key(source.name)
    return name_key(source.name)


def _merged(main: list[_Entry], claims: list[Claim]) -> list[_Entry]:
    """Return main chain and the other sources, each source once, in the order they are to be numbered."""
    entries = list(main)
    seen = {_key(e.source): e for e in main}
    spoken_for = {institution_key(i) for e in main if (i := institution_in(e.source.description))}
    surnames = {name_key(e.source.name).split()[-1] for e in main if e.source.kind == "person" and e.source.name}
    unnamed: list[_Entry] = []
    rest: list[_Entry] = []
    roots = [e for e in main if e.relies_on is None]
    hearsay = any(e.source.kind == "outlet" for e in roots)
    for claim in claims:
        source = claim.source
        key = _key(source)
        if source.kind == "anonymous":
            _add_unnamed(claim, main, unnamed, rest, hearsay)
            continue
        if key in seen or (source.kind == "institution" and institution_key(source.name) in spoken_for):
            continue
        if source.kind == "person":
            last = key.split()[-1]
            if last in surnames or (claim.subject and hearsay):
                continue
            surnames.add(last)
        entry = _entry(claim, "background" if claim.recalled else "side")
        seen[key] = entry
        rest.append(entry)
    return entries + unnamed + sorted(rest, key=lambda e: (e.role == "background", e.source.kind != "outlet"))


def _add_unnamed(claim: Claim, main: list[_Entry], unnamed: list[_Entry], rest: list[_Entry], hearsay: bool) -> None:
    """Add unnamed persons once a group: with the main chain when its root speaks through them, else at the side."""
    if claim.source.again:
        return
    carrier = claim.carrier
    belongs = (
        bool(main)
        and not claim.recalled
        and (
            (carrier is None and hearsay)
            or (carrier is not None and any(_key(e.source) == name_key(carrier) for e in main))
        )
    )
    group = unnamed if belongs or not main else rest
    if group is unnamed and unnamed:
        known = unnamed[0].source
        if known.count is None and claim.source.count is not None and not main:
            unnamed[0] = _entry(claim, "main")
        return
    if any(e.source.name.casefold() == claim.source.name.casefold() for e in rest):
        return
    source = claim.source
    if carrier is not None and not belongs:
        source = replace(source, description=source.description or f"to {carrier}")
    entry = _Entry(
        source,
        claim.field,
        claim.start,
        claim.end,
        claim.rule,
        claim.confidence,
        "main" if group is unnamed else "background" if claim.recalled else "side",
    )
    group.append(entry)


def _numbered(entries: list[_Entry], text: ArticleText) -> list[Hop]:
    order = {id(entry): i for i, entry in enumerate(entries, 1)}
    hops = []
    for entry in entries:
        relies = order.get(id(entry.relies_on)) if entry.relies_on is not None else None
        kind: Kind = "relay" if relies is not None and entry.source.kind == "outlet" else entry.source.kind
        hops.append(
            Hop(
                order=order[id(entry)],
                name=entry.source.name[:300],
                kind=kind,
                role=entry.role,
                relies_on=relies,
                text=getattr(text, entry.field)[entry.start : entry.end],
                field=entry.field,
                start=entry.start,
                end=entry.end,
                rule=entry.rule,
                confidence=entry.confidence,
                outlet=entry.source.slug,
                count=entry.source.count,
                description=entry.source.description[:300],
            )
        )
    return hops


def root_label(name: str, kind: str, description: str) -> tuple[str, str]:
    """Return name and kind of the stated origin that a hop stands for.

    A person who speaks for an institution on an occasion stands for that occasion ("Harbor Authority briefing").
    """
    occasion = occasion_of(description)
    speaks_for = institution_in(description)
    if kind == "person" and occasion and speaks_for:
        return f"{short_institution(speaks_for)} {occasion}", "institution"
    if kind == "institution":
        return short_institution(name), kind
    return name, "outlet" if kind == "relay" else kind
