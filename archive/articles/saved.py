"""What a saved search asks of some articles, for whoever tells it what came in.

The promise: a saved search sees what its owner may see; a query that can't be read any more raises QueryError.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db.models import QuerySet

from archive.models import SavedSearch
from archive.search import SearchRequest, parse, toggled, without_versions
from archive.search.nodes import VersionsNode

from .searching import request_for

MOST_VERSIONS = 10_000


def watching() -> QuerySet[SavedSearch]:
    """Return the saved searches that want to be told; uses saved_search_watching."""
    return SavedSearch.objects.exclude(often=SavedSearch.Often.NEVER).select_related("owner").order_by("pk")


def request_of(search: SavedSearch, articles: Iterable[int], now: datetime, *, all_versions: bool) -> SearchRequest:
    """Return a request for what a saved search finds among articles, in all their versions or the current ones."""
    tree = without_versions(parse(search.query, now.date()))
    asked = toggled(tree, VersionsNode("all")) if all_versions else tree
    return replace(request_for(search.owner, asked, now), only=frozenset(articles), limit=MOST_VERSIONS)
