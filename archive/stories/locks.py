"""The one lock under which memberships change: editors and the machine never place the same articles at once."""

from __future__ import annotations

from .tables import Statement, execute

STORIES_LOCK = 0x41524348_12


def stories_lock() -> None:
    """Hold the lock of the stories until this transaction ends, waiting for whoever holds it."""
    execute("SELECT pg_advisory_xact_lock(%s)", [STORIES_LOCK])


# What holds the lock of the stories for work that is done again by itself when it is lost: the transaction may be lost,
# as a whole, when the machine goes down within a second after it. Its statements all read by an index, so that one plan
# serves whatever values: planning anew takes longer than most take to run.
LOCK_TO_PLACE = Statement(
    "SELECT set_config('synchronous_commit', 'off', true),"
    " set_config('plan_cache_mode', 'force_generic_plan', true), pg_advisory_xact_lock(%s)",
    [STORIES_LOCK],
)
