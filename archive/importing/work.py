"""Runs are carried out: read and imported in slices of a few seconds each, by whoever asks next.

Celery workers, a command, or beat that finds a run whose worker was killed: no step is lost when one of them dies, and
none is done twice. While records are being stored, the reading process is at the next files already.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection, transaction

from archive import clock, dispatch
from archive.models import ImportFile, ImportItem, ImportRun

from . import learning, preview, staging
from .applying import apply_batch
from .limits import configured
from .outlets import OutletBook, hints
from .prepared import Memory
from .readers import Readers, reader
from .reading import Asked, FileUnreadable, Record
from .run import UNFINISHED, State, become, is_automatic, is_single, wake
from .serial import hints_to_json

SLICE_SECONDS = 4.0
# Reading goes on longer: to leave a large file means to pass over its first part again.
READ_SECONDS = 45.0
WORKERS_A_RUN = 4
_READ_TOGETHER = 100
# Slow files are stored and imported this often, while the reading process is at those that were handed over.
_STORE_SECONDS = 1.0
# How long items are imported before the next look at what was read: the files handed over last about as long.
_IMPORT_SECONDS = 0.4

Tick = Callable[[], None]


def read_some(
    run_id: int, *, seconds: float = READ_SECONDS, tick: Tick | None = None, between: Tick | None = None
) -> bool:
    """Read files of a run for some seconds; return whether there is more to read that nobody else reads.

    `between` is called whenever records have been stored, while further ones are being read.
    """
    run = ImportRun.objects.get(pk=run_id)
    if run.state != State.READING:
        return False
    process = reader(configured())
    known = hints()
    process.learn({pk: hints_to_json(one) for pk, one in known.items()}, learning.known_tables())
    reading = _Reading(run, process, OutletBook(), staging.Stager(run), time.monotonic() + seconds, tick, between)
    found = False
    with _claimed_files(run) as claims:
        while time.monotonic() < reading.until:
            if not reading.read(claims):
                break
            found = True
            if not _is_reading(run):
                return False
    if run.files.filter(state=ImportFile.State.WAITING).exists():
        return found
    _finish_reading(run)
    return False


def import_some(
    run_id: int,
    *,
    seconds: float = SLICE_SECONDS,
    tick: Tick | None = None,
    woken: set[int] | None = None,
    memory: Memory | None = None,
) -> bool:
    """Import ready items of a run for some seconds; return whether there is more to import.

    Other runs whose questions can be answered now are woken, and added to `woken`.
    """
    run = ImportRun.objects.select_related("created_by").get(pk=run_id)
    until = time.monotonic() + seconds
    with _slot(run) as free:
        if not free:
            return False
        memory = memory or Memory()
        while _may_import(run):
            batch = apply_batch(run, memory, at=clock.now())
            for other in batch.woken - {run.pk}:
                wake(other)
            if woken is not None:
                woken |= batch.woken
            if tick is not None:
                tick()
            if not batch.settled:
                break
            if time.monotonic() >= until:
                return True
            run.refresh_from_db(fields=["state"])
    return _finish(run)


def work_through(run_id: int, *, tick: Tick | None = None) -> None:
    """Read and import a run in this process until nothing is left, with the runs that its articles gave an answer to.

    Other processes may work on the same run at the same time; this one waits for what they hold.
    """
    todo = [run_id]
    while todo:
        current = todo.pop(0)
        woken: set[int] = set()
        while ImportRun.objects.filter(pk=current, state__in=UNFINISHED).exists():
            more = read_some(current, tick=tick, between=_importer(current, tick, woken))
            more = import_some(current, tick=tick, woken=woken) or more
            if not more:
                time.sleep(0.05)
        todo.extend(woken - {current, *todo})


def _importer(run_id: int, tick: Tick | None, woken: set[int]) -> Tick | None:
    """Return what imports the items that are ready while further ones are read; None for a run with a preview."""
    if not is_automatic(ImportRun.objects.get(pk=run_id)):
        return None
    memory = Memory()

    def go_on() -> None:
        import_some(run_id, seconds=_IMPORT_SECONDS, tick=tick, woken=woken, memory=memory)

    return go_on


def _is_reading(run: ImportRun) -> bool:
    """Say whether the run is still to be read, which somebody may have paused or canceled."""
    return ImportRun.objects.filter(pk=run.pk, state=State.READING).exists()


def _may_import(run: ImportRun) -> bool:
    return run.state == State.RUNNING or (run.state == State.READING and is_automatic(run))


@dataclass(slots=True)
class _Reading:
    """One slice of reading: files go to the reading process ahead of the one whose records are awaited."""

    run: ImportRun
    process: Readers
    book: OutletBook
    stager: staging.Stager
    until: float
    tick: Tick | None
    between: Tick | None
    stored_at: float = field(default_factory=time.monotonic)

    def read(self, claims: _Claims) -> bool:
        """Stage the records of waiting files, as far as the time goes; return whether there were any."""
        waiting = claims.more(_READ_TOGETHER)
        more, found = bool(waiting), bool(waiting)
        asked: dict[int, Asked] = {}
        handed = 0
        done: list[ImportFile] = []
        while waiting:
            # The next ones are there before these have all been handed over.
            if more and len(waiting) < _READ_TOGETHER // 2:
                further = claims.more(_READ_TOGETHER)
                waiting, more = waiting + further, bool(further)
            for file in waiting[handed:]:
                if file.pk not in asked:
                    asked[file.pk] = self._asked(file)
                if not self.process.read_ahead(asked[file.pk]):
                    break
                handed += 1
            file = waiting.pop(0)
            handed = max(handed - 1, 0)
            whole = self._read_file(file, asked.pop(file.pk))
            done.append(file)
            if not whole or time.monotonic() >= self.until:
                break
            if waiting and time.monotonic() - self.stored_at > _STORE_SECONDS:
                self.stored()
                claims.release(done)
                done = []
        self.stored()
        return found

    def stored(self) -> None:
        """Write what was gathered, tell, and have it imported."""
        self.stager.flush()
        if self.tick is not None:
            self.tick()
        if is_automatic(self.run):
            dispatch.import_run(self.run.pk, interactive=is_single(self.run))
        if self.between is not None:
            self.between()
        self.stored_at = time.monotonic()

    def _asked(self, file: ImportFile) -> Asked:
        data = staging.bytes_of(file)
        passed_over, inside = staging.manifest_in(data)
        if inside and not self.run.options.get("manifest"):
            self.run.options = {**self.run.options, "manifest": inside}
            self.run.save(update_fields=["options"])
        manifest: Mapping[str, Mapping[str, str]] = self.run.options.get("manifest", {})
        said = staging.said_of(self.run, file.name)
        named = {name: self.book.named(row.get("outlet", "")) for name, row in manifest.items()}
        return Asked(
            data,
            name=file.name,
            captured_at=file.captured_at,
            url=file.url or said.get("url", ""),
            outlet=self.book.named(said.get("outlet", "")),
            outlets_of={name: pk for name, pk in named.items() if pk is not None},
            columns=self.run.options.get("columns") or {},
            passed_over=passed_over,
            on_table=lambda table: staging.note_table(self.run, file, table),
            member=file.member,
            record=file.member_taken,
            key=str(file.pk),
        )

    def _read_file(self, file: ImportFile, asked: Asked) -> bool:
        """Stage the records of one file, and return whether it was read to its end before the time was up."""
        records: Iterator[Record] = self.process.read(asked)
        try:
            for record in records:
                if not self.stager.add(file, record):
                    continue
                self.stored()
                if time.monotonic() >= self.until or not _is_reading(self.run):
                    return False
        except FileUnreadable as error:
            self.stager.flush()
            staging.fail_file(self.run, file, asked.data, reason=str(error), mend=error.mend)
            return True
        finally:
            records.close()  # type: ignore[attr-defined]
        self.stager.finish(file)
        return True


@transaction.atomic
def _finish_reading(run: ImportRun) -> None:
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    open_files = (ImportFile.State.WAITING, ImportFile.State.RECEIVING)
    if held.state != State.READING or held.files.filter(state__in=open_files).exists():
        return
    if is_automatic(held) or held.confirmed_at:
        held.confirmed_at = held.confirmed_at or clock.now()
        become(held, State.RUNNING, "confirmed_at")
        dispatch.import_run(held.pk, interactive=is_single(held))
        return
    preview.plan_run(held)
    become(held, State.PREVIEW)


def _finish(run: ImportRun) -> bool:
    """Close a run that has nothing ready any more; return whether something became ready in the meantime."""
    with transaction.atomic():
        held = ImportRun.objects.select_for_update().get(pk=run.pk)
        if held.state != State.RUNNING:
            return False
        if held.items.filter(state=ImportItem.State.READY).exists():
            # Another worker holds them, or a question was answered just now: the next look will see.
            return not _all_are_held(held)
        held.finished_at = clock.now()
        staging.drop_chunks(held)
        become(held, State.DONE, "finished_at")
    return False


def _all_are_held(run: ImportRun) -> bool:
    rows = ImportItem.objects.select_for_update(skip_locked=True).filter(run=run, state=ImportItem.State.READY)
    return not rows[:1]


class _Claims:
    """Waiting files that nobody else reads; a session lock on each goes with the process that holds it."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self._held: set[int] = set()

    def more(self, most: int) -> list[ImportFile]:
        """Return further files, at most so many; they are this reader's until they are released."""
        waiting = self.run.files.filter(state=ImportFile.State.WAITING).exclude(pk__in=self._held).order_by("position")
        ids = list(waiting.values_list("pk", flat=True)[: most * WORKERS_A_RUN])
        mine: list[int] = []
        for start in range(0, len(ids), most):
            mine = self._ask("pg_try_advisory_lock", ids[start : start + most])
            if mine:
                break
        self._held.update(mine)
        # Looked at again under the lock: another reader may have finished one in between.
        rows = ImportFile.objects.filter(pk__in=mine, state=ImportFile.State.WAITING).order_by("position")
        return list(rows.select_related("blob"))

    def release(self, files: Iterable[ImportFile] | None = None) -> None:
        """Let go of files whose records are stored, of all without an argument."""
        ids = set(self._held) if files is None else {file.pk for file in files}
        if ids:
            self._ask("pg_advisory_unlock", sorted(ids))
        self._held -= ids

    def _ask(self, function: str, ids: Sequence[int]) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, {function}(hashtextextended('file ' || id, 7000)) FROM unnest(%s::bigint[]) AS id",
                [list(ids)],
            )
            return [pk for pk, answer in cursor.fetchall() if answer]


@contextmanager
def _claimed_files(run: ImportRun) -> Iterator[_Claims]:
    claims = _Claims(run)
    try:
        yield claims
    finally:
        claims.release()


@contextmanager
def _slot(run: ImportRun) -> Iterator[bool]:
    """Hold one of the places of a run's workers, so that repeated messages do not crowd out other runs."""
    names = [f"run {run.pk} worker {place}" for place in range(WORKERS_A_RUN)]
    mine = next((name for name in names if _try_lock(name)), None)
    try:
        yield mine is not None
    finally:
        if mine is not None:
            _unlock(mine)


def _try_lock(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 7000))", [name])
        return bool(cursor.fetchone()[0])


def _unlock(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 7000))", [name])
