"""How fast the import pipeline is, what it holds in memory, and what a `kill -9` costs it.

Every figure is taken on a scratch home of its own with durable databases, through the whole pipeline: bytes staged in
the database, read in a child process, matched, and confirmed as versions in PostgreSQL.

- pages_per_s, dumps_per_s, nitf_per_s, jsonl_per_s: one worker.
- reuters_s: all stories of the Reuters collection through two Celery workers, read and imported side by side.
- rss_mb_peak: the most that the worker and all its children held during that import; rss_mb_early and rss_mb_late what
  they held on average in its second and its last quarter.
- single_s: the longest that one of four single articles took from being sent to being found by a search, while all
  those stories are imported.
- kills_lost, kills_doubled: stories missing and stories there twice after the worker was killed 20 times in another
  import of the same stories, which then finishes by itself.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import imports_bulk

WIRE_STORIES = 2000
PAGES = 132
DUMPS = 297


def main() -> None:
    """Measure what the data allows and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with extraction/, search/ …")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--predictions", type=Path, help="not used here: nothing is scored")
    parser.add_argument("--kills", type=int, default=20, help="how often the worker is killed")
    parser.add_argument("--only", default="", help="measure only parts whose name begins so")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="archive-imports-"))
    os.environ["ARCHIVE_HOME"] = str(home)
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("BROKER_URL", None)
    figures: dict[str, float] = {}
    try:
        from newsroom.prepare import open_archive

        open_archive()
        for name, files in _parts(options.data):
            if name.startswith(options.only):
                figures[name] = _rate(name, list(files))
        stories = options.data / "search" / "reuters21578.jsonl.gz"
        if stories.exists() and "reuters_s".startswith(options.only):
            figures |= imports_bulk.timed(stories)
        if stories.exists() and "single".startswith(options.only):
            figures |= imports_bulk.single(stories)
        if stories.exists() and options.kills and "kills".startswith(options.only):
            figures |= imports_bulk.killed(stories, options.kills)
    finally:
        _close()
        shutil.rmtree(home, ignore_errors=True)
    for name, value in figures.items():
        print(f"{name:16} {value:10.1f}")
    if options.json:
        print(json.dumps({"figures": figures}))


def _parts(data: Path) -> Iterator[tuple[str, Iterator[tuple[str, bytes]]]]:
    """Yield the name of each rate with the files that it is measured on."""
    extraction = data / "extraction"
    if (extraction / "pages").is_dir():
        yield "pages_per_s", _unzipped(sorted((extraction / "pages").glob("*.html.gz"))[:PAGES])
    if (extraction / "dumps").is_dir():
        yield "dumps_per_s", _unzipped(sorted((extraction / "dumps").glob("*.txt.gz"))[:DUMPS])
    yield "nitf_per_s", ((f"story-{number}.xml", _nitf(number)) for number in range(WIRE_STORIES // 4))
    yield "jsonl_per_s", iter([("wire.jsonl", b"\n".join(_row(number) for number in range(WIRE_STORIES)))])


def _unzipped(paths: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        yield path.name.removesuffix(".gz"), gzip.decompress(path.read_bytes())


def _rate(name: str, files: list[tuple[str, bytes]]) -> float:
    """Return how many articles of these files one worker imports in a second; files are staged within the time."""
    from archive import clock
    from archive.importing import progress, run, staging, work
    from archive.models import ImportRun

    # The reading processes are there already in a worker that has been up for a while.
    _import_all([(f"warm-{place}.json", _row(-1 - 10 * len(name) - place)) for place in range(8)])
    before, began = _processor_seconds(), time.monotonic()
    job = run.create(origin=ImportRun.Origin.COMMAND, options={"auto": True, "outlet": f"Benchmark {name}"})
    staging.add_files(job, (staging.NewFile(*one) for one in files), at=clock.now())
    run.begin(job)
    work.work_through(job.pk)
    spent = time.monotonic() - began
    busy = ", ".join(f"{who} {seconds - before[who]:.2f}" for who, seconds in _processor_seconds().items())
    report = progress.report(job)
    settled = report["captures"] + report["questions"]
    print(
        f"{name}: {settled} of {len(report['items'])} in {spent:.1f} s, {report['rejected']} rejected;"
        f" seconds of processor time: {busy}",
        file=sys.stderr,
    )
    return round(settled / spent, 1)


def _processor_seconds() -> dict[str, float]:
    """Return the processor time so far of the worker, its reading process and the database."""
    import psutil

    def spent(processes: list[psutil.Process]) -> float:
        times = [process.cpu_times() for process in processes if process.is_running()]
        return sum(one.user + one.system for one in times)

    me = psutil.Process()
    marks = Path(os.environ["ARCHIVE_HOME"]).rglob("postmaster.pid")
    servers = [psutil.Process(int(mark.read_text().split()[0])) for mark in marks]
    reading = [child for child in me.children() if "archive.importing.child" in child.cmdline()]
    database = [one for server in servers for one in (server, *server.children())]
    return {"worker": spent([me]), "reading": spent(reading), "database": spent(database)}


def _import_all(files: list[tuple[str, bytes]]) -> None:
    from archive import clock
    from archive.importing import run, staging, work
    from archive.models import ImportRun

    job = run.create(origin=ImportRun.Origin.COMMAND, options={"auto": True, "outlet": "Benchmark"})
    staging.add_files(job, (staging.NewFile(*one) for one in files), at=clock.now())
    run.begin(job)
    work.work_through(job.pk)


def _close() -> None:
    from django.db import connections

    from newsroom.embedded import services

    connections.close_all()
    services().release()


def _words(number: int, count: int) -> str:
    """Return prose-like words that differ from story to story."""
    chance = random.Random(number)
    return " ".join(f"{chance.choice(_STEMS)}{chance.choice(_ENDS)}" for _ in range(count)).capitalize() + "."


def _row(number: int) -> bytes:
    paragraphs = [_words(number * 10 + place, 35) for place in range(5)]
    story = {
        "id": f"bench-{number}",
        "title": f"Cargo {number} reaches the harbor",
        "outlet": "Benchmark Wire",
        "date": "2020-02-03T04:05:06",
        "body": "\n\n".join(paragraphs),
        "tags": ["Harbor", f"Pier {number % 12}"],
    }
    return json.dumps(story).encode()


def _nitf(number: int) -> bytes:
    paragraphs = "".join(f"<p>{_words(number * 10 + place, 35)}</p>" for place in range(5))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><nitf><head><title>Cargo</title><docdata>'
        f'<doc-id id-string="nitf-{number}"/><date.issue norm="20200203T040506Z"/>'
        '<identified-content><classifier type="subject" value="Harbor"/></identified-content></docdata></head>'
        f"<body><body.head><hedline><hl1>Cargo {number} reaches the quay</hl1></hedline>"
        "<byline>By Ada Finch</byline></body.head>"
        f"<body.content>{paragraphs}</body.content></body></nitf>"
    ).encode()


_STEMS = ["har", "mar", "tor", "vel", "nes", "kol", "brim", "sund", "fjar", "lom", "pra", "ost", "wick", "dor", "hal"]
_ENDS = ["bor", "ing", "a", "en", "ster", "land", "gate", "on", "ic", "ed", "wards", "ly", "mouth", "er", "s"]


if __name__ == "__main__":
    main()
