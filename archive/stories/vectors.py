"""The terms of articles as the database keeps them: counted for idf, weighed as vectors, filed as postings.

The promise: after `Counting` and `filing` the counts, vectors and postings of these articles say what their
current versions say, however often they run; many articles at once weigh what they would have weighed one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import orjson

from archive.articles.terms import counts_of, days_of
from archive.models import Article, Posting, TermCount, TermVector, Version

from . import similarity
from .candidates import COMMON_FROM, POSTED_TERMS, weightiest, without_frequent
from .tables import Statement, answers, execute, insertion, rows_of

# Undated articles are filed under a day of their own, which every question includes.
UNDATED = date(1, 1, 1)

# The days that an article tells of are kept beside its terms, under this key, as ordinals.
TOLD = "@"

# The row of TermCount that counts the articles themselves.
ALL_ARTICLES = ""

_COUNT_MORE = """
INSERT INTO archive_termcount AS held (term, articles) SELECT * FROM unnest(%s::text[], %s::int[])
ON CONFLICT (term) DO UPDATE SET articles = held.articles + excluded.articles RETURNING term, articles
"""
_COUNT_FEWER = """
UPDATE archive_termcount AS held SET articles = greatest(held.articles - change.by, 0)
FROM unnest(%s::text[], %s::int[]) AS change (term, by) WHERE held.term = change.term
RETURNING held.term, held.articles
"""
_REMOVE_POSTINGS = "DELETE FROM archive_posting WHERE article_id = ANY(%s::bigint[])"


def day_of(article: Article) -> date | None:
    """Return the day that placement takes an article as of: its date, None when undated."""
    return article.published_at.date() if article.published_at else None


def articles_counted() -> int:
    """Return how many articles the idf is drawn from."""
    return TermCount.objects.filter(term=ALL_ARTICLES).values_list("articles", flat=True).first() or 0


@dataclass(frozen=True, slots=True)
class Filed:
    """An article as it is filed: what placement sees, its version, and how many articles it was weighed among.

    `posted` are its weightiest terms with their weights, `asked` those of them that placement asks for in the window,
    `common` those that too many articles hold to ask the whole archive for them.
    """

    entry: similarity.Entry
    version: int
    day: date | None
    weighed_among: int
    posted: Sequence[tuple[str, float]]
    asked: Sequence[tuple[str, float]]
    common: frozenset[str]


class Counting:
    """Articles (with current_version loaded) on their way to being counted and weighed, each as if it had come in after
    those before it. Nothing is filed yet: that is `filing`.

    Runs in the caller's transaction; the rows of TermCount are locked in the order of their terms.
    """

    def __init__(self, articles: Sequence[Article], weighed: Mapping[int, int | None]) -> None:
        """`weighed` is the version that the archive counts of each article, None for a new one."""
        self._articles = articles
        before = Version.objects.in_bulk(
            [known for a in articles if (known := weighed.get(a.pk)) is not None and known != a.current_version_id]
        )
        self._counts = {article.pk: counts_of(article.current_version) for article in articles}
        self._changes: dict[int, Counter[str]] = {}
        for article in articles:
            change: Counter[str] = Counter()
            known = weighed.get(article.pk)
            if known != article.current_version_id:
                change.update(self._counts[article.pk].keys())
                if known is None:
                    change[ALL_ARTICLES] += 1
                else:
                    change.subtract(counts_of(before[known]).keys())
            self._changes[article.pk] = change
        self._net: Counter[str] = Counter()
        for change in self._changes.values():
            self._net.update(change)

    @property
    def changes(self) -> list[Statement]:
        """What changes the counts; `weigh` reads the answers."""
        return _changing(self._net)

    def weigh(self, answered: Iterable[Iterable[tuple]]) -> dict[int, Filed]:
        """Return the articles as they are filed."""
        holding = _changed(answered)
        for term in holding:
            holding[term] -= self._net[term]
        unchanged = {ALL_ARTICLES, *(term for terms in self._counts.values() for term in terms)} - holding.keys()
        holding |= _holding(unchanged) if unchanged else {}
        filed = {}
        for article in self._articles:
            for term, by in self._changes[article.pk].items():
                holding[term] = holding.get(term, 0) + by
            filed[article.pk] = _weigh(article, self._counts[article.pk], holding)
        return filed


def _weigh(article: Article, counts: Mapping[str, float], holding: Mapping[str, int]) -> Filed:
    day = day_of(article)
    total = holding.get(ALL_ARTICLES, 0)
    vector = similarity.weigh(counts, lambda term: similarity.idf(holding.get(term, 0), total))
    posted = weightiest(vector, POSTED_TERMS)
    common = frozenset(term for term, _ in posted if holding.get(term, 0) >= COMMON_FROM)
    asked = without_frequent(posted, holding, total)
    told = frozenset(told.toordinal() for told in days_of(article.current_version, day))
    entry = similarity.Entry(article.pk, day.toordinal() if day else None, vector, told)
    return Filed(entry, article.current_version_id, day, total, posted, asked, common)


def filing(filed: Iterable[Filed], *, are_new: bool) -> list[Statement]:
    """Return what keeps vectors and postings, in place of those kept before unless `are_new`."""
    rows = list(filed)
    vectors = insertion(
        TermVector,
        {"article_id": "bigint", "version_id": "bigint", "day": "date", "vector": "text", "weighed_among": "int"},
        [(row.entry.id, row.version, row.day, _stored(row.entry), row.weighed_among) for row in rows],
        "ON CONFLICT (article_id) DO UPDATE SET version_id = excluded.version_id, day = excluded.day,"
        " vector = excluded.vector, weighed_among = excluded.weighed_among",
    )
    gone = [] if are_new else [Statement(_REMOVE_POSTINGS, [[row.entry.id for row in rows]])]
    postings = insertion(
        Posting,
        {"term": "text", "day": "date", "article_id": "bigint", "weight": "float8"},
        [(term, row.day or UNDATED, row.entry.id, weight) for row in rows for term, weight in row.posted],
    )
    return [*vectors, *gone, *postings]


def weigh_again(articles: Sequence[Article]) -> None:
    """Weigh these articles (with current_version loaded) with the idf of now, and file them anew."""
    counts = {article.pk: counts_of(article.current_version) for article in articles}
    holding = _holding({ALL_ARTICLES, *(term for terms in counts.values() for term in terms)})
    answers(*filing([_weigh(article, counts[article.pk], holding) for article in articles], are_new=False))


def forget(article_ids: Iterable[int]) -> None:
    """Take articles that left the archive's stories (merged away, erased) out of counts, vectors and postings."""
    rows = list(TermVector.objects.filter(article__in=list(article_ids)).select_related("version"))
    change: Counter[str] = Counter()
    for row in rows:
        change[ALL_ARTICLES] -= 1
        change.subtract(counts_of(row.version).keys())
    _changed(answers(*_changing(change)))
    ids = [row.article_id for row in rows]
    Posting.objects.filter(article__in=ids).delete()
    TermVector.objects.filter(article__in=ids).delete()


def entry_of(article_id: int, day: date | None, stored: str) -> similarity.Entry:
    """Return a stored vector as placement sees it."""
    vector = orjson.loads(stored)
    told = frozenset(vector.pop(TOLD, ()))
    return similarity.Entry(article_id, day.toordinal() if day else None, vector, told)


def _stored(entry: similarity.Entry) -> str:
    return orjson.dumps({**entry.vector, TOLD: sorted(entry.told)} if entry.told else entry.vector).decode()


def _holding(terms: Iterable[str]) -> dict[str, int]:
    """Return how many articles hold each of these terms; those that none ever held are left out."""
    return dict(rows_of("SELECT term, articles FROM archive_termcount WHERE term = ANY(%s::text[])", [list(terms)]))


def _changing(change: Mapping[str, int]) -> list[Statement]:
    """Return what adds to the counts of these terms, or takes away; `_changed` reads the answers."""
    more = sorted(term for term, by in change.items() if by > 0)
    fewer = sorted(term for term, by in change.items() if by < 0)
    writes = []
    if more:
        writes.append(Statement(_COUNT_MORE, [more, [change[term] for term in more]]))
    if fewer:
        writes.append(Statement(_COUNT_FEWER, [fewer, [-change[term] for term in fewer]]))
    return writes


def _changed(answered: Iterable[Iterable[tuple]]) -> dict[str, int]:
    """Return how many articles hold each of the terms that were counted just now."""
    now = {term: articles for rows in answered for term, articles in rows}
    # A word that no article holds any more is not kept: it may have been erased.
    if unheld := [term for term, articles in now.items() if not articles and term != ALL_ARTICLES]:
        execute("DELETE FROM archive_termcount WHERE term = ANY(%s::text[]) AND articles = 0", [unheld])
    return now
