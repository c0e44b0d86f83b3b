"""An import run from the first file to the last answer: what may be done with it in which state, all in the database.

`work` carries runs out, `progress` says where they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from archive import clock, dispatch
from archive.articles.operations import ArchiveError
from archive.models import ImportFile, ImportItem, ImportRun, User

from . import learning, staging

State = ImportRun.State
UNFINISHED = (State.READING, State.RUNNING)


class RunError(ArchiveError):
    """A step that the state of a run does not allow; the message says what to do."""


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
        raise RunError(_("A file has not arrived whole yet: send the rest of it, or leave it out."))
    staging.adopt_manifest(held)
    if not held.files.exists():
        raise RunError(_("Choose at least one file."))
    held.options = {**held.options, "begun_at": clock.now().isoformat()}
    become(held, State.READING, "options")
    dispatch.read_run(held.pk, interactive=is_single(held))


@transaction.atomic
def confirm(run: ImportRun, *, at: datetime) -> bool:
    """Have a previewed run imported; say whether it was this call that did it. Confirming twice does nothing twice."""
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    if held.state != State.PREVIEW:
        return False
    held.confirmed_at = at
    become(held, State.RUNNING, "confirmed_at")
    dispatch.import_run(held.pk, interactive=is_single(held))
    return True


@transaction.atomic
def plan_again(run: ImportRun) -> None:
    """Have a worker plan all items of a previewed run anew."""
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    if held.state == State.PREVIEW:
        become(held, State.READING)
        dispatch.read_run(held.pk, interactive=is_single(held))


@transaction.atomic
def read_table_again(run: ImportRun, *, file_id: int, columns: Mapping[str, str], by: User | None) -> None:
    """Read a table of a previewed run anew with other columns (column -> field), and remember them for its kind.

    Raises RunError when the run is not at its preview any more, or holds no such table.
    """
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    table = held.options.get("tables", {}).get(str(file_id))
    if held.state != State.PREVIEW or table is None:
        raise RunError(_("The columns of a table can be chosen at its preview only."))
    chosen = {name: columns[name] for name in table["names"] if name in columns}
    learning.learn_columns(header=table["names"], columns=chosen, by=by)
    held.items.filter(source_id=file_id).delete()
    held.files.filter(pk=file_id).update(state=ImportFile.State.WAITING, taken=0, member=0, member_taken=0)
    become(held, State.READING)
    dispatch.read_run(held.pk, interactive=is_single(held))


@transaction.atomic
def pause(run: ImportRun) -> None:
    """Hold a run where it is; a batch that is being written is finished first."""
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    if held.state not in UNFINISHED:
        raise RunError(_("A run that is %(state)s can't be paused.") % {"state": held.get_state_display()})
    held.paused_from = held.state
    become(held, State.PAUSED, "paused_from")


@transaction.atomic
def resume(run: ImportRun) -> None:
    """Go on with a paused run."""
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    if held.state != State.PAUSED:
        raise RunError(_("A run that is %(state)s can't be resumed.") % {"state": held.get_state_display()})
    state, held.paused_from = held.paused_from, ""
    become(held, State(state), "paused_from")
    wake(held.pk)


@transaction.atomic
def cancel(run: ImportRun, *, at: datetime) -> None:
    """Stop a run for good; what it has imported already stays, the rest is left out."""
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    if held.state in (State.DONE, State.CANCELED, State.WITHDRAWN):
        raise RunError(_("The run is %(state)s already.") % {"state": held.get_state_display()})
    held.finished_at = at
    become(held, State.CANCELED, "finished_at")
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
        raise RunError(_("Only the items of a run that was read can be tried again."))
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
        become(held, State.READING, "finished_at")
        dispatch.read_run(held.pk, interactive=is_single(held))
    return again


def wake(run_id: int) -> None:
    """Have a run looked at again, whatever it waits for."""
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        if run.state == State.DONE:
            become(run, State.RUNNING)
        if run.state == State.READING:
            dispatch.read_run(run.pk, interactive=is_single(run))
        elif run.state == State.RUNNING:
            dispatch.import_run(run.pk, interactive=is_single(run))


def push_unfinished() -> list[int]:
    """Ask again for every run that is not at its end, such as one whose worker was killed; return their ids."""
    ids = list(ImportRun.objects.filter(state__in=UNFINISHED).order_by("state", "id").values_list("pk", flat=True))
    for run_id in ids:
        wake(run_id)
    return ids


def is_automatic(run: ImportRun) -> bool:
    """Say whether a run is imported as it is read, without a preview."""
    return bool(run.options.get("auto"))


def is_single(run: ImportRun) -> bool:
    """Say whether a run is one small thing that somebody waits for, and so overtakes bulk runs."""
    return bool(run.options.get("single"))


def become(run: ImportRun, state: ImportRun.State, *fields: str) -> None:
    """Write the new state of a run whose row is locked, with other fields that changed."""
    run.state = state
    run.save(update_fields=["state", *fields])
