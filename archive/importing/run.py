"""An import run from the first file to the report: every step stands in the database, so any process can take it on.

Reading and importing are done in slices of a few seconds each, by whoever asks next: Celery workers, a command, or
beat that finds a run whose worker was killed. No step is lost when one of them dies, and none is done twice.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from archive import clock, dispatch
from archive.articles.operations import ArchiveError
from archive.models import ImportFile, ImportItem, ImportRun, User

from . import learning, preview, staging
from .applying import Memory, apply_batch
from .limits import configured
from .outlets import OutletBook, hints
from .reading import FileUnreadable, Record, reader
from .serial import hints_to_json

State = ImportRun.State
SLICE_SECONDS = 4.0
# Reading goes on longer: to leave a large file means to pass over its first part again.
READ_SECONDS = 45.0
WORKERS_A_RUN = 4
_UNFINISHED = (State.READING, State.RUNNING)
_READ_TOGETHER = 24


class RunError(ArchiveError):
    """A step that the state of a run does not allow; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands, in numbers that a page and a progress bar show."""

    state: str
    label: str
    files: int
    files_read: int
    items: int
    done: int
    ready: int
    questions: int
    failed: int
    left_out: int
    captures: int
    outcomes: Mapping[str, int] = field(default_factory=dict)
    seconds_left: int | None = None

    @property
    def share(self) -> float:
        """How much of the work is behind, 0 to 1."""
        if self.state in (State.STAGING, State.READING):
            return self.files_read / self.files if self.files else 0.0
        settled = self.items - self.ready
        return settled / self.items if self.items else 1.0


def create(
    *, origin: str, by: User | None = None, title: str = "", options: Mapping[str, Any] | None = None
) -> ImportRun:
    """Open a run that files can be put into. Options: outlet, manifest, auto (import without a preview), columns."""
    return ImportRun.objects.create(origin=origin, created_by=by, title=title[:200], options=dict(options or {}))


@transaction.atomic
def begin(run: ImportRun) -> None:
    """Close the run for further files and have it read. Raises RunError when it holds no file."""
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    if held.state != State.STAGING:
        return
    if held.files.filter(state=ImportFile.State.RECEIVING).exists():
        raise RunError("A file has not arrived whole yet: send the rest of it, or leave it out.")
    staging.adopt_manifest(held)
    if not held.files.exists():
        raise RunError("Choose at least one file.")
    _become(held, State.READING)
    dispatch.read_run(held.pk, interactive=is_single(held))


@transaction.atomic
def confirm(run: ImportRun, *, at: datetime) -> bool:
    """Have a previewed run imported; say whether it was this call that did it. Confirming twice does nothing twice."""
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    if held.state != State.PREVIEW:
        return False
    held.confirmed_at = at
    _become(held, State.RUNNING, "confirmed_at")
    dispatch.import_run(held.pk, interactive=is_single(held))
    return True


@transaction.atomic
def plan_again(run: ImportRun) -> None:
    """Have a worker plan all items of a previewed run anew."""
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    if held.state == State.PREVIEW:
        _become(held, State.READING)
        dispatch.read_run(held.pk, interactive=is_single(held))


@transaction.atomic
def read_table_again(run: ImportRun, *, file_id: int, columns: Mapping[str, str], by: User | None) -> None:
    """Read a table of a previewed run anew with other columns (column -> field), and remember them for its kind.

    Raises RunError when the run is not at its preview any more, or holds no such table.
    """
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    table = held.options.get("tables", {}).get(str(file_id))
    if held.state != State.PREVIEW or table is None:
        raise RunError("The columns of a table can be chosen at its preview only.")
    chosen = {name: columns[name] for name in table["names"] if name in columns}
    learning.learn_columns(header=table["names"], columns=chosen, by=by)
    held.items.filter(source_id=file_id).delete()
    held.files.filter(pk=file_id).update(state=ImportFile.State.WAITING, taken=0, member=0, member_taken=0)
    _become(held, State.READING)
    dispatch.read_run(held.pk, interactive=is_single(held))


@transaction.atomic
def pause(run: ImportRun) -> None:
    """Hold a run where it is; a batch that is being written is finished first."""
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    if held.state not in _UNFINISHED:
        raise RunError(f"A run that is {held.get_state_display()} can't be paused.")
    held.paused_from = held.state
    _become(held, State.PAUSED, "paused_from")


@transaction.atomic
def resume(run: ImportRun) -> None:
    """Go on with a paused run."""
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    if held.state != State.PAUSED:
        raise RunError(f"A run that is {held.get_state_display()} can't be resumed.")
    state, held.paused_from = held.paused_from, ""
    _become(held, State(state), "paused_from")
    wake(held.pk)


@transaction.atomic
def cancel(run: ImportRun, *, at: datetime) -> None:
    """Stop a run for good; what it has imported already stays, the rest is left out."""
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    if held.state in (State.DONE, State.CANCELED, State.WITHDRAWN):
        raise RunError(f"The run is {held.get_state_display()} already.")
    held.finished_at = at
    _become(held, State.CANCELED, "finished_at")
    # An item that a worker holds at this moment is finished; the others are left out.
    waiting = ImportItem.objects.select_for_update(skip_locked=True).filter(
        run=held, state__in=(ImportItem.State.READY, ImportItem.State.QUESTION, ImportItem.State.STAGED)
    )
    ImportItem.objects.filter(pk__in=list(waiting.values_list("pk", flat=True))).update(
        state=ImportItem.State.LEFT_OUT, outcome=ImportItem.Outcome.LEFT_OUT, reason="The run was canceled."
    )


@transaction.atomic
def retry(run: ImportRun) -> int:
    """Try the failed items of a run again, reading their bytes afresh; return how many."""
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    if held.state in (State.STAGING, State.CANCELED, State.WITHDRAWN):
        raise RunError("Only the items of a run that was read can be tried again.")
    failed = held.items.filter(state=ImportItem.State.FAILED)
    # What was read and could not be stored is only stored again; what could not be read is read again.
    again = failed.exclude(parsed={}).update(state=ImportItem.State.READY, outcome="", reason="", mend="")
    for item in failed.filter(parsed={}).select_related("source"):
        position = staging._next_position(held)
        ImportFile.objects.create(
            run=held,
            position=position,
            name=item.file,
            url=item.url,
            captured_at=item.captured_at,
            blob_id=item.blob_id,
            attempts=item.attempts + 1,
            size=item.blob.size if item.blob else 0,
        )
        item.delete()
        again += 1
    if again:
        held.finished_at = None
        _become(held, State.READING, "finished_at")
        dispatch.read_run(held.pk, interactive=is_single(held))
    return again


def read_some(run_id: int, *, seconds: float = READ_SECONDS, tick: Callable[[], None] | None = None) -> bool:
    """Read files of a run for some seconds; return whether there is more to read that nobody else reads."""
    run = ImportRun.objects.get(pk=run_id)
    if run.state != State.READING:
        return False
    until = time.monotonic() + seconds
    limits = configured()
    process = reader(limits)
    known = hints()
    process.learn({pk: hints_to_json(one) for pk, one in known.items()}, learning.known_tables())
    book = OutletBook()
    stager = staging.Stager(run)
    found = False
    with _claimed_files(run) as claim:
        while time.monotonic() < until:
            files = claim(_READ_TOGETHER)
            if not files:
                break
            found = True
            for file in files:
                whole = _read_file(run, file, process, stager, book, until, tick)
                if whole and time.monotonic() < until:
                    continue
                break
            stager.flush()
            if tick is not None:
                tick()
            if is_automatic(run):
                dispatch.import_run(run.pk, interactive=is_single(run))
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
    tick: Callable[[], None] | None = None,
    woken: set[int] | None = None,
) -> bool:
    """Import ready items of a run for some seconds; return whether there is more to import.

    Other runs whose questions can be answered now are woken, and added to `woken`.
    """
    run = ImportRun.objects.select_related("created_by").get(pk=run_id)
    until = time.monotonic() + seconds
    with _slot(run) as free:
        if not free:
            return False
        memory = Memory()
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


def work_through(run_id: int, *, tick: Callable[[], None] | None = None) -> None:
    """Read and import a run in this process until nothing is left, with the runs that its articles gave an answer to.

    Other processes may work on the same run at the same time; this one waits for what they hold.
    """
    todo = [run_id]
    while todo:
        current = todo.pop(0)
        while ImportRun.objects.filter(pk=current, state__in=_UNFINISHED).exists():
            more = read_some(current, tick=tick)
            woken: set[int] = set()
            more = import_some(current, tick=tick, woken=woken) or more
            todo.extend(woken - {current, *todo})
            if not more:
                time.sleep(0.05)


def wake(run_id: int) -> None:
    """Have a run looked at again, whatever it waits for."""
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        if run.state == State.DONE:
            _become(run, State.RUNNING)
        if run.state == State.READING:
            dispatch.read_run(run.pk, interactive=is_single(run))
        elif run.state == State.RUNNING:
            dispatch.import_run(run.pk, interactive=is_single(run))


def push_unfinished() -> list[int]:
    """Ask again for every run that is not at its end, such as one whose worker was killed; return their ids."""
    ids = list(ImportRun.objects.filter(state__in=_UNFINISHED).order_by("state", "id").values_list("pk", flat=True))
    for run_id in ids:
        wake(run_id)
    return ids


def progress(run: ImportRun, *, at: datetime | None = None) -> Progress:
    """Return where a run stands; two grouped counts over its own files and items."""
    files = Counter(dict(run.files.values_list("state").annotate(Count("id")).order_by()))
    rows = run.items.values_list("state", "outcome").annotate(Count("id")).order_by()
    states: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for state, outcome, count in rows:
        states[state] += count
        if outcome:
            outcomes[outcome] += count
    items = sum(states.values())
    settled = items - states[ImportItem.State.READY]
    left = None
    if run.state == State.RUNNING and run.confirmed_at and settled:
        spent = ((at or clock.now()) - run.confirmed_at).total_seconds()
        left = round(spent / settled * states[ImportItem.State.READY])
    return Progress(
        state=run.state,
        label=str(run.get_state_display()),
        files=sum(files.values()),
        files_read=files[ImportFile.State.READ] + files[ImportFile.State.FAILED],
        items=items,
        done=states[ImportItem.State.DONE],
        ready=states[ImportItem.State.READY],
        questions=states[ImportItem.State.QUESTION],
        failed=states[ImportItem.State.FAILED],
        left_out=states[ImportItem.State.LEFT_OUT],
        captures=run.items.filter(capture__isnull=False).count(),
        outcomes=dict(outcomes),
        seconds_left=left,
    )


def report(run: ImportRun) -> dict[str, Any]:
    """Return the result of a run as `import_articles --json` prints it."""
    rows = run.items.order_by("position").values("file", "record", "outcome", "article_id", "reason", "mend", "capture")
    counts: Counter[str] = Counter()
    items = []
    captures = 0
    for row in rows.iterator(chunk_size=2000):
        counts[row["outcome"]] += 1
        captures += row["capture"] is not None
        item = {"file": row["file"], "outcome": row["outcome"], "article": row["article_id"], "reason": row["reason"]}
        if row["record"]:
            item["record"] = row["record"]
        if row["mend"]:
            item["mend"] = row["mend"]
        items.append(item)
    return {
        "run": run.pk,
        "created": counts[ImportItem.Outcome.CREATED],
        "new_versions": counts[ImportItem.Outcome.NEW_VERSION],
        "captures": captures,
        "unchanged": counts[ImportItem.Outcome.UNCHANGED],
        "questions": counts[ImportItem.Outcome.QUESTION],
        "rejected": counts[ImportItem.Outcome.REJECTED],
        "items": items,
    }


def is_automatic(run: ImportRun) -> bool:
    """Say whether a run is imported as it is read, without a preview."""
    return bool(run.options.get("auto"))


def is_single(run: ImportRun) -> bool:
    """Say whether a run is one small thing that somebody waits for, and so overtakes bulk runs."""
    return bool(run.options.get("single"))


def _is_reading(run: ImportRun) -> bool:
    """Say whether the run is still to be read, which somebody may have paused or canceled."""
    return ImportRun.objects.filter(pk=run.pk, state=State.READING).exists()


def _may_import(run: ImportRun) -> bool:
    return run.state == State.RUNNING or (run.state == State.READING and is_automatic(run))


def _read_file(
    run: ImportRun,
    file: ImportFile,
    process: Any,
    stager: staging.Stager,
    book: OutletBook,
    until: float,
    tick: Callable[[], None] | None,
) -> bool:
    """Stage the records of one file, and return whether it was read to its end before the time was up."""
    data = staging.bytes_of(file)
    passed_over, inside = staging.manifest_in(data)
    if inside and not run.options.get("manifest"):
        run.options = {**run.options, "manifest": inside}
        run.save(update_fields=["options"])
    manifest: Mapping[str, Mapping[str, str]] = run.options.get("manifest", {})
    outlets_of = {name: pk for name, row in manifest.items() if (pk := book.named(row.get("outlet", ""))) is not None}
    said = staging.said_of(run, file.name)
    records: Iterator[Record] = process.read(
        data,
        name=file.name,
        captured_at=file.captured_at,
        url=file.url or said.get("url", ""),
        outlet=book.named(said.get("outlet", "")),
        outlets_of=outlets_of,
        columns=run.options.get("columns"),
        passed_over=passed_over,
        on_table=lambda table: staging.note_table(run, file, table),
        member=file.member,
        record=file.member_taken,
    )
    try:
        for record in records:
            if not stager.add(file, record):
                continue
            if tick is not None:
                tick()
            if is_automatic(run):
                dispatch.import_run(run.pk, interactive=is_single(run))
            if time.monotonic() >= until or not _is_reading(run):
                return False
    except FileUnreadable as error:
        stager.flush()
        staging.fail_file(run, file, data, reason=str(error), mend=error.mend)
        return True
    finally:
        records.close()  # type: ignore[attr-defined]
    stager.finish(file)
    return True


@transaction.atomic
def _finish_reading(run: ImportRun) -> None:
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    open_files = (ImportFile.State.WAITING, ImportFile.State.RECEIVING)
    if held.state != State.READING or held.files.filter(state__in=open_files).exists():
        return
    if is_automatic(held) or held.confirmed_at:
        held.confirmed_at = held.confirmed_at or clock.now()
        _become(held, State.RUNNING, "confirmed_at")
        dispatch.import_run(held.pk, interactive=is_single(held))
        return
    preview.plan_run(held)
    _become(held, State.PREVIEW)


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
        _become(held, State.DONE, "finished_at")
    return False


def _all_are_held(run: ImportRun) -> bool:
    rows = ImportItem.objects.select_for_update(skip_locked=True).filter(run=run, state=ImportItem.State.READY)
    return not rows[:1]


def _become(run: ImportRun, state: ImportRun.State, *fields: str) -> None:
    run.state = state
    run.save(update_fields=["state", *fields])


@contextmanager
def _claimed_files(run: ImportRun) -> Iterator[Callable[[int], list[ImportFile]]]:
    """Give out waiting files that nobody else reads; a session lock on each goes with the process that holds it."""
    held: list[int] = []

    def claim(most: int) -> list[ImportFile]:
        release()
        waiting = run.files.filter(state=ImportFile.State.WAITING).order_by("position")
        ids = list(waiting.values_list("pk", flat=True)[: most * WORKERS_A_RUN])
        for start in range(0, len(ids), most):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT id, pg_try_advisory_lock(hashtextextended('file ' || id, 7000)) FROM unnest(%s::bigint[])"
                    " AS id",
                    [ids[start : start + most]],
                )
                held.extend(pk for pk, locked in cursor.fetchall() if locked)
            if held:
                break
        # Looked at again under the lock: another reader may have finished one in between.
        rows = ImportFile.objects.filter(pk__in=held, state=ImportFile.State.WAITING).order_by("position")
        return list(rows.select_related("blob"))

    def release() -> None:
        if held:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_advisory_unlock(hashtextextended('file ' || id, 7000)) FROM unnest(%s::bigint[]) AS id",
                    [held],
                )
        held.clear()

    try:
        yield claim
    finally:
        release()


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
