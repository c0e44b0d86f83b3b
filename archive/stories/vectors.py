"""The terms of articles as the database keeps them: counted for idf, weighed as vectors, filed as postings.

The promise: after `file_terms` the counts, vectors and postings of these articles say what their current versions
say, however often it runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db import connection

from archive.models import Article, Posting, TermCount, TermVector, Version

from . import similarity
from .candidates import POSTED_TERMS, weightiest
from .terms import term_counts

# Undated articles are filed under a day of their own, which every question includes.
UNDATED = date(1, 1, 1)

# The row of TermCount that counts the articles themselves.
ALL_ARTICLES = ""


def day_of(article: Article) -> date | None:
    """Return the day that placement takes an article as of: its date, None when undated."""
    return article.published_at.date() if article.published_at else None


def counts_of(version: Version) -> dict[str, float]:
    """Return the terms of a version and how much it speaks of each."""
    return term_counts(version.headline, f"{version.standfirst}\n{version.body}", version.language)


def articles_counted() -> int:
    """Return how many articles the idf is drawn from."""
    return TermCount.objects.filter(term=ALL_ARTICLES).values_list("articles", flat=True).first() or 0


def idf_of(terms: Iterable[str]) -> similarity.Idf:
    """Return idf for these terms as the archive knows it now, in one query (primary key of TermCount)."""
    wanted = [ALL_ARTICLES, *dict.fromkeys(terms)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT term, articles FROM archive_termcount WHERE term = ANY(%s)", [wanted])
        holding = dict(cursor.fetchall())
    total = holding.get(ALL_ARTICLES, 0)
    return lambda term: similarity.idf(holding.get(term, 0), total)


def file_terms(articles: Sequence[Article]) -> dict[int, similarity.Entry]:
    """Count, weigh and file these articles (with current_version loaded); return them as placement sees them.

    Runs in the caller's transaction; the rows of TermCount are locked in the order of their terms.
    """
    known = {row.article_id: row for row in TermVector.objects.filter(article__in=articles).select_related("version")}
    counts = {article.pk: counts_of(article.current_version) for article in articles}
    change: Counter[str] = Counter()
    for article in articles:
        row = known.get(article.pk)
        if row is None:
            change[ALL_ARTICLES] += 1
        elif row.version_id == article.current_version_id:
            continue
        else:
            change.subtract(counts_of(row.version).keys())
        change.update(counts[article.pk].keys())
    _change_counts({term: by for term, by in change.items() if by})
    return weigh(articles, counts)


def weigh(articles: Sequence[Article], counts: Mapping[int, Mapping[str, float]]) -> dict[int, similarity.Entry]:
    """Weigh these articles with the idf of now, keep their vectors and file their postings anew."""
    idf = idf_of(term for terms in counts.values() for term in terms)
    total = articles_counted()
    rows = [
        TermVector(
            article=article,
            version=article.current_version,
            day=day_of(article),
            vector=similarity.weigh(counts[article.pk], idf),
            weighed_among=total,
        )
        for article in articles
    ]
    TermVector.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["article"],
        update_fields=["version", "day", "vector", "weighed_among"],
    )
    Posting.objects.filter(article__in=articles).delete()
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY archive_posting (term, day, article_id, weight) FROM STDIN") as out,
    ):
        for row in rows:
            for term, weight in weightiest(row.vector, POSTED_TERMS):
                out.write_row((term, row.day or UNDATED, row.article_id, weight))
    return {row.article_id: entry_of(row.article_id, row.day, row.vector) for row in rows}


def forget(article_ids: Iterable[int]) -> None:
    """Take articles that left the archive's stories (merged away, erased) out of counts, vectors and postings."""
    rows = list(TermVector.objects.filter(article__in=list(article_ids)).select_related("version"))
    change: Counter[str] = Counter()
    for row in rows:
        change[ALL_ARTICLES] -= 1
        change.subtract(counts_of(row.version).keys())
    _change_counts(change)
    ids = [row.article_id for row in rows]
    Posting.objects.filter(article__in=ids).delete()
    TermVector.objects.filter(article__in=ids).delete()


def entry_of(article_id: int, day: date | None, vector: Mapping[str, float]) -> similarity.Entry:
    """Return a stored vector as placement sees it."""
    return similarity.Entry(article_id, day.toordinal() if day else None, vector)


def _change_counts(change: Mapping[str, int]) -> None:
    more = sorted(term for term, by in change.items() if by > 0)
    fewer = sorted(term for term, by in change.items() if by < 0)
    with connection.cursor() as cursor:
        if more:
            cursor.execute(
                "INSERT INTO archive_termcount AS held (term, articles) SELECT * FROM unnest(%s::text[], %s::int[])"
                " ON CONFLICT (term) DO UPDATE SET articles = held.articles + excluded.articles",
                [more, [change[term] for term in more]],
            )
        if fewer:
            cursor.execute(
                "UPDATE archive_termcount AS held SET articles = greatest(held.articles + change.by, 0)"
                " FROM unnest(%s::text[], %s::int[]) AS change (term, by) WHERE held.term = change.term",
                [fewer, [change[term] for term in fewer]],
            )
