"""How well arrivals were read, by outlet and by language: a reader that broke for one outlet shows here first.

Promise: plain shares of what the archive holds; a share is called weak only where it is well below that outlet's own
earlier share, so that an outlet that never prints dates does not cry for weeks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from archive.models import Article

LATELY = timedelta(days=7)
BEFORE = timedelta(days=60)
FEWEST = 5
DROP = 0.25


@dataclass(frozen=True, slots=True)
class Quality:
    """What was read of one outlet's or one language's arrivals, as shares of 1, lately and before."""

    name: str
    slug: str
    arrivals: int
    dated: float
    headed: float
    bylined: float
    bodied: float
    weak: tuple[str, ...]


def quality(*, at: datetime, by: str = "outlet") -> Sequence[Quality]:
    """Return the quality of the last week's arrivals by "outlet" or by "language", the weakest and busiest first."""
    keys = ("outlet__name", "outlet__slug") if by == "outlet" else ("language", "language")
    now = _shares(keys, at - LATELY, at)
    before = _shares(keys, at - BEFORE, at - LATELY)
    found = []
    for key, row in now.items():
        earlier = before.get(key)
        weak = tuple(
            name
            for name in ("dated", "headed", "bylined", "bodied")
            if earlier and earlier["count"] >= FEWEST and row["count"] >= FEWEST and row[name] < earlier[name] - DROP
        )
        found.append(
            Quality(key[0], key[1], row["count"], row["dated"], row["headed"], row["bylined"], row["bodied"], weak)
        )
    return sorted(found, key=lambda one: (-len(one.weak), -one.arrivals, one.name))[:50]


def _shares(keys: tuple[str, str], since: datetime, until: datetime) -> dict[tuple[str, str], dict[str, float]]:
    # Uses article_by_arrival.
    rows = (
        Article.objects.filter(created_at__gte=since, created_at__lt=until, merged_into=None)
        .order_by()
        .values(*dict.fromkeys(keys))
        .annotate(
            count=Count("pk"),
            dated=Count("pk", filter=Q(published_at__isnull=False)),
            headed=Count("pk", filter=~Q(current_version__headline="")),
            bylined=Count("pk", filter=~Q(current_version__byline="")),
            bodied=Count("pk", filter=~Q(current_version__body="")),
        )
    )
    return {
        (row[keys[0]], row[keys[1]]): {
            "count": row["count"],
            **{name: row[name] / row["count"] for name in ("dated", "headed", "bylined", "bodied")},
        }
        for row in rows
    }
