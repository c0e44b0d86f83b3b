"""Which articles of one outlet may be one article: those that share passages, for an archivist to judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from archive.models import Article, TextHash

FEWEST_PASSAGES = 5
LEAST_SHARE = 0.5
MOST = 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An article that may be the same, and the passages that both hold, out of those of the shorter one."""

    article: Article
    shared: int
    of: int


def same_article(user, article: Article) -> Sequence[Suggestion]:
    """Return articles of the same outlet that share at least half of the passages of the shorter one, most first."""
    hashes = list(TextHash.objects.filter(article=article).values_list("hash", flat=True))
    if len(hashes) < FEWEST_PASSAGES:
        return []
    found = (
        TextHash.objects.filter(hash__in=hashes, article__outlet_id=article.outlet_id)
        .filter(article__in=Article.objects.visible_to(user))
        .exclude(article=article)
        .values("article_id")
        .annotate(shared=Count("hash"))
        .filter(shared__gte=FEWEST_PASSAGES)
        .order_by("-shared", "article_id")[:MOST]
    )
    shared_by = {row["article_id"]: row["shared"] for row in found}
    sizes = dict(
        TextHash.objects.filter(article__in=shared_by)
        .values("article_id")
        .annotate(count=Count("hash"))
        .values_list("article_id", "count")
    )
    articles = Article.objects.select_related("outlet", "current_version").in_bulk(shared_by)
    suggested = [Suggestion(articles[pk], shared, min(len(hashes), sizes[pk])) for pk, shared in shared_by.items()]
    return [one for one in suggested if one.shared >= LEAST_SHARE * one.of]


def shared(left: Article, right: Article) -> tuple[int, int]:
    """Return how many passages two articles share, and how many the one with fewer has."""
    one = set(TextHash.objects.filter(article=left).values_list("hash", flat=True))
    other = set(TextHash.objects.filter(article=right).values_list("hash", flat=True))
    return len(one & other), min(len(one), len(other))
