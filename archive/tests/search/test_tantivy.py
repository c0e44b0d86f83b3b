"""What is Tantivy's own: exact counts put together from several columns, traps of its writer, and its format."""

import itertools
import json
import random
import time
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from archive.search import ArticleDocuments, Document, EngineError, IndexDamaged, Order, SearchRequest, parse
from archive.search.engines import tantivy, tantivy_answer, tantivy_counting, tantivy_schema
from archive.search.engines.tantivy import FORMAT_FILE, MANY, PAIRED_FROM, TantivyEngine
from archive.search.engines.tantivy_schema import PAIR
from archive.search.engines.tantivy_writing import FREQUENT_FILE, MANIFEST, Writer, frequent_of, prepared, segments_of

from . import test_contract, world
from .oracle import Scan, facet
from .world import TODAY


@pytest.fixture
def engine(tmp_path):
    opened = TantivyEngine(tmp_path)
    opened.begin().promote()
    yield opened
    opened.close()


def named(count: int, seed: int) -> list[Document]:
    """Return articles whose tags are many, unevenly common, and now and then of two kinds at once."""
    chance = random.Random(seed)
    names = [f"name {number}" for number in range(300)]
    found = []
    for article in range(1, count + 1):
        kinds = [[names[min(int(chance.expovariate(0.02)), 299)] for _ in range(chance.randrange(4))] for _ in "abcd"]
        topics, persons, places, orgs = (tuple(dict.fromkeys(kind)) for kind in kinds)
        plain = Document(article, 1, "o", "O", headline="Gates", body="gates", language="en")
        found.append(replace(plain, topics=topics, persons=persons, places=places, orgs=orgs))
    return found


@pytest.mark.parametrize("size", [1, 3, 12])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("several", ["most", "a third"])
def test_names_in_several_columns_are_counted_exactly_however_few_are_listed(engine, monkeypatch, size, seed, several):
    documents = named(400, seed)
    if several == "a third":
        bare = {"topics": (), "places": (), "orgs": ()}
        documents = [replace(d, persons=d.persons[:1], **bare) if d.article % 3 else d for d in documents]
    for start in (0, 150):
        engine.replace(world.by_article(documents[start : start + 250]))
    listed = tantivy_counting.Counting._columns
    asked = []

    def few(self, sizes):
        # As in an archive with so many names that the first list is far from whole.
        asked.append(sizes)
        return listed(self, {name: most // 8 for name, most in sizes.items()} if len(asked) == 1 else sizes)

    monkeypatch.setattr(tantivy_counting.Counting, "_columns", few)
    names = ("tag", "person", "org", "outlet", "language")
    request = SearchRequest(parse("gates", TODAY), TODAY, facets=names, facet_size=size)
    found = engine.search(request).facets
    for name in names:
        wanted = facet(Scan(documents).matching(request), name)
        assert [(f.value, f.count) for f in found[name]] == sorted(wanted.items(), key=lambda p: (-p[1], p[0]))[:size]


@pytest.mark.parametrize("order", list(Order))
def test_pages_are_the_whole_list_however_many_hits_tie(engine, monkeypatch, order):
    monkeypatch.setattr(tantivy_answer, "SLACK", 2)
    alike = [replace(d, headline="Gates", body="", standfirst="", language="en") for d in world.crowd(60)]
    engine.replace(world.by_article(alike))
    asked = SearchRequest(parse("gates", TODAY), TODAY, order=order, limit=1000)
    whole = [hit.article for hit in engine.search(asked).hits]
    assert len(whole) > 50 and (order is not Order.RELEVANCE or whole == sorted(whole, reverse=True))
    pages = [engine.search(replace(asked, offset=at, limit=7)).hits for at in range(0, len(whole), 7)]
    assert [hit.article for page in pages for hit in page] == whole


@pytest.mark.parametrize("month", [(), ("month",)])
def test_the_outlet_and_language_of_a_paper_of_its_own_are_counted(engine, month):
    documents = [replace(d, outlet="o", language="de") for d in world.crowd(40)]
    engine.replace(world.by_article(documents))
    for text in ("harbour", "nothinglikethis"):
        request = SearchRequest(parse(text, TODAY), TODAY, facets=("outlet", "language", *month))
        found, total = engine.search(request).facets, len(Scan(documents).matching(request))
        assert [f.count for f in found["outlet"]] == [f.count for f in found["language"]] == [total] * bool(total)


def test_names_that_no_document_has_many_of_are_counted_too(engine):
    documents = [replace(document, topics=document.topics[:1]) for document in world.crowd(60)]
    assert all(len(document.places) < 3 for document in documents)
    engine.replace(world.by_article(documents))
    request = SearchRequest(parse("", TODAY), TODAY, facets=("tag", "place"), histogram=True)
    found, wanted = engine.search(request), Scan(documents).matching(request)
    assert {f.value: f.count for f in found.facets["place"]} == facet(wanted, "place")
    assert {f.value: f.count for f in found.facets["tag"]} == facet(wanted, "tag")
    assert found.undated == sum(document.published is None for document in wanted) > 0


def test_phrases_of_frequent_words_are_found_by_their_pairs_and_none_else(engine, monkeypatch):
    monkeypatch.setattr(tantivy_schema, "FREQUENT_SHARE", 0.2)
    articles = world.by_article(test_contract.DOCUMENTS)
    generation = engine.begin()
    list(generation.fill([articles[:100], articles[100:]], PAIRED_FROM))
    generation.promote()
    frequent = frequent_of(engine.generations.live())
    assert "en:gate" in frequent and len(frequent) < 60
    words = [word for word in world.WORDS if f"en:{word}" in frequent]
    phrases = [f'"{first} {second}"' for first, second in itertools.product(words[:4], repeat=2)]
    phrases += [f'body:"{" ".join(run)}"' for run in itertools.product(words[:2], words[:2], ["ferry", words[0]])]
    for _ in range(2):
        for text in phrases + [text for text in test_contract.QUERIES if '"' in text]:
            test_contract.assert_same(engine, test_contract.request(text))
        # What comes later is filed by the same words.
        engine.replace(articles[40:80])
    view = engine.view()
    assert view.searcher.doc_freq("pairs", PAIR.join(["en:gate", "en:gate"])) > 0


def test_an_index_that_forgot_its_frequent_words_still_finds_phrases(engine):
    articles = world.by_article(test_contract.DOCUMENTS)
    generation = engine.begin()
    list(generation.fill([articles], PAIRED_FROM))
    generation.promote()
    assert frequent_of(engine.generations.live())
    (engine.generations.live() / FREQUENT_FILE).unlink()
    reader = TantivyEngine(engine.generations.root)
    reader.replace(articles[:30])
    test_contract.assert_same(reader, test_contract.request('"harbour gates"'))
    (engine.generations.live() / FREQUENT_FILE).write_text("[nonsense")
    with pytest.raises(IndexDamaged):
        TantivyEngine(engine.generations.root).languages()


def test_a_name_that_is_several_kinds_at_once_is_one_tag(engine):
    document = replace(world.SHAPED[0], topics=("Jordan",), places=("Jordan", "South Quay"), persons=(), orgs=())
    more = replace(document, article=2, persons=("Jordan", "South Quay"), orgs=("Jordan",))
    engine.replace(world.by_article([document, more]))
    counts = engine.search(SearchRequest(parse("tag:jordan", TODAY), TODAY, facets=("tag", "place"))).facets
    assert {f.value: f.count for f in counts["tag"]} == {"Jordan": 2, "South Quay": 2}


def test_many_small_commits_leave_few_segments_and_nothing_dead(engine):
    articles = world.by_article(world.crowd(60))
    for entry in articles:
        engine.replace([entry])
    for _ in range(3):
        engine.replace(articles)
    engine.tidy()
    state = engine.statistics()
    assert state.segments <= MANY and state.documents == 60 and state.size < 3 * state.live_size


def test_an_index_held_open_is_merged_beside_its_commits_each_of_which_is_found_at_once(engine):
    articles = world.by_article(world.crowd(60))
    reader = TantivyEngine(engine.generations.root)
    with engine.writing() as index:
        for number, entry in enumerate(articles, 1):
            index.replace([entry])
            assert reader.statistics().documents == number
        with pytest.raises(EngineError, match="Another process is writing"):
            reader.replace([])
        index.replace(articles[:30])
    assert Counter(entry.article for entry in reader.entries()) == Counter(entry.article for entry in articles)
    reader.replace([])
    state = reader.statistics()
    assert state.segments <= MANY and state.size < 3 * state.live_size and reader.verify() == []


def test_an_index_held_open_is_let_go_of_when_its_merges_are_over(engine):
    def end(index, looks=100):
        for _ in range(looks):
            if index.finish():
                return True
            time.sleep(0.02)
        return False

    with engine.writing() as index:
        assert index.finish()
        index.replace(world.by_article(world.SHAPED))
        assert end(index)
        engine.replace([])
        # It is opened again for what comes later, and stays open while a segment is being written.
        index.replace([ArticleDocuments(1)])
        merged = engine.generations.live() / f"{'0' * 32}.store"
        merged.touch()
        assert not end(index, looks=5)
        merged.unlink()
        assert end(index)
    assert engine.statistics().documents == len(world.SHAPED) - 1


def test_what_a_killed_writer_was_merging_is_not_taken_for_a_merge(engine):
    engine.replace(world.by_article(world.SHAPED))
    folder = engine.generations.live()
    left = folder / f"{'0' * 32}.store"
    left.touch()
    listed = folder / ".managed.json"
    listed.write_text(json.dumps([*json.loads(listed.read_text()), left.name]))
    writer = Writer(folder)
    writer.open()
    assert not writer.is_merging() and not left.exists()
    writer.close()


def test_a_commit_that_fails_leaves_nothing_for_the_next(engine):
    first, second = world.by_article(world.SHAPED)[:2]
    with closing(Writer(engine.generations.live())) as writer:
        numbers, documents = prepared([first], frozenset())
        with pytest.raises(TypeError):
            writer.commit(numbers, [*documents, "no document"])
        writer.replace([second])
    assert {entry.article for entry in engine.entries()} == {second.article}


def test_a_merge_that_ends_while_the_index_is_looked_at_is_no_damage(engine, monkeypatch):
    engine.replace(world.by_article(world.SHAPED))
    real, merged = tantivy.files_of, [f"{'0' * 32}.store"]
    (engine.generations.live() / MANIFEST).write_text(json.dumps({merged[0]: [1, 1]}))
    monkeypatch.setattr(tantivy, "files_of", lambda folder: real(folder) | set(merged))
    assert engine.statistics().live_size > 0 and engine.verify() == []
    # What the newest commit needs must be there.
    merged[0] = f"{segments_of(engine.generations.live()).pop()}.gone"
    (engine.generations.live() / MANIFEST).write_text(json.dumps({merged[0]: [1, 1]}))
    assert merged[0] in engine.verify()[0]


def test_an_index_of_another_format_is_noticed_and_built_anew(engine):
    engine.replace(world.by_article(world.SHAPED))
    (engine.generations.live() / FORMAT_FILE).write_text("1")
    reader = TantivyEngine(engine.generations.root)
    with pytest.raises(IndexDamaged, match="another format"):
        reader.languages()
    assert any("another format" in problem for problem in reader.verify())
    reader.close()


def test_batches_that_are_written_one_after_the_other_are_all_there_and_durable_when_told(engine):
    articles = world.by_article(world.crowd(90))
    generation = engine.begin()
    told = list(generation.fill(articles[start : start + 25] for start in range(0, 90, 25)))
    assert told == [25, 25, 25, 15]
    # What is there is what another process would find, should this one be killed now.
    assert Counter(entry.article for entry in TantivyEngine(engine.generations.root).begin().entries()) == Counter(
        entry.article for entry in articles
    )
    generation.promote()
    assert engine.statistics().documents == 90


def test_counts_are_remembered_for_the_next_page_and_forgotten_with_the_next_commit(engine, monkeypatch):
    counted = []
    real = tantivy_counting.Counting.counts
    monkeypatch.setattr(tantivy_counting.Counting, "counts", lambda self: (counted.append(1), real(self))[1])
    engine.replace(world.by_article(world.SHAPED))
    request = SearchRequest(parse("gates", TODAY), TODAY, facets=("outlet",), limit=1)

    def total(asked):
        return sum(value.count for value in engine.search(asked).facets["outlet"])

    first, later = total(request), world.ARRIVED + timedelta(days=90)
    pages = [replace(request, offset=1, captured_until=later), replace(request, order=Order.NEWEST)]
    assert [total(asked) for asked in pages] == [first, first] and len(counted) == 1
    assert total(replace(request, hidden=frozenset({1}))) == first - 1 and len(counted) == 2
    engine.replace(world.by_article(world.SHAPED[1:]) + [ArticleDocuments(1)])
    assert total(request) == first - 1 and len(counted) == 3
