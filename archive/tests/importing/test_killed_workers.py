"""Workers and the broker may be killed at any moment of an import: nothing is lost, nothing comes twice."""

from __future__ import annotations

import time

from django.db.models import Count

from archive.importing import progress, run
from archive.models import Article, ImportItem, ImportRun

from .world import PARAGRAPHS, rows, staged, wire

STORIES = 1500


def is_done(job: ImportRun) -> bool:
    job.refresh_from_db()
    return job.state == ImportRun.State.DONE


def done_so_far(job: ImportRun) -> int:
    """Return how much was read and how much imported."""
    return ImportItem.objects.filter(run=job).count() + Article.objects.count()


def test_an_import_survives_workers_that_are_killed_again_and_again(start_worker, eventually):
    worker = start_worker("import,default")
    job = staged({"wire.jsonl": rows(STORIES)})
    killed_at_work = 0
    for pause in (0.3, 0.1, 0.6):
        before = done_so_far(job)
        eventually(lambda seen=before: done_so_far(job) > seen or is_done(job), 60)
        time.sleep(pause)
        killed_at_work += not is_done(job)
        worker.kill()
        worker.restart()
        # What beat does every ten seconds.
        run.push_unfinished()
    eventually(lambda: run.push_unfinished() == [] or is_done(job), 90)
    eventually(lambda: is_done(job), 90)
    # A quick machine may be done before the last.
    assert killed_at_work >= 2
    assert Article.objects.count() == STORIES
    assert not Article.objects.values("guid").annotate(times=Count("id")).filter(times__gt=1).exists()
    assert progress.report(job)["created"] == STORIES
    assert progress.report(job)["captures"] == STORIES


def test_an_import_goes_on_after_the_broker_lost_everything(start_worker, broker, eventually):
    worker = start_worker("import,default")
    job = staged({"wire.jsonl": rows(300)})
    worker.kill()
    broker.flushall()
    worker.restart()
    assert run.push_unfinished() == [job.pk]
    eventually(lambda: is_done(job), 60)
    assert Article.objects.count() == 300


def test_two_workers_that_import_the_same_article_at_once_make_one(start_worker, eventually):
    start_worker("import")
    start_worker("import")
    story = {"a.json": wire("urn:same", "Ferry line reopens", PARAGRAPHS)}
    jobs = [staged(story) for _ in range(6)]
    eventually(lambda: all(is_done(job) for job in jobs), 60)
    assert Article.objects.count() == 1
    assert Article.objects.get().captures.count() == 6
    assert Article.objects.get().versions.count() == 1


def test_one_article_overtakes_a_bulk_run(start_worker, eventually):
    start_worker("import")
    start_worker("interactive")
    bulk = staged({"wire.jsonl": rows(STORIES)})
    single = staged({"a.json": wire("urn:one", "Ferry line reopens", PARAGRAPHS)}, single=True)
    eventually(lambda: is_done(single), 20)
    assert not is_done(bulk)
    assert Article.objects.filter(guid="urn:one").exists()
    run.cancel(bulk, at=bulk.created_at)
