"""`kill -9` of a writer in the middle of its commits, with readers at work: nothing acknowledged is lost or doubled."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from archive.search import SearchRequest, parse
from archive.search.engines import ENGINES, open_engine

from .world import TODAY

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "4"))
READERS = 4


@pytest.mark.parametrize("name", ENGINES)
def test_a_killed_writer_loses_and_doubles_nothing_and_disturbs_no_reader(name, tmp_path):
    open_engine(name, tmp_path).begin().promote()
    chance = random.Random(5)
    stop, errors, answers = threading.Event(), [], [0]

    def read():
        engine = open_engine(name, tmp_path)
        while not stop.is_set():
            try:
                hits = engine.search(SearchRequest(parse("gates", TODAY), TODAY, limit=5000)).hits
                doubled = [article for article, count in Counter(h.article for h in hits).items() if count > 1]
                assert not doubled, doubled
                answers[0] += 1
            except Exception as error:
                errors.append(error)
            time.sleep(0.02)
        engine.close()

    readers = [threading.Thread(target=read, daemon=True) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    acknowledged: list[int] = []
    following = 0
    for _ in range(ROUNDS):
        command = [sys.executable, "-m", "archive.tests.search.writer_process", name, str(tmp_path), str(following)]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3])
        assert writer.stdout is not None
        seen = [int(writer.stdout.readline())]
        time.sleep(chance.random() * 0.3)
        writer.send_signal(signal.SIGKILL)
        seen += [int(line) for line in writer.stdout.read().split()]
        writer.wait()
        acknowledged += seen
        # What was cut off is written over again, as the outbox would have it.
        following = acknowledged[-1] + 1
    engine = open_engine(name, tmp_path)
    engine.replace([])
    stop.set()
    for reader in readers:
        reader.join()
    assert errors == [] and answers[0] > 0
    held = Counter(entry.article for entry in engine.entries())
    wanted = {batch * 5 + n for batch in acknowledged for n in range(1, 6)}
    assert wanted <= set(held) and set(held.values()) == {1}
    assert engine.verify() == []
    engine.close()
