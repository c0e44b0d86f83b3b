"""A run says how far it is and how long it will take, from how it went so far."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from archive import clock
from archive.importing import run, work
from archive.importing.progress import progress
from archive.models import ImportFile, ImportItem, ImportRun

from .world import previewed, rows, staged, wire

pytestmark = pytest.mark.django_db


def test_reading_is_estimated_by_the_files_that_are_read():
    job = staged({f"{number}.json": wire(f"urn:{number}", f"Story {number}") for number in range(8)}, auto=False)
    job.refresh_from_db()
    begun = datetime.fromisoformat(job.options["begun_at"])
    assert progress(job, at=begun + timedelta(seconds=10)).seconds_left is None
    job.files.filter(position__lt=2).update(state=ImportFile.State.READ)
    now = progress(job, at=begun + timedelta(seconds=10))
    assert (now.files_read, now.files, now.share) == (2, 8, 0.25)
    assert now.seconds_left == 30


def test_importing_is_estimated_by_the_last_minute_so_that_a_pause_does_not_count():
    job = previewed({"wire.jsonl": rows(12)}, outlet="Northern Wire")
    assert run.confirm(job, at=clock.now())
    job.refresh_from_db()
    at = clock.now()
    items = list(job.items.order_by("position"))
    for one, ago in zip(items[:4], (3600, 20, 10, 5), strict=False):
        ImportItem.objects.filter(pk=one.pk).update(
            state=ImportItem.State.DONE, finished_at=at - timedelta(seconds=ago)
        )
    # Three in twenty seconds, and eight to go.
    assert progress(job, at=at).seconds_left == round(20 / 3 * 8)
    assert progress(job, at=at).minutes_left == 1


def test_what_is_over_or_waits_for_somebody_has_no_estimate():
    job = previewed({"wire.jsonl": rows(2)}, outlet="Northern Wire")
    assert progress(job).seconds_left is None
    run.confirm(job, at=clock.now())
    work.work_through(job.pk)
    job.refresh_from_db()
    assert job.state == ImportRun.State.DONE
    assert progress(job).seconds_left is None and progress(job).share == 1.0
