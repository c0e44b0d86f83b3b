"""Why an article stands in a story, in the words an editor checks it by."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from archive.models import Article
from archive.text.fingerprint import containment
from archive.text.terms import printed_forms

from .roles import shingles_read
from .tables import rows_of

# From this share of common wording on, it is worth saying.
SHARED_WORDING = 0.05

_PRINTED = """
SELECT article.id, article.published_at, outlet.name, version.headline, version.standfirst, version.body,
    version.language
FROM archive_article AS article
JOIN archive_outlet AS outlet ON outlet.id = article.outlet_id
JOIN archive_version AS version ON version.id = article.current_version_id
WHERE article.id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Printed:
    """What an article says and who put it out when, as far as reasons are read from it."""

    at: datetime | None
    outlet: str
    headline: str
    text: str
    language: str


def printed_of(article: Article) -> Printed:
    """Return what reasons are read from, of an article with current_version and outlet."""
    version = article.current_version
    text = f"{version.headline}\n{version.standfirst}\n{version.body}"
    return Printed(article.published_at, article.outlet.name, version.headline, text, version.language)


def printed_by_id(article_ids: Collection[int]) -> dict[int, Printed]:
    """Return what reasons are read from, by the ids of the articles."""
    return {
        row[0]: Printed(row[1], row[2], row[3], f"{row[3]}\n{row[4]}\n{row[5]}", row[6])
        for row in (rows_of(_PRINTED, [list(article_ids)]) if article_ids else ())
    }


def reasons_for(mine: Printed, nearest: Printed, shared: list[str]) -> list[str]:
    """Return what brings two articles together, the strongest first.

    `shared` are the terms they share, as placement knows them; they are given as the article prints them.
    """
    reasons = []
    printed = printed_forms(mine.text, shared, mine.language)
    if printed:
        reasons.append("shares: " + ", ".join(printed))
    if mine.at and nearest.at:
        days = abs((mine.at.date() - nearest.at.date()).days)
        reasons.append("same day" if days == 0 else "1 day apart" if days == 1 else f"{days} days apart")
    wording = containment(shingles_read(mine.text), shingles_read(nearest.text))
    if wording >= SHARED_WORDING:
        reasons.append(f"{wording:.0%} of its wording")
    reasons.append(f"nearest: {nearest.headline} ({nearest.outlet})")
    return reasons
