"""What the archive holds already of articles that are placed: the promise is one question for all of them.

Most articles that wait are new, and nothing has to be read, compared or taken back for them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from .tables import rows_of

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
FROM archive_article AS article WHERE article.id = ANY(%s)
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
    return {row[0]: Held(*row[1:]) for row in rows_of(_HELD, [list(article_ids)])}
