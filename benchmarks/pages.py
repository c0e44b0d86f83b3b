"""Pages: server time and queries of every page of the record, on 50,000 articles with 120,000 versions.

python -m benchmarks.pages --data DIR [--json] [--articles N] [--home FOLDER]

The articles are made here from invented words, so DIR is not read. They are built in a home of their own, which is
thrown away unless `--home` names one to keep and use again. The time is that of a whole request inside one process:
middleware, queries, template.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

OUTLETS, TAGS, COLLECTED = 40, 600, 200
VERSIONS_AN_ARTICLE = 2.4
BATCH = 2_000
REQUESTS = 60
START = datetime(2020, 1, 1, tzinfo=UTC)


def main() -> None:
    """Build the archive where it is missing, ask for each page, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="not read; taken for the sake of the other benchmarks")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--articles", type=int, default=50_000)
    parser.add_argument("--home", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="archive-pages-") as scratch:
        os.environ["ARCHIVE_HOME"] = str(asked.home or Path(scratch) / "home")
        os.environ["ARCHIVE_DURABLE"] = "off"
        os.environ["LOG_LEVEL"] = "error"
        for name in ("DATABASE_URL", "BROKER_URL"):
            os.environ.pop(name, None)
        from newsroom.prepare import open_archive

        open_archive()
        build(asked.articles)
        figures = measure()
        from newsroom.embedded import services

        services().release()
    for name, value in figures.items():
        print(f"{name:<40} {value:>10}")
    if asked.json:
        print(json.dumps({"figures": figures}))


def build(articles: int) -> None:
    """Fill an empty archive with invented articles, versions, tags, changes and one collection."""
    from django.db import connection, transaction

    from archive.articles import bulk, operations
    from archive.models import Article, IndexEntry, PlacementEntry, User

    if Article.objects.exists():
        return
    rng = random.Random(7)
    words = invented_words(rng)
    outlets = [operations.create_outlet(name=f"{name} Gazette").pk for name in words[:OUTLETS]]
    User.objects.create_superuser("bench", password="-")
    for start in range(0, articles, BATCH):
        rows = [new_article(rng, words, outlets, number) for number in range(start, min(start + BATCH, articles))]
        with transaction.atomic():
            written = bulk.create_articles(rows, at=START)
            add_versions(rng, written)
    IndexEntry.objects.update(done=1)
    PlacementEntry.objects.update(done=1)
    make_collection(rng)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def invented_words(rng: random.Random) -> list[str]:
    """Return words that no language has, the first of them the commonest."""
    parts = ("ba", "do", "ke", "lim", "nor", "pul", "ri", "sta", "ven", "zo", "qua", "the")
    return sorted({"".join(rng.choices(parts, k=rng.randint(2, 4))).capitalize() for _ in range(9_000)}, key=len)


def new_article(rng: random.Random, words: list[str], outlets: list[int], number: int) -> Any:
    """Return one invented article of some 300 words."""
    from archive.articles import bulk
    from archive.articles.content import Content, Metadata
    from archive.formats.base import DateReading, ParsedTag

    said = [words[min(int(rng.expovariate(0.002)), len(words) - 1)].lower() for _ in range(300)]
    paragraphs = [" ".join(said[at : at + 30]).capitalize() + f" {number % 97} ships." for at in range(0, 300, 30)]
    at = START + timedelta(minutes=number * 60 + rng.randint(0, 50))
    return bulk.NewArticle(
        outlet_id=outlets[int(rng.random() ** 2 * len(outlets))],
        content=Content(
            headline=" ".join(said[:8]).capitalize(),
            standfirst=" ".join(said[8:24]).capitalize(),
            byline=f"By {words[number % 50]}",
            body="\n".join(paragraphs),
            language="en",
            issued_at=at,
        ),
        metadata=Metadata(
            guid=f"bench-{number}",
            published=DateReading(at, "instant", zone="UTC"),
            tags=tuple(ParsedTag(f"{words[int(rng.random() ** 2 * TAGS)]} matters") for _ in range(4)),
        ),
        capture=bulk.StoredCapture(
            blob=bulk.store_blobs([f"page {number}".encode()])[0],
            format="html_page",
            captured_at=at,
            file=f"{number}.html",
        ),
    )


def add_versions(rng: random.Random, written: list[Any]) -> None:
    """Write later versions of these articles, with what each changed, and make the last one current."""
    from archive.articles import bulk
    from archive.models import Article, Version, VersionChange

    first = {version.article_id: version for version in Version.objects.filter(pk__in=[w.version_id for w in written])}
    later: list[Version] = []
    for one in written:
        # Most articles have one or two versions; a few have a dozen. Rounding down takes half a version off the mean.
        for number in range(2, 2 + min(int(rng.expovariate(1 / (VERSIONS_AN_ARTICLE - 0.54))), 14)):
            base = first[one.article_id]
            later.append(
                Version(
                    article_id=one.article_id,
                    number=number,
                    kind=Version.Kind.UPDATE,
                    headline=base.headline,
                    standfirst=base.standfirst,
                    byline=base.byline,
                    body=base.body.replace(" ships.", f" and {number} ships.", number),
                    language=base.language,
                    issued_at=base.issued_at + timedelta(hours=number),
                    recorded_at=base.issued_at + timedelta(hours=number),
                    content_sha256=f"{one.article_id:032x}{number:032x}",
                    text_key=f"{one.article_id:032x}{number:032x}",
                )
            )
    Version.objects.bulk_create(later)
    last = dict(first)
    changes = []
    for version in later:
        changes.append(
            {
                "version_id": version.pk,
                "base_id": last[version.article_id].pk,
                "kinds": "{number,wording}" if version.number % 3 else "{trivial}",
                "changes": json.dumps([["number", str(version.number - 1), str(version.number)]]),
                "is_silent": version.number % 3 == 1,
                "at": version.issued_at,
            }
        )
        last[version.article_id] = version
    bulk.copy_rows(VersionChange, changes)
    Article.objects.bulk_update(
        [Article(pk=article_id, current_version=version) for article_id, version in last.items()], ["current_version"]
    )


def make_collection(rng: random.Random) -> None:
    """Collect some articles, so that the collection's page has something to show."""
    from archive.articles import collections
    from archive.models import Article, User

    desk = User.objects.get(username="bench")
    made = collections.create(name="Ferries", by=desk, at=START, is_shared=True)
    ids = rng.sample(list(Article.objects.values_list("pk", flat=True)), COLLECTED)
    collections.add(collection=made, articles=Article.objects.filter(pk__in=ids), by=desk, at=START)


def addresses(rng: random.Random) -> dict[str, Callable[[], str]]:
    """Return for each page a function that names one of its addresses at random."""
    from archive.models import Article, Collection, Outlet, Tag, Version

    ids = list(Article.objects.values_list("pk", flat=True))
    changed = list(Version.objects.filter(number__gt=1).values_list("article_id", "number")[:20_000])
    slugs = list(Outlet.objects.values_list("slug", flat=True))
    tags = list(Tag.objects.values_list("pk", flat=True))
    collection = Collection.objects.get().pk

    def diff() -> str:
        article, number = rng.choice(changed)
        return f"/articles/{article}/diff/{number - 1}/{number}/"

    return {
        "article": lambda: f"/articles/{rng.choice(ids)}/",
        "version": lambda: "/articles/{}/versions/{}/".format(*rng.choice(changed)),
        "history": lambda: f"/articles/{rng.choice(changed)[0]}/history/",
        "diff": diff,
        "outlet": lambda: f"/outlets/{rng.choice(slugs)}/",
        "tag": lambda: f"/tags/{rng.choice(tags)}/",
        "collection": lambda: f"/collections/{collection}/",
        "home": lambda: "/",
        "changes": lambda: rng.choice(("/changes/", "/changes/?silent=1", "/changes/?kind=number")),
        "desk": lambda: f"/articles/{rng.choice(ids)}/desk/",
    }


def measure() -> dict[str, float]:
    """Ask for each page often; return its p50 and p95 in milliseconds and the most queries it took."""
    from django.db import connection
    from django.test import Client

    from archive.models import Article, User, Version

    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(User.objects.get(username="bench"))
    figures: dict[str, float] = {
        "articles": Article.objects.count(),
        "versions": Version.objects.count(),
    }
    for name, address in addresses(random.Random(11)).items():
        times, queries = [], []
        for _ in range(REQUESTS + 5):
            counted: list[int] = []
            path = address()
            began = time.perf_counter()
            with connection.execute_wrapper(_counter(counted)):
                answer = client.get(path)
            times.append((time.perf_counter() - began) * 1000)
            queries.append(len(counted))
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answered {answer.status_code}.")
        times = sorted(times[5:])
        figures[f"{name}.p50_ms"] = round(statistics.median(times), 1)
        figures[f"{name}.p95_ms"] = round(times[int(len(times) * 0.95)], 1)
        figures[f"{name}.queries"] = max(queries)
    return figures


def _counter(counted: list[int]) -> Callable[..., Any]:
    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        counted.append(1)
        return execute(sql, params, many, context)

    return count


if __name__ == "__main__":
    main()
