"""Items become articles, versions and captures: a batch a transaction, each item exactly once.

An item is claimed with SKIP LOCKED and marked done in the transaction that writes what it brought, so a worker that is
killed leaves either all of it or nothing. What two workers could both take for new is serialized by advisory locks on
the identities that matching goes by, taken in sorted order.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import translation

from archive.articles import operations
from archive.articles.bulk import array_of
from archive.models import ImportItem, ImportRun

from . import learning
from .held import like
from .match import decide
from .prepared import Memory, Prepared, identities, prepare, text_identity
from .writing import Batch, write

log = logging.getLogger(__name__)

BATCH = 100
_TRIES = 4


def apply_batch(run: ImportRun, memory: Memory, *, at: datetime, most: int = BATCH) -> Batch:
    """Carry out the next items of a confirmed run and return what came of it; nothing is left to do at 0 settled.

    When a batch fails, its items are tried one by one, so that only the one at fault fails.
    """
    for attempt in range(_TRIES):
        try:
            # What is refused here is stored, and what is stored is in English (docs/decisions/0062).
            with translation.override(None):
                return _apply_claimed(run, memory, at, most)
        except OperationalError as error:
            # A deadlock or a serialization failure: the other side went on, so try again.
            if attempt == _TRIES - 1 or connection.connection is None or connection.connection.closed:
                raise
            log.info("Trying a batch of run %s again: %s", run.pk, error)
            memory.book.load()
        except (DatabaseError, operations.ArchiveError, ValueError, TypeError, KeyError) as error:
            if most == 1:
                return _fail_next(run, error, at)
            log.warning("A batch of run %s failed (%s); its items are tried one by one.", run.pk, error)
            memory.book.load()
            whole = Batch()
            for _ in range(most):
                one = apply_batch(run, memory, at=at, most=1)
                whole.settled += one.settled
                whole.woken |= one.woken
                if not one.settled:
                    break
            return whole
    raise AssertionError("unreachable")


@transaction.atomic
def _apply_claimed(run: ImportRun, memory: Memory, at: datetime, most: int) -> Batch:
    items = _claim(run, most)
    if not items:
        return Batch()
    prepared = [prepare(item, run, memory.book) for item in items]
    unknown = [one.finding for one in prepared if one.finding.outlet_id is None and _may_make_outlet(one, run)]
    if unknown:
        memory.book.ensure(unknown, by=run.created_by)
        prepared = [prepare(one.item, run, memory.book) if one.finding in unknown else one for one in prepared]
    _lock(prepared)
    batch = Batch()
    while prepared:
        round_, prepared = _first_of_each(prepared)
        found = like([one.sought for one in round_], memory.furniture)
        plans = [
            decide(one.arrival, held, one.choice).at_outlet(one.arrival.outlet_id)
            for one, held in zip(round_, found, strict=True)
        ]
        written = write(run, list(zip(round_, plans, strict=True)), memory, at)
        batch.settled += written.settled
        batch.woken |= written.woken
        batch.pages += written.pages
    learning.learn_lines(batch.pages)
    return batch


def _claim(run: ImportRun, most: int) -> list[ImportItem]:
    """Return the next items of a run that nobody else works on, locked; uses import_item_by_state."""
    rows = ImportItem.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        run=run, state=ImportItem.State.READY
    )
    return list(rows.order_by("position")[:most])


def _first_of_each(prepared: Sequence[Prepared]) -> tuple[list[Prepared], list[Prepared]]:
    """Return what can be decided now, and what may be the same as something among that, which is not held yet."""
    seen: set[str] = set()
    passages: set[int] = set()
    # What an editor corrected goes before the same bytes or the same text uncorrected, which is then a capture of it.
    edited = {one.blob for one in prepared if one.changed} | {one.read_key for one in prepared if one.read_key}
    now: list[Prepared] = []
    later: list[Prepared] = []
    for one in prepared:
        keys = set(identities(one.arrival))
        strange = (not one.arrival.guid or one.arrival.from_page) and not one.arrival.is_record
        near = strange and sum(value in passages for value in one.passages) > 1
        twins = not one.changed and bool({one.arrival.bytes_key, one.arrival.text_key} & edited - {""})
        if keys & seen or near or twins:
            later.append(one)
            continue
        seen |= keys
        passages.update(one.passages)
        now.append(one)
    return now, later


def _fail_next(run: ImportRun, error: Exception, at: datetime) -> Batch:
    """Mark the next item of a run as failed, with what went wrong."""
    with transaction.atomic():
        for item in _claim(run, 1):
            item.state = ImportItem.State.FAILED
            item.outcome = ImportItem.Outcome.REJECTED
            sentence = str(error).strip().split("\n")[0]
            item.reason = f"It could not be stored: {sentence}"[:500]
            item.mend = "Correct the field it speaks of, or report the fault, and try again."
            item.attempts += 1
            item.finished_at = at
            item.save(update_fields=["state", "outcome", "reason", "mend", "attempts", "finished_at"])
            return Batch(settled=1)
    return Batch()


def _may_make_outlet(one: Prepared, run: ImportRun) -> bool:
    """Say whether an unknown name may become an outlet without a person: told so, or nobody is there to ask."""
    decision = one.item.decision
    told = bool(decision.get("outlet_name") or decision.get("said", {}).get("outlet"))
    return bool(one.finding.name) and (told or bool(run.options.get("auto")))


def _lock(prepared: Sequence[Prepared]) -> None:
    keys = {key for one in prepared for key in identities(one.arrival)}
    keys |= {text_identity(one.read_key) for one in prepared if one.read_key}
    numbers = sorted({int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True) for key in keys})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(key) FROM (SELECT unnest(%s::bigint[]) AS key ORDER BY 1) AS wanted",
            [array_of(numbers)],
        )
