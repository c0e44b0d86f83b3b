"""Files are read by two processes at once, and come back in the order in which they were handed over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from archive.importing.limits import Limits
from archive.importing.readers import Readers
from archive.importing.reading import Asked

from .world import PARAGRAPHS, wire


@pytest.fixture
def readers() -> Iterator[Readers]:
    """Reading processes that end with the test."""
    mine = Readers(Limits())
    yield mine
    mine.stop()


def asked(number: int) -> Asked:
    data = wire(f"urn:{number}", f"Story {number}", PARAGRAPHS)
    return Asked(data, name="story.json", captured_at=datetime(2024, 5, 6, tzinfo=UTC), key=str(number))


def headline(readers: Readers, one: Asked) -> str:
    (record,) = readers.read(one)
    assert record.parsed is not None
    return str(record.parsed["headline"])


def started(readers: Readers) -> list[bool]:
    return [one._process is not None for one in readers._processes]


def test_a_single_file_starts_one_process(readers):
    for number in range(3):
        assert headline(readers, asked(number)) == f"Story {number}"
    assert started(readers) == [True, False]


def test_files_that_wait_are_shared_out_and_come_back_in_order(readers):
    files = [asked(number) for number in range(6)]
    assert all(readers.read_ahead(one) for one in files)
    assert [one.waiting for one in readers._processes] == [3, 3]
    assert [headline(readers, one) for one in files] == [f"Story {number}" for number in range(6)]
    assert [one.waiting for one in readers._processes] == [0, 0]


def test_a_file_that_was_handed_over_is_read_also_when_its_process_was_lost(readers):
    files = [asked(number) for number in range(4)]
    assert all(readers.read_ahead(one) for one in files)
    readers._processes[0].stop()
    assert [headline(readers, one) for one in files] == [f"Story {number}" for number in range(4)]
