"""Texts anywhere in the archive that repeat an article, or that it repeats: found by the passages filed at import.

The promise: one question to the hashes, bounded whatever the archive holds; a form of words that many articles share
(a disclaimer, an agency's boilerplate) is no copy, an outlet's own furniture does not count, and nobody learns of what
they may not read but that a text they read repeats a report that was killed or withheld.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.models import Article, User
from archive.text.fingerprint import containment, shingles

from .origins import Shaken, time_key
from .refresh import SHARED_BY_MANY, body_of, furniture_of
from .roles import NEAR_COPY, REUSE
from .tables import rows_of

# Articles whose texts are compared word for word: those that share most passages.
COMPARED = 12
FEWEST_PASSAGES = 2

# Reads the index of hashes: for each passage of the article at most SHARED_BY_MANY + 1 rows.
_SHARING = """
SELECT other.article_id, count(*) AS passages
FROM archive_texthash AS own
CROSS JOIN LATERAL (
    SELECT array_agg(few.article_id) AS holders
    FROM (SELECT article_id FROM archive_texthash AS held WHERE held.hash = own.hash LIMIT %(many)s + 1) AS few
) AS found
CROSS JOIN LATERAL unnest(found.holders) AS other (article_id)
WHERE own.article_id = %(article)s AND cardinality(found.holders) <= %(many)s AND other.article_id <> %(article)s
GROUP BY other.article_id HAVING count(*) >= %(fewest)s
ORDER BY passages DESC, other.article_id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """An article that shares much of its wording with another: `here` is the share of this text that stands in it,
    `there` the share of it that stands in this text."""

    article: Article
    here: float
    there: float
    is_earlier: bool

    @property
    def is_near_copy(self) -> bool:
        """Whether one of the two stands nearly whole in the other."""
        return max(self.here, self.there) >= NEAR_COPY


def copies_of(user: User | None, article: Article, at: datetime) -> tuple[list[Copy], list[Shaken]]:
    """Return the texts that share half of their wording with an article (with outlet and current_version), nearest
    first, and what happened to earlier ones that may not be shown."""
    values = {"article": article.pk, "many": SHARED_BY_MANY, "fewest": FEWEST_PASSAGES, "limit": COMPARED}
    ids = [other for other, _ in rows_of(_SHARING, values)]
    if not ids or article.current_version is None:
        return [], []
    rows = Article.objects.filter(pk__in=ids, merged_into=None, current_version__isnull=False)
    others = list(rows.select_related("outlet", "current_version"))
    visible = set(Article.objects.visible_to(user, at).filter(pk__in=ids).values_list("pk", flat=True))
    furniture = furniture_of({article.outlet_id, *(other.outlet_id for other in others)})
    own = shingles(f"{article.current_version.headline}\n{body_of(article, furniture)}")
    found = []
    for other in others:
        told = shingles(f"{other.current_version.headline}\n{body_of(other, furniture)}")
        here, there = containment(own, told), containment(told, own)
        if max(here, there) >= REUSE:
            found.append(Copy(other, here, there, time_key(other) < time_key(article)))
    found.sort(key=lambda copy: (-max(copy.here, copy.there), copy.article.pk))
    return [copy for copy in found if copy.article.pk in visible], _shaken(found)


def _shaken(found: Sequence[Copy]) -> list[Shaken]:
    what = {Article.Status.CANCELED: "killed", Article.Status.WITHHELD: "withheld"}
    return [
        Shaken(copy.article.outlet.name, what[copy.article.status], copy.article.pk)
        for copy in found
        if copy.is_earlier and copy.here >= NEAR_COPY and copy.article.status in what
    ]
