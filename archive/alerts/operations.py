"""Writes on saved searches and alerts."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from archive.models import Alert, SavedSearch, User


@transaction.atomic
def save_search(*, search: SavedSearch, owner: User, at: datetime) -> SavedSearch:
    """Store a new saved search, or a changed one of its owner.

    One that begins to watch, or whose query changed, tells what comes in from now on, not what is already there.
    """
    search.owner = owner
    before = SavedSearch.objects.select_for_update().filter(pk=search.pk).first()
    if before is None or before.query != search.query or before.often == SavedSearch.Often.NEVER:
        search.watched_since = at
    search.last_error = ""
    search.save()
    return search


def mark_seen(*, user: User, at: datetime) -> int:
    """Note that a person has seen all alerts there are; returns how many were new."""
    return Alert.objects.filter(search__owner=user, seen_at=None).update(seen_at=at)
