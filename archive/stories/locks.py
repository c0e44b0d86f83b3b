"""The one lock under which memberships change: editors and the machine never place the same articles at once."""

from __future__ import annotations

from .tables import execute

STORIES_LOCK = 0x41524348_12


def stories_lock(*, durably: bool = True) -> None:
    """Hold the lock of the stories until this transaction ends, waiting for whoever holds it.

    Without `durably` the transaction may be lost, as a whole, when the machine goes down within a second after it: for
    what is done again by itself.
    """
    also = "" if durably else "set_config('synchronous_commit', 'off', true), "
    execute(f"SELECT {also}pg_advisory_xact_lock(%s)", [STORIES_LOCK])
