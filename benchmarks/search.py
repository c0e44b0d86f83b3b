"""How quickly and how well the archive searches: `python -m benchmarks.search --data DIR [--json] [--predictions DIR]`.

Speed: `reuters21578.jsonl.gz` in DIR as it is (21k), ten times over with one word in eight changed (216k), and that
seven times over with other years and endings (1500k, asked for by --sizes), loaded into a scratch archive on real
PostgreSQL. Each engine builds its index through the archive's own rebuild (articles a second, from the database to the
committed index), then a fresh process asks queries of fourteen classes, each a whole answer: parse, search, facets,
snippets, and the first twenty articles loaded as a reader may see them. Milliseconds are medians and 95th percentiles
over all answers, first askings included; beyond 21k they leave out fuzzy and facets, which have figures of their own;
`cpu` is what the asking process spent of it. Memory is the asking process's resident set.
`share` is the engine alone: the whole request, the hits without facets, and on Tantivy the bare query for comparison.
`arrival` is how long one new article after the other takes to be found, beside a drainer: the median, and the slowest.

Quality: for each NAME_docs.jsonl with NAME_queries.jsonl in DIR, the ten best of every query in the mode in which any
of the words may match, for `score.py ranking`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from .search_data import load, multiplied, queries, read_rows, replicated

NEWS = "reuters21578.jsonl.gz"
# So many times the rows with changed words, then so many times what is in the database by then.
SIZES = {"21k": (1, 1), "216k": (10, 1), "1500k": (10, 7)}
APART = {"fuzzy", "facets"}
ROUNDS = 3
ARRIVALS = 40


def rank(data: Path, engine_name: str, out: Path) -> None:
    """Write the ten best documents of every query of each ranked collection in a folder of the engine's name."""
    from archive.search import ArticleDocuments, Document, SearchRequest, guess_language, parse_words
    from archive.search.engines import open_engine

    (out / engine_name).mkdir(parents=True, exist_ok=True)
    for path in sorted(data.glob("*_docs.jsonl")):
        name = path.name.removesuffix("_docs.jsonl")
        asked = data / f"{name}_queries.jsonl"
        if not asked.exists():
            continue
        rows = read_rows(path)
        with tempfile.TemporaryDirectory() as folder:
            engine = open_engine(engine_name, Path(folder))
            generation = engine.begin()
            for at in range(0, len(rows), 5000):
                generation.replace(
                    [
                        ArticleDocuments(
                            number,
                            (
                                Document(
                                    article=number,
                                    version=1,
                                    outlet="collection",
                                    outlet_name="Collection",
                                    headline=row.get("title") or "",
                                    body=row["text"],
                                    language=guess_language(row["text"]) or "en",
                                    captured=datetime(2024, 1, 1, tzinfo=UTC),
                                ),
                            ),
                        )
                        for number, row in enumerate(rows[at : at + 5000], at + 1)
                    ]
                )
            generation.promote()
            run = {}
            for row in read_rows(asked):
                request = SearchRequest(parse_words(row["text"]), date(2024, 1, 1), limit=10)
                run[str(row["id"])] = [str(rows[hit.article - 1]["id"]) for hit in engine.search(request).hits]
            (out / engine_name / f"{name}_run.json").write_text(json.dumps(run), encoding="utf8")
            engine.close()


def options_of(name: str) -> dict[str, Any]:
    """Return how a class of queries is asked."""
    from archive.search import FACETS, Order

    options: dict[str, Any] = {"facets": FACETS}
    if name == "sort":
        options["order"] = Order.NEWEST
    if name == "facets":
        options |= {"histogram": True, "fold_copies": True}
    if name == "deep":
        options["offset"] = 1000
    if name == "count":
        options["limit"] = 0
    return options


def ask(engine: str, asked: dict[str, list[str]]) -> dict[str, Any]:
    """Return milliseconds of whole answers by class, CPU of each, this process's memory, and the engine's share."""
    from newsroom.prepare import open_archive

    open_archive()
    from archive.articles.searching import search_page

    took: dict[str, list[float]] = {}
    spent: list[float] = []
    for _ in range(ROUNDS):
        for name, texts in asked.items():
            options = options_of(name) | {"engine_name": engine}
            for text in texts:
                start, cpu = time.perf_counter(), time.process_time()
                search_page(None, text, **options)
                took.setdefault(name, []).append((time.perf_counter() - start) * 1000)
                spent.append((time.process_time() - cpu) * 1000)
    memory = Path("/proc/self/status").read_text(encoding="utf8")
    resident = next(int(line.split()[1]) for line in memory.splitlines() if line.startswith("VmRSS"))
    return {"took": took, "cpu": spent, "rss_mb": resident / 1024, "share": share(engine, asked)}


def share(engine_name: str, asked: dict[str, list[str]]) -> dict[str, list[float]]:
    """Return milliseconds of the engine's own share of each answer, with and without facets, the best of three; on
    Tantivy also of the bare query: the compiled words alone, the twenty best, nothing left out and nothing counted.
    Each asking lists another number of values, so that no count is remembered from the one before."""
    from archive.articles.searching import request_for
    from archive.engine import search_engine
    from archive.search import parse

    engine = search_engine(engine_name)
    now = datetime.now(UTC)
    told: dict[str, list[float]] = {"engine": [], "hits": [], "bare": []}

    def best(call: Any) -> float:
        taken = []
        for _ in range(3):
            start = time.perf_counter()
            call()
            taken.append((time.perf_counter() - start) * 1000)
        return min(taken)

    for name, texts in asked.items():
        if name in APART:
            continue
        for text in texts:
            query = parse(text, now.date())
            asked_for = options_of(name)
            whole = [request_for(None, query, now, **asked_for, facet_size=size) for size in (12, 13, 14)]
            hits = request_for(None, query, now, **(options_of(name) | {"facets": ()}))
            told["engine"].append(best(partial(counted_by, engine, iter(whole))))
            told["hits"].append(best(partial(engine.search, hits)))
            if engine_name == "tantivy":
                from archive.search.plan import Planner

                view = engine.view()  # type: ignore[attr-defined]
                bare = view.compiler.compile(Planner(view.languages, now.date()).plan(query))
                told["bare"].append(best(partial(view.searcher.search, bare, 20, False)))
    return told


def counted_by(engine: Any, requests: Iterator[Any]) -> None:
    """Answer the next of the requests, with its counts."""
    engine.search(next(requests)).counted()


def arrivals(engine: str) -> list[float]:
    """Return the seconds from saving one new article to finding it, with its saved searches asked next, for one article
    after the other while a drainer works beside: so many that the engine merges its small pieces several times."""
    from django.db import connection
    from django.test import override_settings

    from archive import clock
    from archive.articles.content import Content, Metadata
    from archive.articles.operations import create_article, find_or_create_outlet
    from archive.articles.searching import search_page
    from archive.indexing.drain import drain
    from archive.models import IndexEntry

    stop = threading.Event()

    def carry() -> None:
        while not stop.is_set():
            drain()
            time.sleep(0.05)
        connection.close()

    took = []
    with override_settings(SEARCH_ENGINE=engine), ThreadPoolExecutor(1) as pool:
        outlet = find_or_create_outlet(name="Arrivals")
        carrying = pool.submit(carry)
        try:
            for _ in range(ARRIVALS):
                word = f"arrival{time.time_ns()}"
                start = time.perf_counter()
                article = create_article(
                    outlet=outlet,
                    content=Content(headline=word, body="It has just come in.", language="en"),
                    metadata=Metadata(guid=word),
                    capture=None,
                    at=clock.now(),
                )
                while IndexEntry.objects.waiting().filter(article=article).exists() and not carrying.done():
                    time.sleep(0.01)
                found = search_page(None, word, engine_name=engine).total
                if found != 1:
                    raise RuntimeError(f"The new article was found {found} times.")
                took.append(time.perf_counter() - start)
        finally:
            stop.set()
        carrying.result()
    return took


def percentile(values: list[float], part: float) -> float:
    """Return the value below which that part of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def measure(data: Path, engines: list[str], sizes: list[str], kept: Path | None, built: bool) -> dict[str, float]:
    """Return the figures of speed and memory for each engine and size, on a scratch archive or one that is kept."""
    figures: dict[str, float] = {}
    rows = read_rows(data / NEWS)
    asked = queries(rows)
    for size in sizes:
        home = kept / size if kept else Path(tempfile.mkdtemp(prefix="search-benchmark-"))
        home.mkdir(parents=True, exist_ok=True)
        environment = os.environ | {"ARCHIVE_HOME": str(home), "ARCHIVE_DURABLE": "off", "LOG_LEVEL": "error"}
        try:
            command = [sys.executable, "-m", "benchmarks.search", "--data", str(data), "--at", size]
            command += ["--engines", *engines, *(["--built"] if built else [])]
            answer = subprocess.run(
                command, env=environment, input=json.dumps(asked), capture_output=True, text=True, check=False
            )
            if answer.returncode:
                raise RuntimeError(answer.stderr[-3000:])
            figures |= json.loads(answer.stdout.splitlines()[-1])
        finally:
            if kept is None:
                shutil.rmtree(home, ignore_errors=True)
    return figures


def measure_here(
    data: Path, engines: list[str], size: str, asked: dict[str, list[str]], built: bool
) -> dict[str, float]:
    """Return the figures of one size, in this process's own archive; one that was `built` before is only asked."""
    from newsroom.prepare import open_archive

    open_archive()
    from archive.indexing.rebuild import rebuild
    from archive.models import Article

    figures: dict[str, float] = {}
    loaded = Path(os.environ["ARCHIVE_HOME"], "loaded")
    if not loaded.exists():
        replicas, times = SIZES[size]
        load(replicated(read_rows(data / NEWS), replicas))
        if times > 1:
            multiplied(times)
        loaded.touch()
    count = Article.objects.count()
    for engine in engines:
        if not built:
            start, spent = time.perf_counter(), time.process_time()
            rebuild(engine)
            figures[f"{engine}.{size}.index_per_s"] = count / (time.perf_counter() - start)
            figures[f"{engine}.{size}.index_cpu_s"] = time.process_time() - spent
        command = [sys.executable, "-m", "benchmarks.search", "--data", str(data), "--ask", engine]
        told = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True)
        answer = json.loads(told.stdout.splitlines()[-1])
        everything = []
        for name, values in answer["took"].items():
            figures[f"{engine}.{size}.{name}.p50_ms"] = statistics.median(values)
            figures[f"{engine}.{size}.{name}.p95_ms"] = percentile(values, 0.95)
            if size == "21k" or name not in APART:
                everything += values
        figures[f"{engine}.{size}.p50_ms"] = statistics.median(everything)
        figures[f"{engine}.{size}.p95_ms"] = percentile(everything, 0.95)
        figures[f"{engine}.{size}.cpu_p50_ms"] = statistics.median(answer["cpu"])
        figures[f"{engine}.{size}.cpu_p95_ms"] = percentile(answer["cpu"], 0.95)
        for name, values in answer["share"].items():
            if values:
                figures[f"{engine}.{size}.share.{name}.p50_ms"] = statistics.median(values)
                figures[f"{engine}.{size}.share.{name}.p95_ms"] = percentile(values, 0.95)
        figures[f"{engine}.{size}.rss_mb"] = answer["rss_mb"]
        late = arrivals(engine)
        figures[f"{engine}.{size}.arrival_s"] = statistics.median(late)
        figures[f"{engine}.{size}.arrival_worst_s"] = max(late)
    return figures


def main() -> None:
    """Read the command line, measure, print a table and, with --json, one line of figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the collections")
    parser.add_argument("--json", action="store_true", help="end with one line of figures")
    parser.add_argument("--predictions", type=Path, help="folder for NAME_run.json, by engine")
    parser.add_argument("--engines", nargs="*", default=["whoosh", "tantivy"])
    parser.add_argument("--sizes", nargs="*", choices=list(SIZES), default=["21k", "216k"])
    parser.add_argument("--home", type=Path, help="keep the archives here, and use the ones that are here already")
    parser.add_argument("--built", action="store_true", help="only ask the indexes that the kept archives hold")
    parser.add_argument("--at", choices=list(SIZES), help=argparse.SUPPRESS)
    parser.add_argument("--ask", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ask:
        print(json.dumps(ask(options.ask, json.load(sys.stdin))))
        return
    if options.at:
        print(json.dumps(measure_here(options.data, options.engines, options.at, json.load(sys.stdin), options.built)))
        return
    if options.predictions:
        for engine in options.engines:
            rank(options.data, engine, options.predictions)
    figures: dict[str, float] = {}
    if (options.data / NEWS).exists():
        figures = measure(options.data, options.engines, options.sizes, options.home, options.built)
    for name, value in figures.items():
        print(f"{name:40} {value:10.1f}")
    if options.json:
        print(json.dumps({"figures": {name: round(value, 3) for name, value in figures.items()}}))


if __name__ == "__main__":
    main()
