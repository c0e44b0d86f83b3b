"""`kill -9` of a drainer between database and index, with readers at work: nothing is lost, doubled or left behind."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress

import pytest
from django.conf import settings
from django.db import connection, connections

from archive.articles.searching import matching_ids, search_page
from archive.indexing import sweep
from archive.indexing.drain import settle
from archive.indexing.rebuild import rebuild
from archive.models import Article
from archive.search.engines import ENGINES

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "3"))
READERS = 4


@pytest.mark.parametrize("engine", ENGINES)
def test_a_killed_drainer_loses_and_doubles_nothing_and_disturbs_no_reader(engine, settings, archive_environment):
    settings.SEARCH_ENGINE = engine
    rebuild()
    chance = random.Random(9)
    stop, errors, answers = threading.Event(), [], [0]

    def read():
        while not stop.is_set():
            try:
                page = search_page(None, "gates", limit=1000, facets=("outlet",))
                doubled = [pk for pk, times in Counter(hit.article.pk for hit in page.hits).items() if times > 1]
                assert not doubled, doubled
                answers[0] += 1
            except Exception as error:
                errors.append(error)
            time.sleep(0.02)
        connections.close_all()

    readers = [threading.Thread(target=read, daemon=True) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    acknowledged = kill_drainers(archive_environment | {"SEARCH_ENGINE": engine}, chance)
    assert settle()
    stop.set()
    for reader in readers:
        reader.join()
    assert errors == [] and answers[0] > 0
    report = sweep.check()
    assert report.whole and report.waiting == 0, report.in_words()
    held = Counter(matching_ids(None, "gates"))
    assert acknowledged and acknowledged <= set(held) and set(held.values()) == {1}
    assert len(held) == Article.objects.count()


def kill_drainers(environment, chance):
    """Start and kill a drainer for each round; return the articles that they said were carried over."""
    forker = subprocess.Popen(
        [sys.executable, "-m", "archive.tests.indexing.drain_process"],
        env=environment,
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert forker.stdin is not None and forker.stdout is not None
    acknowledged = set()
    try:
        for _ in range(ROUNDS):
            forker.stdin.write("go\n")
            forker.stdin.flush()
            child = 0
            while line := forker.stdout.readline().split():
                if line[0] == "started":
                    child = int(line[1])
                elif line[0] == "done":
                    acknowledged.update(map(int, line[1:]))
                    # Killed wherever it is by then: writing, committing the database or the index, noting it as done.
                    time.sleep(chance.random() * 0.2)
                    with suppress(ProcessLookupError):
                        os.kill(child, signal.SIGKILL)
                elif line[0] == "ended":
                    break
    finally:
        forker.stdin.close()
        forker.stdout.read()
        forker.wait(30)
    let_go_of_the_dead()
    return acknowledged


def let_go_of_the_dead():
    """Wait until the database has noticed that the drainers are gone."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.05)
