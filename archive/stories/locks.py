"""The one lock under which memberships change: editors and the machine never place the same articles at once."""

from __future__ import annotations

from django.db import connection

STORIES_LOCK = 0x41524348_12


def stories_lock() -> None:
    """Hold the lock of the stories until this transaction ends, waiting for whoever holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [STORIES_LOCK])
