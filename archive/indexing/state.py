"""Where the index and the other outboxes stand, for the health page: what waits, since when, and what failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Min, Q

from archive.engine import search_engine
from archive.models import Article, IndexEntry, PlacementEntry
from archive.models.outbox import OutboxEntry
from archive.search import EngineError

# The size up to which Whoosh was measured, with a little room: at 216,000 articles a process held 147 MB, 24 more
# than at 21,578, and the 95th percentile of whole answers was 29 ms at a load of 4 (docs/search.md).
WHOOSH_CARRIES = 250_000
LATE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Backlog:
    """One outbox: how many articles wait, since when, what failed, and when something was last carried out."""

    waiting: int
    oldest_at: datetime | None
    failed: int
    last_error: str
    last_done_at: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class IndexState:
    """The search index: its engine and generation, its size against what is live in it, and what to do about it."""

    engine: str
    broken: str
    generation: str
    versions: int
    size_bytes: int
    live_bytes: int
    outgrown: bool


def backlog(outbox: type[OutboxEntry], *, at: datetime) -> Backlog:
    """Return where an outbox stands; uses its partial index of waiting entries."""
    waiting = (
        outbox.objects.waiting()
        .order_by()
        .aggregate(count=Count("article"), oldest=Min("wanted_at"), failed=Count("article", filter=Q(attempts__gt=0)))
    )
    error = outbox.objects.waiting().exclude(last_error="").values_list("last_error", flat=True).first()
    oldest = waiting["oldest"]
    return Backlog(
        waiting=waiting["count"],
        oldest_at=oldest,
        failed=waiting["failed"],
        last_error=error or "",
        last_done_at=outbox.objects.aggregate(last=Max("done_at"))["last"],
        late=oldest is not None and at - oldest > LATE,
    )


def backlogs(*, at: datetime) -> tuple[Backlog, Backlog]:
    """Return where the index and the stories stand."""
    return backlog(IndexEntry, at=at), backlog(PlacementEntry, at=at)


def index_state() -> IndexState:
    """Return the state of the configured engine's index; one that can't be read is described, never raised."""
    name = settings.SEARCH_ENGINE
    outgrown = name == "whoosh" and Article.objects.order_by()[WHOOSH_CARRIES : WHOOSH_CARRIES + 1].exists()
    try:
        seen = search_engine().statistics()
    except EngineError as error:
        return IndexState(name, str(error) or type(error).__name__, "", 0, 0, 0, outgrown)
    return IndexState(name, "", seen.generation, seen.documents, seen.size, seen.live_size, outgrown)
