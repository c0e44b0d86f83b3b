"""What the search benchmark searches and asks: news articles in the database, and queries drawn from their own words.

The promise: the same data gives the same archive and the same queries every time; nothing is tuned to one collection.
"""

from __future__ import annotations

import gzip
import itertools
import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

CHUNK = 4000
CHANGED = 0.12


def read_rows(path: Path) -> list[dict]:
    """Return the rows of a collection, one JSON object a line, packed or not."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in data.decode("utf8").split("\n") if line]


def replicated(rows: list[dict], times: int) -> Iterator[dict]:
    """Yield the rows once as they are, then again with one word in eight changed and a later date."""
    chance = random.Random(7)
    words = [word for row in rows[::7] for word in row["body"].split()[:40]] or ["word"]
    for copy in range(times):
        for row in rows:
            if not copy:
                yield row
                continue
            body = [chance.choice(words) if chance.random() < CHANGED else word for word in row["body"].split(" ")]
            date = row.get("date")
            moved = datetime.fromisoformat(date) + timedelta(days=45 * copy, minutes=copy) if date else None
            yield row | {"id": f"{copy}-{row['id']}", "body": " ".join(body), "date": moved and moved.isoformat()}


def load(rows: Iterator[dict]) -> int:
    """Write the rows into an empty archive as articles with one version each; returns how many there are then."""
    from django.db import connection

    from archive import clock
    from archive.articles.operations import find_or_create_outlet
    from archive.models import Article, ArticleTag, Tag, Version

    outlets: dict[str, object] = {}
    tags: dict[tuple[str, str], Tag] = {}
    now = clock.now()
    chunk: list[dict] = []

    def tag(name: str, kind: str) -> Tag:
        if (name, kind) not in tags:
            tags[name, kind] = Tag.objects.get_or_create(name=name, kind=kind)[0]
        return tags[name, kind]

    def write() -> None:
        articles = []
        for row in chunk:
            name = row.get("outlet") or "Benchmark"
            if name not in outlets:
                outlets[name] = find_or_create_outlet(name=name)
            date = datetime.fromisoformat(row["date"]) if row.get("date") else None
            articles.append(
                Article(
                    outlet=outlets[name],
                    guid=str(row["id"]),
                    language="en",
                    published_at=date and (date if date.tzinfo else date.replace(tzinfo=UTC)),
                    published_precision="minute" if date else "unknown",
                )
            )
        Article.objects.bulk_create(articles)
        Version.objects.bulk_create(
            Version(
                article=article,
                number=1,
                headline=row.get("title") or "",
                body=row["body"],
                language="en",
                recorded_at=now,
                content_sha256=f"{article.pk:064x}",
                text_key=f"{article.pk:064x}",
            )
            for article, row in zip(articles, chunk, strict=True)
        )
        ArticleTag.objects.bulk_create(
            ArticleTag(article=article, tag=tag(name, kind), position=0)
            for article, row in zip(articles, chunk, strict=True)
            for field, kind in (("topics", "topic"), ("places", "place"), ("people", "person"))
            for name in dict.fromkeys(row.get(field) or ())
        )
        chunk.clear()

    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            write()
    if chunk:
        write()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE archive_article SET current_version_id = v.id FROM archive_version v"
            " WHERE v.article_id = archive_article.id AND archive_article.current_version_id IS NULL"
        )
        cursor.execute("VACUUM ANALYZE")
    return Article.objects.count()


def multiplied(times: int) -> int:
    """Write all articles of the archive so many times over, each time a year earlier and with the headline of another
    at the end of the text, by the database alone; returns how many articles there are then."""
    from django.db import connection

    from archive.models import Article, ArticleTag, Version

    def columns(model: type, changed: dict[str, str]) -> tuple[str, str]:
        names = [field.column for field in model._meta.concrete_fields]
        return ", ".join(names), ", ".join(changed.get(name, f"old.{name}") for name in names)

    articles, versions, tags = (
        model.objects.order_by("-pk").values_list("pk", flat=True)[0] for model in (Article, Version, ArticleTag)
    )
    for turn in range(1, times):
        article, version, tag = (f"{turn * most}" for most in (articles, versions, tags))
        with connection.cursor() as cursor:
            changes = {
                "id": f"old.id + {article}",
                "guid": f"'again-{turn}-' || old.guid",
                "published_at": f"old.published_at - interval '{turn} years'",
                "current_version_id": "NULL",
            }
            into, taken = columns(Article, changes)
            cursor.execute(
                f"INSERT INTO archive_article ({into}) SELECT {taken} FROM archive_article old WHERE id <= {articles}"
            )
            changes = {
                "id": f"old.id + {version}",
                "article_id": f"old.article_id + {article}",
                "body": "old.body || ' ' || other.headline",
                "content_sha256": f"lpad(to_hex(old.id + {version}), 64, '0')",
                "text_key": f"lpad(to_hex(old.id + {version}), 64, '0')",
            }
            into, taken = columns(Version, changes)
            cursor.execute(
                f"INSERT INTO archive_version ({into}) SELECT {taken} FROM archive_version old"
                f" JOIN archive_version other ON other.id = 1 + (old.id * 31 + {turn} * 7919) %% {versions}"
                f" WHERE old.id <= {versions}",
                [],
            )
            into, taken = columns(ArticleTag, {"id": f"old.id + {tag}", "article_id": f"old.article_id + {article}"})
            cursor.execute(
                f"INSERT INTO archive_articletag ({into}) SELECT {taken} FROM archive_articletag old WHERE id <= {tags}"
            )
            cursor.execute(
                "UPDATE archive_article SET current_version_id = v.id FROM archive_version v"
                " WHERE v.article_id = archive_article.id AND archive_article.current_version_id IS NULL"
            )
    with connection.cursor() as cursor:
        for table in ("archive_article", "archive_version", "archive_articletag"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        cursor.execute("VACUUM ANALYZE")
    return Article.objects.count()


def queries(rows: list[dict], each: int = 5) -> dict[str, list[str]]:
    """Return queries by class, drawn from the words, names and dates of the rows."""
    from archive.search.analysis import forms, is_stop_word

    chance = random.Random(11)
    counts: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for row in rows[:: max(1, len(rows) // 6000)]:
        words = [word for word in forms(row["body"]) if not word.isdigit()]
        counts.update({word for word in words if len(word) > 2 and not is_stop_word(word, "en")})
        pairs.update(
            {(a, b) for a, b in itertools.pairwise(words) if not is_stop_word(a, "en") | is_stop_word(b, "en")}
        )
    ranked = [word for word, _ in counts.most_common()]
    common, middle = ranked[:40], ranked[150:900]
    rare = [word for word in ranked if counts[word] == 3] or ranked[-50:]
    phrases = [" ".join(pair) for pair, _ in pairs.most_common(60)]
    titles = [row["title"].split() for row in rows if len((row.get("title") or "").split()) > 3]
    outlets = sorted({row.get("outlet") or "" for row in rows} - {""}) or ["benchmark"]
    topics = [name for name, _ in Counter(t for row in rows for t in row.get("topics") or ()).most_common(20)] or ["x"]
    months = sorted({row["date"][:7] for row in rows if row.get("date")}) or ["2024-01"]

    def pick(values: list[str]) -> str:
        return chance.choice(values)

    def misspelt(word: str) -> str:
        at = chance.randrange(1, len(word) - 1)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    long = [word for word in middle if len(word) > 5 and word.isascii()] or middle
    made = {
        "common": lambda: pick(common),
        "rare": lambda: pick(rare),
        "and": lambda: f"{pick(middle)} {pick(common)}",
        "or": lambda: f"{pick(middle)} OR {pick(middle)} OR {pick(common)}",
        "phrase": lambda: f'"{pick(phrases)}"',
        "prefix": lambda: f"{pick(long)[:3]}*",
        "fuzzy": lambda: f"{misspelt(pick(long))}~1",
        "field": lambda: f'headline:{pick(forms(" ".join(pick(titles))))} outlet:"{pick(outlets)}"',
        "date": lambda: f"{pick(common)} date:{pick(months)}..{months[-1]}",
        "sort": lambda: pick(common),
        "facets": lambda: f"{pick(common)} OR tag:{pick(topics)}",
        "snippets": lambda: f'{pick(middle)} {pick(common)} OR "{pick(phrases)}"',
        "deep": lambda: pick(common),
        "count": lambda: f"{pick(common)} -{pick(middle)}",
    }
    return {name: [make() for _ in range(each)] for name, make in made.items()}
