"""The door to Celery: the only place that sends a task, by name, and only once the transaction has committed.

Nothing here is needed for correctness: what a task would do stands in the database, and beat drains it anyway.
A broker that is away costs seconds, never a save.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

DRAIN_INDEX = "archive.tasks.drain_index"
PLACE_ARTICLES = "archive.tasks.place_articles"
REPAIR_STORIES = "archive.tasks.repair_stories"
READ_RUN = "archive.tasks.read_run"
IMPORT_RUN = "archive.tasks.import_run"
PUSH_IMPORT_RUNS = "archive.tasks.push_import_runs"
POLL_WATCHED_SOURCES = "archive.tasks.poll_watched_sources"
DELIVER_ALERTS = "archive.tasks.deliver_alerts"
LIFT_EMBARGOES = "archive.tasks.lift_embargoes"

TASKS = (
    DRAIN_INDEX,
    PLACE_ARTICLES,
    REPAIR_STORIES,
    READ_RUN,
    IMPORT_RUN,
    PUSH_IMPORT_RUNS,
    POLL_WATCHED_SOURCES,
    DELIVER_ALERTS,
    LIFT_EMBARGOES,
)


def index_soon() -> None:
    """Ask for the index outbox to be drained once this transaction has committed."""
    _send_once(DRAIN_INDEX)


def place_soon() -> None:
    """Ask for waiting articles to be placed in stories once this transaction has committed."""
    _send_once(PLACE_ARTICLES)


def deliver_alerts_soon() -> None:
    """Ask for alerts to be delivered once this transaction has committed."""
    _send_once(DELIVER_ALERTS)


def read_run(run_id: int, *, interactive: bool = False) -> None:
    """Ask for the files of an import run to be read; `interactive` overtakes bulk runs."""
    _send(READ_RUN, [run_id], queue="interactive" if interactive else "import")


def import_run(run_id: int, *, interactive: bool = False) -> None:
    """Ask for a confirmed import run to be carried out; `interactive` overtakes bulk runs."""
    _send(IMPORT_RUN, [run_id], queue="interactive" if interactive else "import")


def _send_once(task: str) -> None:
    """Send a task without arguments at most once a transaction, however many rows asked for it."""
    connection = transaction.get_connection()
    for _, callback, *_ in connection.run_on_commit:
        if getattr(callback, "archive_task", None) == task:
            return

    def send() -> None:
        _publish(task, [])

    send.archive_task = task  # type: ignore[attr-defined]
    transaction.on_commit(send)


def _send(task: str, args: Sequence[int], **options: str) -> None:
    transaction.on_commit(lambda: _publish(task, args, **options))


def _publish(task: str, args: Sequence[int], **options: str) -> None:
    try:
        current_app.send_task(task, args=list(args), retry=False, **options)
    except (OperationalError, ConnectionError) as error:
        log.warning("The broker did not take %s (%s); beat will see to it.", task, error)
