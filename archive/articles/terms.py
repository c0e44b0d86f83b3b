"""The terms that an article counts for in the archive's idf: read from its text, and taken back when that is erased.

The promise: `TermCount` holds no word that only an erased text had.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import connection

from archive.models import Version
from archive.text.days import days_told
from archive.text.terms import term_counts


def counts_of(version: Version) -> dict[str, float]:
    """Return the terms of a version and how much it speaks of each."""
    return term_counts(version.headline, f"{version.standfirst}\n{version.body}", version.language)


def days_of(version: Version, published: date | None) -> frozenset[date]:
    """Return the days that a version tells of, none where its article is undated."""
    text = f"{version.headline}\n{version.standfirst}\n{version.body}"
    return days_told(text, published, version.language) if published else frozenset()


def uncount(terms: Collection[str]) -> None:
    """Count one article less for each of these terms, and keep none that no article holds any more."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE archive_termcount SET articles = articles - 1 WHERE term = ANY(%s)", [sorted(terms)])
        cursor.execute("DELETE FROM archive_termcount WHERE term = ANY(%s) AND articles <= 0", [sorted(terms)])
