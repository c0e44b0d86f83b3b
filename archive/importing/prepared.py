"""One item with everything that deciding and writing need: corrected, at its outlet, with the facts to compare.

Pure but for the outlets that the book holds in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date
from typing import Any

from archive.articles.content import Content, Metadata, content_of, host_of, metadata_of, url_key
from archive.formats.base import DateReading, ParsedArticle
from archive.models import ImportItem, ImportRun

from . import corrections
from .child import facts_of
from .held import PAGE_FORMATS, Sought
from .outcome import Arrival, Choice, Held, Plan
from .outlets import Finding, OutletBook, hints

_WAITING_PASSAGES = 24


class Memory:
    """What a worker keeps in mind between batches: the outlets and the furniture of their pages."""

    def __init__(self) -> None:
        self.book = OutletBook()
        self.hints = hints()

    @property
    def furniture(self) -> dict[int, frozenset[str]]:
        """The keys of recurring lines by outlet."""
        return {pk: one.furniture for pk, one in self.hints.items() if one.furniture}


@dataclass(slots=True)
class Prepared:
    """One item with everything that deciding and writing need, corrections applied.

    `read_key` is the text_key of what the machine had read, where it was corrected.
    """

    item: ImportItem
    parsed: ParsedArticle
    content: Content
    metadata: Metadata
    finding: Finding
    arrival: Arrival
    passages: Sequence[int]
    choice: Choice | None
    blob: str
    changed: bool
    read_key: str

    @property
    def text(self) -> str:
        """The text that near copies are compared by."""
        return "\n".join((self.content.headline, self.content.standfirst, self.content.body))

    @property
    def is_restorable(self) -> bool:
        """Say whether it comes with its whole history, and nobody changed its text on the way."""
        return self.parsed.is_record and not self.changed and not self.item.decision.get("fields")

    @property
    def sought(self) -> Sought:
        """What the archive is asked for."""
        return Sought(self.arrival, self.text, self.passages)


def prepare(item: ImportItem, run: ImportRun, book: OutletBook) -> Prepared:
    """Return an item with its corrections applied, its outlet looked up, and the facts that matching compares."""
    decision: Mapping[str, Any] = item.decision or {}
    said: Mapping[str, Any] = decision.get("said", {})
    parsed = corrections.corrected(item.parsed, said, decision)
    if not parsed.url and item.url:
        parsed = replace(parsed, url=item.url)
    content, metadata = content_of(parsed), metadata_of(parsed)
    facts: Mapping[str, Any] = item.plan.get("facts") or {}
    original = item.parsed
    changed = any(getattr(parsed, name) != original.get(name, "") for name in ("headline", "standfirst", "body"))
    read_key = str(facts.get("text_key", "")) if changed and facts.get("words") else ""
    if changed or not facts:
        facts = {**facts, **facts_of(content.headline, content.standfirst, content.body)}
    finding = _finding(item, parsed, decision, said, book)
    arrival = Arrival(
        outlet_id=finding.outlet_id,
        proposed_outlet=finding.name if finding.outlet_id is None else "",
        guid=metadata.guid[:500],
        about_guid=parsed.about_guid[:500],
        url_key=url_key(metadata.url),
        text_key=facts["text_key"] if facts["words"] else "",
        bytes_key=(item.blob_id or "") if facts.get("own_bytes") and not changed else "",
        word_count=facts["words"],
        day=_day(metadata.published),
        signal=parsed.signal,
        issued_at=parsed.issued_at,
        sees_reverts=run.origin == ImportRun.Origin.WATCH,
        from_page=item.format in PAGE_FORMATS,
        is_record=parsed.is_record,
    )
    return Prepared(
        item,
        parsed,
        content,
        metadata,
        finding,
        arrival,
        facts["passages"],
        _choice(decision),
        item.blob_id or "",
        changed,
        read_key,
    )


def keys_of(arrival: Arrival, passages: Sequence[int]) -> list[str]:
    """Return the keys under which a question waits, and which a newly held article answers to."""
    keys = identities(arrival)
    return keys + [f"p:{value}" for value in sorted(passages)[:_WAITING_PASSAGES]]


def plan_json(plan: Plan, prepared: Prepared) -> dict[str, Any]:
    """Return a plan as it is stored with its item and shown at preview."""
    return {
        "facts": prepared.item.plan.get("facts", {}),
        "outcome": str(plan.outcome),
        "reason": plan.reason,
        "ask": str(plan.ask),
        "article": plan.article_id,
        "version": plan.version_id,
        "kind": plan.kind,
        "outlet": plan.outlet_id,
        "outlet_name": prepared.finding.name,
        "outlet_evidence": prepared.finding.evidence,
        "candidates": [_candidate_json(one) for one in plan.candidates],
    }


def _candidate_json(one: Held) -> dict[str, Any]:
    values = asdict(one)
    return {name: values[name] for name in ("article_id", "version_id", "outlet_id", "outlet_name", "headline")} | {
        "overlap": round(one.overlap, 3),
        "day": one.day.isoformat() if one.day else None,
    }


def _finding(
    item: ImportItem,
    parsed: ParsedArticle,
    decision: Mapping[str, Any],
    said: Mapping[str, Any],
    book: OutletBook,
) -> Finding:
    url = parsed.url or item.url
    if decision.get("outlet"):
        pk = int(decision["outlet"])
        return Finding(pk, book.labels.get(pk, ""), host_of(url), "chosen by an editor")
    values = {"url": url, "outlet_name": parsed.outlet_name, "outlet_evidence": parsed.outlet_evidence}
    return book.find(values, said=str(decision.get("outlet_name") or said.get("outlet") or ""), url=url)


def _choice(decision: Mapping[str, Any]) -> Choice | None:
    said = decision.get("choice")
    return Choice(said["what"], said.get("article"), said.get("version")) if said else None


def identities(arrival: Arrival) -> list[str]:
    keys = []
    for guid in filter(None, (arrival.guid, arrival.about_guid)):
        keys.append("g:" + hashlib.sha256(guid.encode()).hexdigest()[:40])
    if arrival.url_key:
        keys.append("u:" + hashlib.sha256(arrival.url_key.encode()).hexdigest()[:40])
    if arrival.text_key:
        keys.append(text_identity(arrival.text_key))
    return keys


def text_identity(text_key: str) -> str:
    """Return the key under which a text of this text_key waits and is locked."""
    return "t:" + text_key[:40]


def _day(reading: DateReading) -> date | None:
    if reading.value is None:
        return None
    value = reading.value
    return value.astimezone(UTC).date() if value.tzinfo else value.date()
