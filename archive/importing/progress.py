"""Where a run stands and what came of it: numbers for a page and a bar, and the report that is taken home."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min

from archive import clock
from archive.models import ImportFile, ImportItem, ImportRun

State = ImportRun.State
_RECENT = timedelta(minutes=1)


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
    def minutes_left(self) -> int:
        """The estimate in whole minutes, rounded up."""
        return -(-(self.seconds_left or 0) // 60)

    @property
    def share(self) -> float:
        """How much of the work is behind, 0 to 1."""
        if self.state in (State.STAGING, State.READING):
            return self.files_read / self.files if self.files else 0.0
        settled = self.items - self.ready
        return settled / self.items if self.items else 1.0


def progress(run: ImportRun, *, at: datetime | None = None) -> Progress:
    """Return where a run stands; counted over its own files and items only."""
    files = Counter(dict(run.files.values_list("state").annotate(Count("id")).order_by()))
    rows = run.items.values_list("state", "outcome").annotate(Count("id")).order_by()
    states: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for state, outcome, count in rows:
        states[state] += count
        if outcome:
            outcomes[outcome] += count
    items = sum(states.values())
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
        seconds_left=_seconds_left(run, files, states[ImportItem.State.READY], at or clock.now()),
    )


def _seconds_left(run: ImportRun, files: Mapping[str, int], ready: int, at: datetime) -> int | None:
    """Return an estimate from how it went so far, None when nothing tells: for reading by the files that are read, for
    importing by the items of the last minute, so that a pause does not count."""
    if run.state == State.READING and run.options.get("begun_at"):
        behind = files.get(ImportFile.State.READ, 0) + files.get(ImportFile.State.FAILED, 0)
        spent = (at - datetime.fromisoformat(run.options["begun_at"])).total_seconds()
        return round(spent / behind * (sum(files.values()) - behind)) if behind else None
    if run.state == State.RUNNING:
        recent = run.items.filter(finished_at__gt=at - _RECENT).aggregate(count=Count("id"), first=Min("finished_at"))
        if recent["count"] and recent["first"] < at:
            return round((at - recent["first"]).total_seconds() / recent["count"] * ready)
    return None


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
