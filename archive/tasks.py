"""The tasks that workers carry out: each reads its arguments, makes one call below, and is harmless when repeated.

What a task would do stands in the database, so none is needed for correctness: beat asks again for what was lost.
"""

from __future__ import annotations

from celery import shared_task

from archive import clock, dispatch
from archive.alerts.delivery import send_due
from archive.alerts.matching import match_waiting
from archive.articles import status
from archive.importing import run, watching, work
from archive.indexing import rebuild
from archive.stories.assign import place_waiting
from archive.stories.mending import repair_recent


@shared_task(name=dispatch.READ_RUN, soft_time_limit=840, time_limit=900)
def read_run(run_id: int) -> None:
    """Read files of an import run for a few seconds, and ask for the rest."""
    if work.read_some(run_id):
        run.wake(run_id)


@shared_task(name=dispatch.IMPORT_RUN, soft_time_limit=240, time_limit=300)
def import_run(run_id: int) -> None:
    """Import ready items of a run for a few seconds, and ask for the rest."""
    if work.import_some(run_id):
        run.wake(run_id)


@shared_task(name=dispatch.PUSH_IMPORT_RUNS, soft_time_limit=50, time_limit=60)
def push_import_runs() -> None:
    """Ask again for every import run that is not at its end."""
    run.push_unfinished()


@shared_task(name=dispatch.POLL_WATCHED_SOURCES, soft_time_limit=240, time_limit=300)
def poll_watched_sources() -> None:
    """Look at the watched folders and feeds that are due, and capture again what is."""
    watching.poll(at=clock.now())


@shared_task(name=dispatch.PLACE_ARTICLES, soft_time_limit=540, time_limit=600)
def place_articles() -> None:
    """Place what waits in stories, and ask for the rest."""
    if place_waiting(at=clock.now(), limit=2000).placed >= 2000:
        dispatch.place_soon()


@shared_task(name=dispatch.REPAIR_STORIES, soft_time_limit=1700, time_limit=1800)
def repair_stories() -> None:
    """Form the stories of the last weeks anew with all that came since; on Sundays those of the latest articles,
    however old."""
    now = clock.now()
    repair_recent(at=now, is_wide=now.isoweekday() == 7)


@shared_task(name=dispatch.DRAIN_INDEX, soft_time_limit=3300, time_limit=3600)
def drain_index() -> None:
    """Carry what waits into the search index; one that is missing or damaged is rebuilt."""
    rebuild.drain_or_rebuild()


@shared_task(name=dispatch.LIFT_EMBARGOES, soft_time_limit=50, time_limit=60)
def lift_embargoes() -> None:
    """End every embargo that is over by now."""
    status.lift_due_embargoes(at=clock.now())


@shared_task(name=dispatch.DELIVER_ALERTS, soft_time_limit=280, time_limit=300)
def deliver_alerts() -> None:
    """Ask the saved searches about what came in, and send what is due."""
    match_waiting(clock.now())
    send_due(clock.now())
