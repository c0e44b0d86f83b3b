"""The proven traps of Whoosh 2.7.4, each with the guard against it (docs/decisions/0020)."""

import os
import threading
from dataclasses import replace

import pytest

from archive.search import ArticleDocuments, SearchRequest, parse
from archive.search.analysis import forms
from archive.search.engines import whoosh_writer
from archive.search.engines.whoosh import WhooshEngine
from archive.search.engines.whoosh_segments import Remembered

from . import world
from .world import TODAY


@pytest.fixture
def engine(tmp_path):
    opened = WhooshEngine(tmp_path)
    opened.begin().promote()
    yield opened
    opened.close()


def found(engine, text):
    return [hit.article for hit in engine.search(SearchRequest(parse(text, TODAY), TODAY, limit=1000)).hits]


def test_a_reader_sees_each_commit_once_and_at_once(engine):
    reader = WhooshEngine(engine.generations.root)
    document = world.SHAPED[0]
    for number in range(12):
        changed = replace(document, headline=f"Gates edition{number}")
        engine.replace([ArticleDocuments(1, (changed,))])
        assert found(reader, f"edition{number}") == [1]
        assert found(reader, "gates") == [1]
        assert number == 0 or found(reader, f"edition{number - 1}") == []
    reader.close()


def test_no_compound_segment_is_ever_written(engine):
    for entry in world.by_article(world.crowd(40)):
        engine.replace([entry])
    engine.tidy()
    assert not list(engine.generations.live().glob("*.seg"))


def test_a_view_opened_before_a_merge_still_answers_when_its_files_are_gone(engine):
    articles = world.by_article(world.crowd(60))
    engine.replace(articles[:30])
    view = engine.view()
    before = {segment.name for segment in view.segments}
    for entry in articles[30:]:
        engine.replace([entry])
    engine.replace(articles[:30])
    assert not before & {path.name.split(".")[0] for path in engine.generations.live().iterdir()}
    segment = view.segments[0]
    assert all(len(segment.ids(field, term)[0]) for field, term in list(segment.terms())[:500])


def test_a_commit_leaves_what_was_read_of_other_segments_as_it_is(engine):
    articles = world.by_article(world.crowd(40))
    engine.replace(articles[:39])
    before = {segment.name: segment for segment in engine.view().segments}
    engine.replace(articles[39:])
    after = {segment.name: segment for segment in engine.view().segments}
    assert before.keys() < after.keys() and all(after[name] is segment for name, segment in before.items())


def test_a_full_stop_without_a_space_parts_two_words():
    assert forms("said.The") == ["said", "the"]


def test_the_lock_is_free_after_a_commit_that_failed(engine, monkeypatch):
    entry = world.by_article(world.SHAPED)[0]

    def fail(*args):
        raise RuntimeError("no space")

    with monkeypatch.context() as broken:
        broken.setattr("whoosh.writing.SegmentWriter._commit_toc", fail)
        with pytest.raises(RuntimeError):
            engine.replace([entry])
    monkeypatch.setattr(whoosh_writer, "LOCK_WAIT", 0.5)
    engine.replace([entry])
    assert found(engine, "cracked") == [1]


def test_new_files_are_brought_to_the_disk_before_the_commit_is_acknowledged(engine, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(os.fstat(handle).st_ino), real(handle))[1])
    engine.replace(world.by_article(world.SHAPED))
    live = engine.generations.live()
    files = [path for path in live.iterdir() if path.suffix in (".trm", ".ids", ".wgt", ".cnt", ".pos", ".row", ".toc")]
    assert len(files) == 7 and {path.stat().st_ino for path in files} <= set(synced)
    assert live.stat().st_ino in synced


def test_a_forked_process_opens_its_own_view(engine):
    engine.replace(world.by_article(world.SHAPED))
    view = engine.view()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        fresh = engine.view() is not view and found(engine, "cracked") != []
        os.write(writing, b"1" if fresh else b"0")
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 1) == b"1"


def test_segments_do_not_pile_up_and_nothing_dead_stays_on_the_disk(engine):
    articles = world.by_article(world.crowd(150))
    for entry in articles:
        engine.replace([entry])
    state = engine.statistics()
    assert state.segments < 3 * whoosh_writer.FANOUT and state.documents == 150
    for _ in range(6):
        engine.replace(articles)
    engine.tidy()
    state = engine.statistics()
    assert state.documents == 150 and state.size < 3 * state.live_size


def test_a_merge_is_due_when_a_level_is_full_and_never_beyond_its_bound():
    assert whoosh_writer.due([1] * 7, 1000) == []
    assert whoosh_writer.due([1] * 8, 1000) == list(range(8))
    assert whoosh_writer.due([100] * 8, 500) == []
    assert whoosh_writer.due([5000, *[1] * 8], 1000) == list(range(1, 9))


def test_remembered_arrays_stay_within_their_bound():
    held = Remembered(1000)
    for number in range(100):
        held.put(number, number, 100)
    assert held.size <= 1000 and held.get(99) == 99 and held.get(0) is None
    held.put("huge", 1, 900)
    assert held.get("huge") is None


def test_searching_from_several_threads_while_writing_gives_no_error(engine):
    articles = world.by_article(world.crowd(80))
    engine.replace(articles[:20])
    errors = []

    def search():
        try:
            for _ in range(40):
                found(engine, "gates OR harb*")
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for entry in articles[20:]:
        engine.replace([entry])
    for thread in threads:
        thread.join()
    assert errors == []
