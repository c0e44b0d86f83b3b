"""What a batch of articles is placed by: the articles themselves, and what the archive holds already of each.

The promise: one exchange for all of them. Most articles that wait are new, and nothing has to be read, compared or
taken back for them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from archive.models import Article, Outlet, Version

from .tables import Loader, Statement, answers, rows_of

_LOADED = Loader.of(
    article=(
        Article,
        ("id", "outlet_id", "published_at", "status", "embargoed_until", "merged_into_id", "current_version_id"),
    ),
    version=(Version, ("id", "article_id", "number", "headline", "standfirst", "source_line", "body", "language")),
    outlet=(Outlet, ("id", "slug", "name")),
)
_ARTICLES = f"""
SELECT {_LOADED.columns} FROM archive_article AS article
JOIN archive_version AS version ON version.id = article.current_version_id
JOIN archive_outlet AS outlet ON outlet.id = article.outlet_id
WHERE article.id = ANY(%s::bigint[]) ORDER BY article.published_at NULLS LAST, article.id
"""

# Every subquery uses an index on the article: of memberships, vectors, attributions, quotes, hashes and exclusions.
_HELD = """
SELECT article.id,
    (SELECT story_id FROM archive_membership AS placed WHERE placed.article_id = article.id),
    (SELECT version_id FROM archive_termvector AS vector WHERE vector.article_id = article.id),
    EXISTS (SELECT FROM archive_attribution AS hop WHERE hop.article_id = article.id)
        OR EXISTS (SELECT FROM archive_quote AS quote WHERE quote.article_id = article.id),
    EXISTS (SELECT FROM archive_texthash AS passage WHERE passage.article_id = article.id),
    EXISTS (SELECT FROM archive_storyexclusion AS barred WHERE barred.article_id = article.id),
    (SELECT count(*) > 1 FROM archive_version AS version WHERE version.article_id = article.id)
FROM archive_article AS article WHERE article.id = ANY(%s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class Held:
    """What is there of one article: its story, the version whose terms are filed, and whether there is more."""

    story: int | None
    weighed: int | None
    is_annotated: bool
    has_passages: bool
    is_kept_out: bool
    has_history: bool


def held_of(article_ids: Collection[int]) -> Mapping[int, Held]:
    """Return what the archive holds of each of these articles."""
    return _held(rows_of(_HELD, [list(article_ids)]))


def arrived(
    article_ids: Collection[int], lock: Statement, *also: Statement
) -> tuple[list[Article], Mapping[int, Held], list[list]]:
    """Take the lock and return these articles in the order in which they are placed, what the archive holds of each,
    and the rows of further statements.

    Of the articles, their current versions and outlets only that is loaded which placement reads.
    """
    ids = list(article_ids)
    _, articles, held, *rest = answers(lock, Statement(_ARTICLES, [ids]), Statement(_HELD, [ids]), *also)
    return [_article(row) for row in articles], _held(held), rest


def _held(rows: Sequence[tuple]) -> dict[int, Held]:
    return {row[0]: Held(*row[1:]) for row in rows}


def _article(row: tuple) -> Article:
    article, article.current_version, article.outlet = _LOADED.load(row)
    return article
