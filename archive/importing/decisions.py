"""What an editor says about the items of a run; what can be learnt from it is learnt in the same breath.

A decision stands beside the machine's reading and goes before it. In a previewed run it changes the plan; in a run
that was imported already it answers an open question, and the item is imported at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from archive.articles.operations import ArchiveError, find_or_create_outlet
from archive.models import ImportItem, ImportRun, Outlet, OutletLine, User

from . import learning, preview, run, serial
from .corrections import TEXT_FIELDS, corrected, read_date
from .outlets import remember

State = ImportItem.State
_OPEN = (State.READY, State.QUESTION, State.LEFT_OUT)
# Up to so many items are planned anew while the editor waits; more are left to a worker.
_PLANNED_AT_ONCE = 300


class DecisionError(ArchiveError):
    """A decision that can't be taken; the message says why and what to do."""


@transaction.atomic
def correct(*, item: ImportItem, fields: Mapping[str, str], by: User | None, at: datetime) -> None:
    """Keep an editor's fields where they differ from what was read. Locks the item's row. Raises DecisionError."""
    held = _open(item)
    wanted = fields.get("published_at", "").strip()
    if wanted and read_date(wanted) is None:
        raise DecisionError(
            _("Write the date as 2031-05-01, 2031-05-01T09:30 or, with its zone, 2031-05-01T09:30+02:00.")
        )
    bare = corrected(held.parsed, held.decision.get("said", {}), {**held.decision, "fields": {}})
    shown = form_values(bare)
    names = (*TEXT_FIELDS, "published_at", "tags")
    changed = {
        name: fields[name].replace("\r\n", "\n").strip()
        for name in names
        if name in fields and fields[name].replace("\r\n", "\n").strip() != shown[name].strip()
    }
    _decide(held, by, fields=changed)


@transaction.atomic
def choose_outlet(*, item: ImportItem, outlet: Outlet | None, name: str = "", by: User | None) -> Outlet:
    """Say whose article an item is, by an outlet or the name of one, made if it is new; and remember it.

    The name that the page prints becomes an alias and its host a domain of the outlet, unless they are taken.
    """
    held = _open(item)
    if outlet is None:
        if not name.strip():
            raise DecisionError(_("Choose an outlet, or write the name of a new one."))
        outlet = find_or_create_outlet(name=name, by=by)
    remember(outlet=outlet, name=held.parsed.get("outlet_name", ""), host=held.host, by=by)
    _decide(held, by, outlet=outlet.pk)
    return outlet


@transaction.atomic
def choose(
    *, item: ImportItem, what: str, article_id: int | None = None, version_id: int | None = None, by: User | None
) -> None:
    """Say that an item is a new article, a new version of an article, or another capture of one."""
    if what not in ("new", "version", "capture"):
        raise DecisionError(_("Choose: a new article, a new version, or another capture."))
    if what != "new" and article_id is None:
        raise DecisionError(_("Choose the article that it belongs to."))
    _decide(_open(item), by, choice={"what": what, "article": article_id, "version": version_id})


@transaction.atomic
def leave_out(*, item: ImportItem, out: bool, by: User | None) -> None:
    """Leave an item out of the import, or take it in again."""
    held = _open(item)
    if not out and held.state != State.LEFT_OUT:
        return
    held.state = State.LEFT_OUT if out else State.READY
    held.outcome = ImportItem.Outcome.LEFT_OUT if out else ""
    held.reason = "Left out by an editor." if out else ""
    held.save(update_fields=["state", "outcome", "reason"])
    if not out:
        _after(held.run, [held.pk])


@transaction.atomic
def set_line(*, item: ImportItem, number: int, is_body: bool, by: User | None, at: datetime) -> None:
    """Restore a removed line, or take a line out of the body; the outlet's pages are read so from now on."""
    held = _open(item)
    line = next((one for one in held.parsed.get("lines", ()) if one["number"] == number), None)
    if line is None:
        raise DecisionError(_("The file has no line %(number)s.") % {"number": number})
    restored = set(held.decision.get("restored", ()))
    removed = set(held.decision.get("removed", ()))
    (restored if is_body else removed).add(number)
    (removed if is_body else restored).discard(number)
    _decide(held, by, restored=sorted(restored), removed=sorted(removed))
    verdict = OutletLine.Verdict.BODY if is_body else OutletLine.Verdict.FURNITURE
    _teach(held, {"line": line["text"], "verdict": str(verdict)}, by=by, at=at)


@transaction.atomic
def pick(*, item: ImportItem, field: str, place: int, by: User | None, at: datetime) -> None:
    """Take another of the values that the page offers for a field, and count it as the outlet's habit."""
    held = _open(item)
    offered = held.parsed.get("candidates", {}).get(field, ())
    if not 0 <= place < len(offered):
        raise DecisionError(_("The page does not offer that value."))
    fields = {**held.decision.get("fields", {}), field: offered[place]["value"]}
    _decide(held, by, fields=fields)
    _teach(held, {"field": field, "origin": offered[place]["origin"]}, by=by, at=at)


@transaction.atomic
def choose_outlet_for_all(
    *, job: ImportRun, outlet: Outlet | None, name: str = "", host: str = "", printed: str = "", by: User | None
) -> int:
    """Say whose articles all open items of a host, or of a printed name, are; return how many it settles."""
    if not host and not printed:
        raise DecisionError(_("Say which items: those of a host, or those that print a name."))
    if outlet is None:
        if not (name or printed).strip():
            raise DecisionError(_("Choose an outlet, or write the name of a new one."))
        outlet = find_or_create_outlet(name=name or printed, by=by)
    remember(outlet=outlet, name=printed, host=host, by=by)
    rows = job.items.filter(state__in=(State.READY, State.QUESTION))
    rows = rows.filter(host=host) if host else rows.filter(parsed__outlet_name=printed)
    ids = list(rows.values_list("pk", flat=True))
    _merge_into_decisions(ids, {"outlet": outlet.pk, **({"by": by.pk} if by else {})})
    _after(job, ids)
    return len(ids)


@transaction.atomic
def make_new_outlets(*, job: ImportRun, by: User | None) -> int:
    """Make every outlet that the pages of a run name and the archive does not know; return how many."""
    names = (
        job.items.filter(state=State.QUESTION, plan__ask="outlet")
        .exclude(plan__outlet_name="")
        .values_list("plan__outlet_name", flat=True)
        .distinct()
    )
    made = 0
    for name in sorted({name for name in names if name}):
        choose_outlet_for_all(job=job, outlet=None, name=name, printed=name, by=by)
        made += 1
    return made


@transaction.atomic
def leave_out_all(*, job: ImportRun, items: Sequence[int], by: User | None) -> int:
    """Leave several open items out and return how many."""
    rows = job.items.filter(pk__in=items, state__in=(State.READY, State.QUESTION))
    return rows.update(state=State.LEFT_OUT, outcome=ImportItem.Outcome.LEFT_OUT, reason="Left out by an editor.")


def form_values(article: Any) -> dict[str, str]:
    """Return the fields of a parsed article as a form shows them."""
    values = {name: getattr(article, name) for name in TEXT_FIELDS}
    reading = article.published
    values["published_at"] = ""
    if reading.value is not None:
        day = reading.precision == "day"
        values["published_at"] = (
            reading.value.date().isoformat() if day else reading.value.isoformat(timespec="minutes")
        )
    values["tags"] = "; ".join(tag.name for tag in article.tags)
    return values


def as_corrected(item: ImportItem) -> Any:
    """Return the article of an item as it would be imported now."""
    return corrected(item.parsed, item.decision.get("said", {}), item.decision)


def _open(item: ImportItem) -> ImportItem:
    held = ImportItem.objects.select_for_update(of=("self",)).select_related("run").get(pk=item.pk)
    if held.state not in _OPEN:
        raise DecisionError(_("This item is %(state)s already.") % {"state": held.get_state_display()})
    if held.run.state not in (ImportRun.State.PREVIEW, ImportRun.State.RUNNING, ImportRun.State.DONE):
        raise DecisionError(_("The run is %(state)s: wait for its preview.") % {"state": held.run.get_state_display()})
    if held.run.state != ImportRun.State.PREVIEW and held.state != State.QUESTION:
        raise DecisionError(_("The run is being imported: only its questions can still be answered."))
    return held


def _teach(item: ImportItem, lesson: Mapping[str, str], *, by: User | None, at: datetime) -> None:
    """Teach the item's outlet; where that is not known yet, the lesson waits for the import to say whose it is."""
    outlet = Outlet.objects.filter(pk=item.decision.get("outlet") or item.outlet_id or 0).first()
    if outlet is not None:
        learning.learn(outlet=outlet, lesson=lesson, by=by, at=at)
        return
    item.decision = {**item.decision, "lessons": [*item.decision.get("lessons", ()), dict(lesson)]}
    item.save(update_fields=["decision"])


def _decide(item: ImportItem, by: User | None, **said: Any) -> None:
    item.decision = {**item.decision, **said, **({"by": by.pk} if by else {})}
    item.save(update_fields=["decision"])
    _after(item.run, [item.pk])
    item.refresh_from_db(fields=["plan", "state", "outlet"])


def _after(job: ImportRun, ids: Sequence[int]) -> None:
    """Plan these items anew, or have them imported where the run was confirmed already."""
    if job.state == ImportRun.State.PREVIEW:
        if len(ids) <= _PLANNED_AT_ONCE:
            preview.replan(job, ids)
        else:
            run.plan_again(job)
        return
    rows = ImportItem.objects.filter(pk__in=ids, state=State.QUESTION)
    if rows.update(state=State.READY, outcome=""):
        run.wake(job.pk)


def _merge_into_decisions(ids: Sequence[int], said: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE archive_importitem SET decision = decision || %s::jsonb WHERE id = ANY(%s)",
            [serial.dumps(said), list(ids)],
        )
