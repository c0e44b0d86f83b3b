"""Pages: server time and queries of every page of the record, on 50,000 articles with 120,000 versions.

python -m benchmarks.pages --data DIR [--json] [--articles N] [--home FOLDER]

The articles are made of invented words (benchmarks/pages_data.py), so DIR is not read. They are built in a home of
their own, which is thrown away unless `--home` names one to keep and use again. The time is that of a whole request of
an editor inside one process: middleware, queries, template. `cpu` is the processor time of this process, `work` that of
this process and of its PostgreSQL backend together: what the request takes where nothing else wants the processor.
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
from pathlib import Path
from typing import Any

from benchmarks import pages_data

REQUESTS = 60


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
    """Fill the archive, unless it was filled by an earlier run."""
    from django.contrib.auth.models import Group

    from archive.models import Article, User

    if Article.objects.exists():
        return
    pages_data.fill(articles)
    User.objects.get(username="bench").groups.add(Group.objects.get(name="editor"))


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
    with connection.cursor() as cursor:
        # What other processors would do for one query can't be seen from its backend.
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    for name, address in addresses(random.Random(11)).items():
        times, queries, cpu, work = [], [], [], []
        for _ in range(REQUESTS + 5):
            counted: list[int] = []
            path = address()
            began, spent = time.perf_counter(), time.process_time()
            worked = _backend_seconds(backend)
            with connection.execute_wrapper(_counter(counted)):
                answer = client.get(path)
            times.append((time.perf_counter() - began) * 1000)
            cpu.append((time.process_time() - spent) * 1000)
            work.append(cpu[-1] + (_backend_seconds(backend) - worked) * 1000)
            queries.append(len(counted))
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answered {answer.status_code}.")
        times = sorted(times[5:])
        figures[f"{name}.p50_ms"] = round(statistics.median(times), 1)
        figures[f"{name}.p95_ms"] = round(times[int(len(times) * 0.95)], 1)
        figures[f"{name}.p95_cpu_ms"] = round(sorted(cpu[5:])[int(len(times) * 0.95)], 1)
        figures[f"{name}.p95_work_ms"] = round(sorted(work[5:])[int(len(times) * 0.95)], 1)
        figures[f"{name}.queries"] = max(queries)
    figures["diff_of_20000_words_ms"] = round(diff_of_long_texts(), 1)
    return figures


def diff_of_long_texts() -> float:
    """Return how many milliseconds of processor time it takes to compare two texts of 20,000 words and class each
    change: one word in fifty is another, one paragraph in ten has moved."""
    from archive.text.changes import Said, compare

    rng = random.Random(3)
    words = pages_data.invented_words(rng)
    before = [" ".join(rng.choices(words, k=50)).lower().capitalize() + "." for _ in range(400)]
    after = [line.replace(line.split()[7], "otherwise", 1) for line in before]
    for place in range(0, 390, 10):
        after[place], after[place + 7] = after[place + 7], after[place]
    began = time.process_time()
    compare(Said(body="\n".join(before)), Said(body="\n".join(after)))
    return (time.process_time() - began) * 1000


def _backend_seconds(pid: int) -> float:
    """Return the processor time that a PostgreSQL backend has taken so far, 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except (OSError, ValueError):
        return 0.0


def _counter(counted: list[int]) -> Callable[..., Any]:
    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        counted.append(1)
        return execute(sql, params, many, context)

    return count


if __name__ == "__main__":
    main()
