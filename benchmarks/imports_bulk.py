"""Imports of many thousands of stories through Celery workers: time, memory, kills, and single articles between."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Memory is printed for every so many stories.
_STEP = 4000
_SINGLES = 4


def timed(path: Path) -> dict[str, float]:
    """Import all stories through two Celery workers and return how long it took and what they held."""
    wanted = _count(path)
    worker = Worker()
    try:
        began = time.monotonic()
        job = _begun(path, "timed")
        held: list[tuple[int, float]] = []
        bar = _bar(wanted, "reuters")
        while not _is_done(job):
            held.append((_imported("timed"), worker.megabytes()))
            bar(held[-1][0])
            time.sleep(0.5)
        spent = time.monotonic() - began
    finally:
        worker.stop()
    there = _imported("timed")
    print(f"reuters: {there} of {wanted} stories in {spent:.1f} s", file=sys.stderr)
    if there != wanted:
        raise SystemExit(f"{wanted - there} stories are missing, so the time says nothing.")
    for start in range(0, wanted, _STEP):
        print(f"rss from {start:,} stories on: {_mean(held, start, start + _STEP):.0f} MB", file=sys.stderr)
    return {
        "reuters_s": round(spent, 1),
        "rss_mb_peak": round(max(megabytes for _, megabytes in held), 1),
        "rss_mb_early": round(_mean(held, wanted // 4, wanted // 2), 1),
        "rss_mb_late": round(_mean(held, wanted * 3 // 4, wanted), 1),
    }


def _mean(held: Sequence[tuple[int, float]], start: int, end: int) -> float:
    """Return the mean of what was held while the number of imported stories lay between two numbers."""
    between = [megabytes for stories, megabytes in held if start <= stories < end]
    return sum(between) / max(1, len(between))


def single(path: Path) -> dict[str, float]:
    """Send single articles while all stories are imported; return the longest time until one was found by search."""
    wanted = _count(path)
    bulk, desk = Worker(), Worker("interactive,index", concurrency=2)
    waits: list[float] = []
    try:
        job = _begun(path, "behind")
        for place in range(1, _SINGLES + 1):
            while _imported("behind") < place * wanted // (_SINGLES + 2) and not _is_done(job):
                time.sleep(0.2)
            behind = wanted - _imported("behind")
            waits.append(_until_found(place))
            print(f"single article {place}: found after {waits[-1]:.1f} s, {behind:,} behind it", file=sys.stderr)
    finally:
        desk.stop()
        bulk.stop()
    return {"single_s": round(max(waits), 1)}


def _until_found(place: int) -> float:
    """Stage one article as a paste does and return how many seconds went by until a search found it."""
    from archive import clock
    from archive.articles.searching import search_page
    from archive.importing import run, staging
    from archive.models import ImportRun
    from archive.search import IndexMissing

    word = f"overtaking{'abcdefghij'[place]}"
    text = f"The {word} ferry\n\nOne ferry named {word} went past every barge in the harbor on Monday, its crew said."
    began = time.monotonic()
    job = run.create(origin=ImportRun.Origin.PASTE, options={"auto": True, "single": True, "outlet": "Single"})
    staging.add_files(job, [staging.NewFile("pasted text.txt", text.encode())], at=clock.now())
    run.begin(job)
    while time.monotonic() - began < 120:
        try:
            if search_page(None, word).total:
                return time.monotonic() - began
        except IndexMissing:
            pass
        time.sleep(0.1)
    raise SystemExit("A single article was not found within two minutes.")


def killed(path: Path, kills: int) -> dict[str, float]:
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
    """Two Celery workers on the import queue, with the beat that pushes unfinished runs; or others on other queues."""

    def __init__(self, queues: str = "import,default", *, concurrency: int = 2) -> None:
        command = [sys.executable, "-m", "celery", "-q", "-A", "newsroom", "worker", "-Q", queues, "-n", f"{queues}@%h"]
        command += ["--concurrency", str(concurrency), "--loglevel", "ERROR", "--without-gossip", "--without-mingle"]
        if "import" in queues:
            command.append("-B")
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
