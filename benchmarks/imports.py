"""How fast the import pipeline is, what it holds in memory, and what a `kill -9` costs it.

Every figure is taken on a scratch home of its own with durable databases, through the whole pipeline: bytes staged in
the database, read in a child process, matched, and confirmed as versions in PostgreSQL.

- pages_per_s, dumps_per_s, nitf_per_s, jsonl_per_s: one worker.
- reuters_s: all stories of the Reuters collection through two Celery workers, read and imported side by side.
- rss_mb_peak: the most that the worker and all its children held during that import.
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
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

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
            figures |= _reuters(stories)
        if stories.exists() and options.kills and "kills".startswith(options.only):
            figures |= _killed(stories, options.kills)
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

    # The reading process is there already in a worker that has been up for a while.
    _import_all([("warm.json", _row(-1 - len(name)))])
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


def _reuters(path: Path) -> dict[str, float]:
    """Import all stories through two Celery workers and return how long it took and what they held."""
    wanted = _count(path)
    worker = Worker()
    try:
        began = time.monotonic()
        job = _begun(path, "timed")
        peak, bar = 0.0, _bar(wanted, "reuters")
        while not _is_done(job):
            peak = max(peak, worker.megabytes())
            bar(_imported("timed"))
            time.sleep(0.5)
        spent = time.monotonic() - began
    finally:
        worker.stop()
    there = _imported("timed")
    print(f"reuters: {there} of {wanted} stories in {spent:.1f} s", file=sys.stderr)
    if there != wanted:
        raise SystemExit(f"{wanted - there} stories are missing, so the time says nothing.")
    return {"reuters_s": round(spent, 1), "rss_mb_peak": round(peak, 1)}


def _killed(path: Path, kills: int) -> dict[str, float]:
    """Import all stories while the worker is killed again and again; return what was lost and what came twice."""
    from django.db.models import Count

    from archive.models import Article

    chance = random.Random(20)
    wanted = _count(path)
    job = _begun(path, "killed")
    bar = _bar(wanted, "killed")
    for _ in range(kills):
        worker = Worker()
        started = _imported("killed")
        until = time.monotonic() + 30
        # Killed in the middle of work: once something was written since the last time, and a random while later.
        while _imported("killed") == started and not _is_done(job) and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(chance.uniform(0.05, 1.5))
        worker.kill()
        bar(_imported("killed"))
    worker = Worker()
    try:
        while not _is_done(job):
            bar(_imported("killed"))
            time.sleep(0.5)
    finally:
        worker.stop()
    articles = Article.objects.filter(import_items__run__title="killed")
    doubled = articles.values("outlet", "guid").annotate(times=Count("id", distinct=True)).filter(times__gt=1).count()
    there = articles.values("outlet", "guid").distinct().count()
    return {"kills_lost": wanted - there, "kills_doubled": doubled}


class Worker:
    """Two Celery workers on the import queue, with the beat that pushes unfinished runs."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "celery", "-q", "-A", "newsroom", "worker", "-B", "-Q", "import,default"]
        command += ["--concurrency", "2", "--loglevel", "ERROR", "--without-gossip", "--without-mingle"]
        self.process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)

    def megabytes(self) -> float:
        """Return what the worker and its children hold now."""
        import psutil

        total = 0
        try:
            top = psutil.Process(self.process.pid)
            for process in (top, *top.children(recursive=True)):
                total += process.memory_info().rss
        except psutil.NoSuchProcess:
            return 0.0
        return total / 2**20

    def kill(self) -> None:
        """End the worker and all its children at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Let the worker end."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()


def _begun(path: Path, name: str) -> Any:
    from archive import clock
    from archive.importing import run, staging
    from archive.models import ImportRun

    # Each import is of outlets of its own, so that the second finds none of the first one's stories.
    data = b"\n".join(_renamed(line, name) for line in gzip.decompress(path.read_bytes()).splitlines())
    job = run.create(origin=ImportRun.Origin.COMMAND, title=name, options={"auto": True})
    staging.add_files(job, [staging.NewFile("reuters.jsonl", data)], at=clock.now())
    run.begin(job)
    return job


def _renamed(line: bytes, name: str) -> bytes:
    row = json.loads(line)
    row["outlet"] = f"{row['outlet']} {name}"
    return json.dumps(row).encode()


def _count(path: Path) -> int:
    """Return how many stories say anything: a row with neither headline nor text is rejected, not lost."""
    rows = map(json.loads, gzip.decompress(path.read_bytes()).splitlines())
    return sum(bool(row.get("title", "").strip() or row.get("body", "").strip()) for row in rows)


def _imported(title: str) -> int:
    from archive.models import ImportItem

    return ImportItem.objects.filter(run__title=title, outcome="created").count()


def _is_done(job: Any) -> bool:
    job.refresh_from_db(fields=["state"])
    return bool(job.state == job.State.DONE)


def _bar(total: int, label: str) -> Any:
    """Return a function that shows how many are done, on one line of standard error."""

    def show(done: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{label}: {done:,} of {total:,}", end="", file=sys.stderr, flush=True)

    return show


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
