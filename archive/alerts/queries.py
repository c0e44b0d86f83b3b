"""Reads on alerts, only of what their owner may see."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from archive.articles.queries import legal_warnings
from archive.models import Alert, Article


def alerts_of(user, at: datetime) -> QuerySet[Alert]:
    """Return a person's alerts, newest first, of articles they may see."""
    visible = Article.objects.visible_to(user, at).values("pk")
    found = Alert.objects.filter(search__owner=user, article__in=visible)
    shown = found.select_related("search", "version", "article__outlet").prefetch_related(legal_warnings("article__"))
    return shown.order_by("-created_at", "-pk")


def count_new(user, at: datetime) -> int:
    """Return how many alerts a person has not seen yet."""
    return alerts_of(user, at).filter(seen_at=None).count()
