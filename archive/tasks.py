"""What Celery runs: tasks of at most ten lines that take ids only, may run twice, and are never needed for correctness."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="archive.tasks.drain_index", soft_time_limit=3300, time_limit=3600)
def drain_index() -> None:
    """Carry what waits in the outbox into the search index; a missing or damaged index is rebuilt."""
    from archive.indexing.rebuild import drain_or_rebuild

    drain_or_rebuild()
