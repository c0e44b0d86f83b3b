"""Promises the single statements of sourcing in running text: who is said to have told, reported or been cited.

English is read by its grammar (`sourcing`), other languages by their commonest formulas (`sourcing_formulas`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive.text.clauses import READ_MORE, read_clauses
from archive.text.keys import name_key
from archive.text.outlet_mentions import OutletLookup, OutletMention, find_outlets
from archive.text.sources import Claim, Source, is_anaphor, read_source
from archive.text.sourcing import Cue
from archive.text.sourcing_formulas import find_formulas
from archive.text.word_lists import words

_RECALLED = re.compile(
    r"^\W*(?:(?:we|let us)\s+(?:recall|remind)|(?:earlier(?=,| this (?:week|month|year))|previously|"
    r"as (?:was )?(?:previously |earlier )?reported|recall that|"
    r"background|last (?:week|month|year)|напомним|ранее|нагадаємо|раніше|zuvor|anteriormente|auparavant))\b",
    re.I,
)
_STATEMENT = words(
    """said says say told tells wrote writes reported reports announced announces argued stated states warned warns
    declared insisted confirmed confirms revealed stressed emphasized emphasised added adds noted notes claimed
    claims acknowledged admitted explained alleged testified estimated quoted cited published published denied
    denies indicated disclosed maintains maintained contends issued broke saying telling adding writing"""
)


def read_claims(text: str, field: str, lookup: OutletLookup, subject: str) -> list[Claim]:
    """Return the sourcing statements of one field in reading order; `subject` says whom the news is about."""
    if not text.strip():
        return []
    read = read_clauses(text)
    claims: list[Claim] = []
    last_outlet: Source | None = None
    recalled_from = len(text) + 1
    for sentence, cues in zip(read.sentences, read.cues, strict=True):
        if READ_MORE.match(sentence.text):
            continue
        if re.match(r"^\W*(?:background|context|предыстория|передісторія)\W*$", sentence.text, re.I):
            recalled_from = sentence.end
        found = _claims_in(text, read.masked, cues, field, lookup, last_outlet)
        found += find_formulas(text, sentence, field, lookup, found)
        recalled = sentence.start > recalled_from or bool(_RECALLED.match(sentence.text))
        for claim in found:
            claim.recalled = claim.recalled or recalled
            claim.subject = claim.source.kind == "person" and name_key(claim.source.name) in name_key(subject)
            if claim.source.kind == "outlet":
                last_outlet = claim.source
        claims += found
    return claims


_ADDRESSED = re.compile(r"\b(?:to|with|on|at|from|after|like|own|for|other)\s+(?:the\s+|a\s+)?$", re.I)
# In front of a noun phrase: it depends on another word, so the verb after it has another subject.
_HELD = re.compile(r"\b(?:by|to|with|like|from)\s+(?:the\s+|an?\s+)?$", re.I)
_OUTLET_BY = words("first reported revealed conducted released broken quoted commissioned told compiled seen reviewed")
_OUTLET_CITING = words("citing credited cites cited via quoting with reference references")
# What an outlet does as a party to the news, not as its source.
_NOT_TELLING = words(
    """asked asks declined refused broke read thought feels felt knew points published posted predicted denied denies
    declared responded tweeted calling accusing vowed hopes quotes"""
)


def states_outlet(cue: Cue) -> bool:
    """Return whether an outlet in the source of this clause is one that something is attributed to."""
    if cue.kind in ("tells", "inverted"):
        return cue.word not in _NOT_TELLING
    if cue.kind == "by":
        return cue.word in _OUTLET_BY
    if cue.kind == "citing":
        return cue.word in _OUTLET_CITING
    return cue.kind == "according"


def outlets_in_source(text: str, cue: Cue, lookup: OutletLookup) -> list[OutletMention]:
    """Return the outlets that the source's noun phrase rests on, without those it merely spoke to or appeared on.

    Their places count from the start of the phrase.
    """
    phrase = text[cue.source[0] : cue.source[1]]
    if cue.kind == "tells" and _HELD.search(text[max(0, cue.source[0] - 24) : cue.source[0]]):
        return []
    found = []
    for mention in find_outlets(phrase, lookup):
        before = phrase[: mention.start]
        if cue.kind == "citing" and len(before.split()) > 1:
            continue
        alone = mention.end - mention.start >= len(phrase) - 4
        if (mention.certain or alone) and not (cue.kind == "tells" and _ADDRESSED.search(before)):
            found.append(mention)
    return found


def attributed_outlets(text: str, lookup: OutletLookup) -> list[tuple[int, int]]:
    """Return the [start, end) of every mention of an outlet that something in `text` is attributed to."""
    spans: set[tuple[int, int]] = set()
    for cues in read_clauses(text).cues:
        for cue in cues:
            if states_outlet(cue):
                a = cue.source[0]
                spans |= {(a + m.start, a + m.end) for m in outlets_in_source(text, cue, lookup)}
    return sorted(spans)


def _claims_in(
    text: str, masked: str, cues: Sequence[Cue], field: str, lookup: OutletLookup, last_outlet: Source | None
) -> list[Claim]:
    """Return the claims of one sentence; what an outlet is said to report is content, not another source."""
    found: list[tuple[Cue, Claim]] = []
    for cue in cues:
        if cue.kind in ("names", "colon", "interview") or (
            cue.kind in ("tells", "inverted") and cue.word not in _STATEMENT
        ):
            continue
        claim = _claim(text, cue.source, f"{cue.kind} {cue.word}".strip(), field, lookup, last_outlet)
        if claim is not None and _holds(claim, text, cue, lookup):
            found.append((cue, claim))
        if cue.addressee is not None:
            told = _claim(text, cue.addressee, "told", field, lookup, last_outlet)
            if told is not None and told.source.kind == "outlet":
                told.told = True
                if claim is not None and claim.source.kind == "anonymous":
                    claim.carrier = told.source.name
                found.append((cue, told))
    _link(found, masked)
    return _governing(found)


def _holds(claim: Claim, text: str, cue: Cue, lookup: OutletLookup) -> bool:
    """Return whether what a clause names is a source: an outlet must be one that something is attributed to."""
    if claim.source.kind != "outlet" or is_anaphor(text[cue.source[0] : cue.source[1]]):
        return True
    return states_outlet(cue) and bool(outlets_in_source(text, cue, lookup))


def _claim(
    text: str, span: tuple[int, int], rule: str, field: str, lookup: OutletLookup, last_outlet: Source | None
) -> Claim | None:
    phrase = text[span[0] : span[1]]
    if is_anaphor(phrase):
        if last_outlet is None:
            return None
        return Claim(last_outlet, field, span[0], span[1], rule, 0.7)
    source = read_source(phrase, lookup)
    if source is None or (source.kind == "outlet" and (lookup.is_own(source.name) or lookup.is_own(phrase))):
        return None
    start, end = span
    if source.kind in ("outlet", "person") and source.span is not None:
        lead = len(phrase) - len(phrase.lstrip(" ,.;:—–-\"“”'"))
        if not source.description:
            start, end = span[0] + lead + source.span[0], span[0] + lead + source.span[1]
    return Claim(source, field, start, end, rule, 0.85 if source.kind == "outlet" else 0.75)


def _link(found: list[tuple[Cue, Claim]], masked: str) -> None:
    """Say who relies on whom within one sentence."""
    outlets = [(cue, claim) for cue, claim in found if claim.source.kind == "outlet"]
    for cue, claim in found:
        if cue.kind == "citing":
            nearest = min(
                (o for o in outlets if o[1] is not claim and o[0].kind != "citing"),
                key=lambda o: abs(o[1].start - cue.start),
                default=None,
            )
            if nearest is not None:
                if claim.source.kind == "anonymous":
                    claim.carrier = nearest[1].source.name
                nearest[1].relies_on = nearest[1].relies_on or claim
    for cue, claim in outlets:
        if cue.kind == "by" and cue.word in (
            "reported",
            "published",
            "first",
            "told",
            "quoted",
            "cited",
            "released",
            "obtained",
        ):
            for other, carrier in outlets:
                if (
                    carrier.source.name != claim.source.name
                    and other.kind in ("tells", "inverted", "according")
                    and other.start > cue.start
                    and carrier.relies_on is None
                ):
                    carrier.relies_on = claim
        if cue.kind in ("tells", "inverted") and claim.relies_on is None:
            for other, inner in outlets:
                trailing = cue.start > other.start and "," in masked[inner.end : claim.start]
                if (
                    inner.source.name != claim.source.name
                    and trailing
                    and other.kind in ("tells", "according")
                    and not inner.told
                ):
                    claim.relies_on = inner


def _governing(found: list[tuple[Cue, Claim]]) -> list[Claim]:
    """Return the claims of the sentence, the outermost first, without the speakers whom an outlet reports."""
    outlets = [claim for _, claim in found if claim.source.kind == "outlet" and not claim.told]
    inner = {id(c.relies_on) for c in outlets if c.relies_on is not None}
    out: list[Claim] = [c for c in outlets if id(c) not in inner] + [c for c in outlets if id(c) in inner]
    for claim in out:
        claim.whole = id(claim) not in inner
    for _, claim in found:
        if claim in out:
            continue
        named = claim.source.kind in ("person", "institution", "document")
        if named and outlets and id(claim) not in inner:
            continue
        out.append(claim)
    return out
