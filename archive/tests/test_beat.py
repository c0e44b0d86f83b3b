"""What runs by the clock can run: each entry of beat names a task that exists, on a queue that a worker takes from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from celery.beat import ScheduleEntry
from celery.schedules import crontab, schedule

from archive import dispatch
from archive.importing import watching
from newsroom.celery import app
from newsroom.supervisor import read_procfile


@pytest.fixture(scope="module")
def entries() -> Mapping[str, ScheduleEntry]:
    """What Celery's own scheduler makes of the settings."""
    app.loader.import_default_modules()
    beat: Any = app.conf.beat_schedule
    return {name: ScheduleEntry(name=name, app=app, **entry) for name, entry in beat.items()}


@pytest.fixture(scope="module")
def queues_worked_on() -> set[str]:
    from django.conf import settings

    commands = [child.command.split() for child in read_procfile(settings.BASE_DIR / "Procfile")]
    return {queue for words in commands if "worker" in words for queue in words[words.index("-Q") + 1].split(",")}


def test_the_supervisor_runs_one_beat(settings):
    commands = [child.command for child in read_procfile(settings.BASE_DIR / "Procfile")]
    assert sum(" beat " in f"{command} " for command in commands) == 1


def test_every_entry_names_a_task_that_workers_know_and_that_may_be_sent(entries):
    assert entries
    for name, entry in entries.items():
        assert entry.task in app.tasks, name
        assert entry.task in dispatch.TASKS, name
        # A task of the clock has nobody who could hand it anything.
        assert not entry.args and not entry.kwargs, name


def test_every_entry_goes_to_a_queue_that_a_worker_takes_from(entries, queues_worked_on):
    for name, entry in entries.items():
        queue = entry.options.get("queue") or app.amqp.router.route({}, entry.task)["queue"].name
        assert queue in queues_worked_on, name


def test_what_is_asked_every_few_seconds_does_not_pile_up_behind_a_busy_worker(entries):
    for name, entry in entries.items():
        if isinstance(entry.schedule, crontab):
            continue
        assert isinstance(entry.schedule, schedule)
        assert 1 <= entry.schedule.run_every.total_seconds() <= 3600, name
        assert 0 < entry.options["expires"] <= entry.schedule.run_every.total_seconds(), name


def test_watched_sources_and_unfinished_runs_are_asked_about_often_enough(entries):
    every = {entry.task: entry.schedule.run_every for entry in entries.values() if hasattr(entry.schedule, "run_every")}
    # The quickest step of the rhythm must not be missed by much; a run must not wait long for a worker that died.
    assert every[dispatch.POLL_WATCHED_SOURCES] <= watching.RHYTHM[0] / 10
    assert every[dispatch.POLL_WATCHED_SOURCES] > timedelta(seconds=watching.POLL_SECONDS)
    assert every[dispatch.PUSH_IMPORT_RUNS] <= timedelta(seconds=30)
