"""Articles read again from the bytes of their captures, with the parsers of today.

The promise: no text changes without a person. What the machine reads beside the text (evidence, candidates, the ledger
of lines, a date that was not known) is replaced without a version; a text that would differ is only reported, until
somebody confirms it and it becomes a version of kind "correction".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from archive.articles import operations
from archive.articles.content import changed_fields, content_of, content_of_version, metadata_of
from archive.models import Capture, User, Version

from . import corrections
from .limits import configured
from .outlets import hints
from .readers import reader
from .reading import Asked, FileUnreadable, Record
from .serial import hints_to_json
from .writing import fill

REASON = "Read again from the capture."
_TEXTS = frozenset(
    {"headline", "standfirst", "byline", "authors", "dateline", "credit", "source_line", "body", "captions"}
)


@dataclass(frozen=True, slots=True)
class Reread:
    """What reading one capture again came to: the text fields that would differ, whether machine fields did, or why it
    could not be read."""

    article_id: int
    capture_id: int
    file: str
    texts: tuple[str, ...] = ()
    machine: bool = False
    version: int | None = None
    problem: str = ""


def captures_to_read(*, outlet: str = "", article_id: int | None = None) -> QuerySet[Capture]:
    """Return the captures that articles' current versions were read from, in the order of the articles."""
    rows = Capture.objects.filter(article__current_version__capture=F("pk"), article__merged_into=None)
    if outlet:
        rows = rows.filter(article__outlet__slug=outlet)
    if article_id is not None:
        rows = rows.filter(article_id=article_id)
    return rows.select_related("article__outlet", "article__current_version", "blob", "import_item").order_by(
        "article_id"
    )


def read_again(
    captures: QuerySet[Capture], *, at: datetime, write: bool, confirm: bool = False, by: User | None = None
) -> Iterator[Reread]:
    """Yield what each capture reads as today; `write` keeps machine fields, `confirm` makes versions of texts too."""
    process = reader(configured())
    process.learn({pk: hints_to_json(one) for pk, one in hints().items()})
    for capture in captures.iterator(chunk_size=50):
        try:
            found = list(
                process.read(
                    Asked(
                        capture.blob.content(),
                        name=capture.file,
                        captured_at=capture.captured_at,
                        url=capture.url,
                        outlet=capture.article.outlet_id if capture.article else None,
                    )
                )
            )
        except FileUnreadable as error:
            yield _problem(capture, str(error))
            continue
        found = _same_record(found, capture)
        parsed = found[0].parsed if len(found) == 1 else None
        if parsed is None:
            reason = found[0].reason if len(found) == 1 else f"The bytes hold {len(found)} articles by now."
            yield _problem(capture, reason)
            continue
        yield _compared(capture, parsed, at=at, write=write, confirm=confirm, by=by)


def _same_record(found: list[Record], capture: Capture) -> list[Record]:
    """Return, of several records in the bytes of one capture, the one that it was: by its name in the file."""
    if len(found) < 2:
        return found
    if capture.format == found[0].format == "eml":
        # The first record of a message is the message; its attachments have captures of their own.
        return found[:1]
    return [one for one in found if one.record and one.record == capture.record] or found


def _compared(
    capture: Capture, parsed: dict[str, Any], *, at: datetime, write: bool, confirm: bool, by: User | None
) -> Reread:
    article = capture.article
    assert article is not None and article.current_version is not None
    decision = capture.import_item.decision if capture.import_item else {}
    reread = corrections.corrected(parsed, decision.get("said", {}), decision)
    held = content_of_version(article.current_version)
    fresh = content_of(reread)
    texts = tuple(name for name in changed_fields(held, fresh) if name in _TEXTS)
    reading = {name: value for name, value in parsed.items() if name not in ("body", "posts")}
    for name in ("outlet_evidence",):
        if name in capture.reading:
            reading.setdefault(name, capture.reading[name])
    machine = reading != capture.reading
    number = None
    if write or confirm:
        with transaction.atomic():
            if machine:
                Capture.objects.filter(pk=capture.pk).update(reading=reading)
                fill(article, fresh, metadata_of(reread), at)
            if texts and confirm:
                version = operations.add_version(
                    article=article,
                    content=fresh,
                    at=at,
                    by=by,
                    kind=Version.Kind.CORRECTION,
                    reason=REASON,
                    expected=article.current_version.number,
                )
                number = version.number
    return Reread(article.pk, capture.pk, capture.file, texts, machine, number)


def _problem(capture: Capture, reason: str) -> Reread:
    return Reread(capture.article_id or 0, capture.pk, capture.file, problem=reason)
