"""Whoosh's files as arrays: what a merge makes of many commits is what one commit would have written."""

import random

import numpy as np
import pytest

from archive.search import ArticleDocuments, Document, SearchRequest, parse
from archive.search.engines import whoosh_merge, whoosh_pool
from archive.search.engines.whoosh import WhooshEngine
from archive.search.engines.whoosh_counting import commonest

from . import world
from .world import TODAY


@pytest.fixture
def make(tmp_path):
    opened = []

    def engine(name):
        opened.append(WhooshEngine(tmp_path / name))
        opened[-1].begin().promote()
        return opened[-1]

    yield engine
    for each in opened:
        each.close()


def postings(engine):
    """Return for each field and term what is held of it: articles, weights and positions."""
    found = {}
    for segment in engine.view().segments:
        for field, term in segment.terms():
            ids, weights = segment.ids(field, term)
            _, counts, flat = segment.places(field, term) if segment.fields[field].placed else (None, None, None)
            ends = None if counts is None else np.cumsum(counts, dtype=np.int64)
            for at, number in enumerate(ids.tolist()):
                if segment.alive[number]:
                    places = [] if ends is None else flat[ends[at] - counts[at] : ends[at]].tolist()
                    weight = None if weights is None else float(weights[at])
                    found.setdefault((field, term), {})[int(segment.articles[number])] = (weight, places)
    return found


def test_merging_many_commits_gives_what_one_commit_writes(make, monkeypatch):
    monkeypatch.setattr(whoosh_merge, "STRETCH", 300)
    articles = world.by_article(world.crowd(70))
    at_once, one_by_one = make("whole"), make("pieces")
    at_once.replace(articles)
    for entry in articles:
        one_by_one.replace([entry])
    one_by_one.replace(articles[:25])
    one_by_one.tidy()
    assert postings(one_by_one) == postings(at_once)
    assert one_by_one.verify() == at_once.verify() == []


def test_a_word_repeated_beyond_all_measure_is_found_and_kept_within_bounds(make, monkeypatch):
    monkeypatch.setattr(whoosh_pool, "MOST_POSITIONS", 50)
    engine = make("long")
    body = "the gates held " + "gates " * 400 + "nobody knew"
    engine.replace([ArticleDocuments(1, (Document(1, 1, "o", "O", headline="H", body=body, language="en"),))])
    for query in ("gates", '"gates held"', '"nobody knew"'):
        assert engine.search(SearchRequest(parse(query, TODAY), TODAY)).total == 1
    assert len(engine.view().segments[0].places("text", b"en:gate")[2]) == 50


@pytest.mark.parametrize("seed", range(8))
def test_the_commonest_values_over_segments_are_those_of_a_full_count(seed):
    chance = random.Random(seed)
    names = [f"v{number:03d}" for number in range(120)]
    counted, whole = [], {}
    for _ in range(chance.randrange(1, 5)):
        values = sorted(chance.sample(names, chance.randrange(1, 120)))
        counts = np.array([chance.choice((0, 1, 1, 2, 3, chance.randrange(50))) for _ in values])
        counted.append((values, counts))
        for value, count in zip(values, counts.tolist(), strict=True):
            whole[value] = whole.get(value, 0) + count
    expected = sorted(((v, c) for v, c in whole.items() if c), key=lambda pair: (-pair[1], pair[0]))[:5]
    assert commonest(counted, 5) == expected


@pytest.mark.parametrize("ending", [".row", ".ids", ".pos", ".trm"])
def test_one_changed_byte_in_any_file_is_noticed(make, ending):
    engine = make("harmed")
    engine.replace(world.by_article(world.SHAPED))
    (path,) = engine.generations.live().glob(f"*{ending}")
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 0x20
    path.write_bytes(data)
    assert any(
        path.name in problem or "damaged" in problem for problem in WhooshEngine(engine.generations.root).verify()
    )
