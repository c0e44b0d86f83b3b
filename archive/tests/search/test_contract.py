"""One suite for every engine: the same hits, counts and facets as the linear scan, whatever the query."""

from dataclasses import replace
from datetime import timedelta

import pytest

from archive.search import FACETS, ArticleDocuments, IndexDamaged, IndexMissing, Order, SearchRequest, parse
from archive.search.engines import ENGINES, open_engine
from archive.search.suggest import completions, did_you_mean

from . import world
from .oracle import Scan, facet
from .world import TODAY

DOCUMENTS = world.SHAPED + world.crowd()

QUERIES = """
gates
gate
GATES
harbour gates
harbour OR gates
harbour -gates
-harbour
NOT (harbour OR gates)
(harbour OR quay) (council OR mayor)
harbour AND gates OR quay
the
the gates
the of
"harbour gates"
"the gates cracked"
"council the"
"gates cracked long before the flood"
"listened to us"
quote:"listened to us"
quote:nobody
quote:listen*
quote:"us it"
quote:"us it"~5
"gates harbour"~3
"gates harbour"~8
"river rivers"~2
"gates gates"~4
standfirst:engineers
standfirst:"warned the council"
headline:gates
headline:"cracked gates"
headline:crack*
headline:=gates
headline:craked~1
body:gates
body:barrier
body:barri*
body:=barrier
body:"council the"
headline:storm -body:storm
elect*
el*
*tion
fl??d
fl*ds
elect
election
elección
eleccion
élections
=elections
=election
=eleccion
economia
économie
haus
häuser
hauser
strasse
Straße
россия
россии
елки
ёлки
чай*
المدرسون
o'brien
O’Brien
“Nobody listened”
said.The
1,500
state-owned
gatse~1
gatse~2
bariers~1
hous~1
outlet:courier
outlet:coastal-courier
outlet:="Coastal Courier"
outlet:=courier
outlet:cour*
outlet:kustenkurier
outlet:корь OR outlet:вестник
tag:floods
tag:quay
tag:="South Quay"
tag:=quay
place:"south quay"
place:quay
place:qua*
place:quey~1
person:brien
person:"Ada O’Brien"
org:council
source:ledger
by:quell
by:"mara quell"
by:=“Mara Quell”
by:ma*
lang:en
lang:fr
lang:fr-ca
kind:correction
story:7
change:number versions:all
date:2026-03-10
date:2026-03
date:2026
date:2025-12..2026-01
date:..2025-11
date:2026-02..
date:"last week"
date:"last 30 days"
before:2025-12
after:2026-01
date:unknown
date:unknown OR date:2024
date:2024-12-31
gates date:2026
gates outlet:courier -tag:floods
quiet versions:all
resign
resign versions:all
council versions:all
zebraquay
secret
nothinglikethis
nothinglikethis*
gates nothinglikethis
-nothinglikethis
""".strip().splitlines()


def request(text: str, **options) -> SearchRequest:
    options.setdefault("limit", 1000)
    return SearchRequest(parse(text, TODAY), TODAY, facets=FACETS, facet_size=1000, histogram=True, **options)


@pytest.fixture(scope="module", params=ENGINES)
def engine(request, tmp_path_factory):
    """Each engine, with the world written in several commits, some of it over again."""
    opened = open_engine(request.param, tmp_path_factory.mktemp(request.param))
    opened.begin().promote()
    articles = world.by_article(DOCUMENTS)
    for start in range(0, len(articles), 23):
        opened.replace(articles[start : start + 23])
    opened.replace(articles[5:15])
    yield opened
    opened.close()


@pytest.fixture
def empty(request, tmp_path):
    """An engine of its own for a test that changes what it holds."""
    opened = open_engine(request.param, tmp_path)
    opened.begin().promote()
    yield opened
    opened.close()


def assert_same(engine, asked):
    wanted = Scan(DOCUMENTS).matching(asked)
    got = engine.search(asked)
    assert sorted((h.article, h.version) for h in got.hits) == sorted((d.article, d.version) for d in wanted)
    assert got.total == len(wanted)
    for name in FACETS:
        assert {f.value: f.count for f in got.facets[name]} == dict(facet(wanted, name)), name
    assert {bar.value: bar.count for bar in got.histogram} == dict(facet(wanted, "month"))
    assert [bar.value for bar in got.histogram] == sorted(bar.value for bar in got.histogram)
    assert got.undated == sum(d.published is None for d in wanted)


@pytest.mark.parametrize("text", QUERIES)
def test_hits_counts_and_facets_are_those_of_the_linear_scan(engine, text):
    assert_same(engine, request(text))


def test_the_suite_asks_queries_that_find_and_queries_that_do_not():
    sizes = [len(Scan(DOCUMENTS).matching(request(text))) for text in QUERIES]
    assert sum(size > 0 for size in sizes) > 0.85 * len(sizes)
    assert 0 in sizes


def test_what_only_some_may_see_is_there_for_them_alone(engine):
    assert_same(engine, request("gates", include_restricted=True))
    assert engine.search(request("zebraquay")).total == 0
    assert engine.search(request("zebraquay", include_restricted=True)).total == 1


def test_articles_hidden_by_number_are_in_no_hit_count_or_facet(engine):
    assert_same(engine, request("gates", hidden=frozenset({1, 100, 105})))


def test_a_request_can_be_narrowed_to_some_articles(engine):
    assert_same(engine, request("gates", only=frozenset({1, 2, 100, 105, 107})))
    assert_same(engine, request("gates", only=frozenset()))


def test_later_arrivals_are_left_out_of_a_stable_page(engine):
    assert_same(engine, request("gates", captured_until=world.ARRIVED + timedelta(minutes=150)))


@pytest.mark.parametrize("order", [Order.NEWEST, Order.OLDEST])
def test_date_order_puts_undated_articles_last_and_newer_articles_first_among_equals(engine, order):
    wanted = Scan(DOCUMENTS).matching(request("gates versions:all"))
    sign = -1 if order is Order.NEWEST else 1

    def key(d):
        return (d.published is None, sign * d.published.timestamp() if d.published else 0, -d.article, -d.version)

    got = engine.search(request("gates versions:all", order=order))
    assert [(h.article, h.version) for h in got.hits] == [(d.article, d.version) for d in sorted(wanted, key=key)]


@pytest.mark.parametrize("order", list(Order))
def test_pages_put_together_are_the_whole_list(engine, order):
    whole = engine.search(request("gates", order=order)).hits
    pages = [engine.search(request("gates", order=order, offset=at, limit=7)).hits for at in range(0, len(whole), 7)]
    assert [(h.article, h.version) for page in pages for h in page] == [(h.article, h.version) for h in whole]


@pytest.mark.parametrize("order", list(Order))
def test_near_copies_fold_under_the_best_of_them(engine, order):
    flat = engine.search(request("gates", order=order))
    folded = engine.search(request("gates", order=order, fold_copies=True))
    copied = {d.article: d.copies or d.article for d in DOCUMENTS}
    first: dict[int, int] = {}
    for hit in flat.hits:
        first.setdefault(copied[hit.article], hit.article)
    assert [h.article for h in folded.hits] == [h.article for h in flat.hits if first[copied[h.article]] == h.article]
    assert (folded.total, folded.groups) == (flat.total, len(first))
    for hit in folded.hits:
        group = [h.article for h in flat.hits if copied[h.article] == copied[hit.article] and h.article != hit.article]
        assert list(hit.folded) == group
    paged = [
        engine.search(request("gates", order=order, fold_copies=True, offset=at, limit=5)) for at in range(0, 60, 5)
    ]
    assert [h.article for page in paged for h in page.hits] == [h.article for h in folded.hits[:60]]


def test_a_word_of_the_headline_weighs_more_than_one_of_the_body(engine):
    hits = {h.article: h.score for h in engine.search(request("cracked")).hits}
    assert hits[2] > 0 and max(hits, key=hits.get) in (1, 2, 7)
    assert min(hits.values()) > 0


def test_filters_do_not_change_scores(engine):
    plain = {h.article: h.score for h in engine.search(request("gates")).hits}
    narrowed = engine.search(request("gates outlet:courier date:2025..2026 lang:en")).hits
    assert narrowed and all(abs(plain[h.article] - h.score) < 1e-3 for h in narrowed)


def test_facets_name_the_commonest_first(engine):
    asked = replace(request("gates"), facet_size=2)
    wanted = facet(Scan(DOCUMENTS).matching(asked), "outlet")
    best = sorted(wanted.items(), key=lambda pair: (-pair[1], pair[0]))[:2]
    assert [(f.value, f.count) for f in engine.search(asked).facets["outlet"]] == best


def test_completions_count_only_what_may_be_seen(engine):
    found = dict(engine.complete("zebra", frozenset(), 10))
    assert found == {}
    counts = dict(engine.complete("gat", frozenset(), 10))
    forms = {
        d.article
        for d in DOCUMENTS
        if d.current
        and not d.restricted
        and "gates" in f"{d.headline} {d.body} {d.standfirst}".lower().replace(".", " ").split()
    }
    assert counts["gates"] == len(forms)
    assert dict(engine.complete("gat", frozenset({1}), 10))["gates"] == counts["gates"] - 1
    assert engine.complete("resig", frozenset(), 10) == []


def test_similar_forms_name_only_what_may_be_seen(engine):
    assert engine.similar_forms("bariers", frozenset(), 3)[0][0] == "barriers"
    assert engine.similar_forms("zebraquai", frozenset(), 3) == []


def test_did_you_mean_finds_something_and_gives_nothing_away(engine):
    assert did_you_mean(engine, request("bariers")) == "barriers"
    assert did_you_mean(engine, request("zebraquai")) == ""
    assert did_you_mean(engine, request("cracked", hidden=frozenset({1, 2, 7}))) == ""


def test_completions_go_on_from_the_last_word(engine):
    assert "harbour barriers" in completions(engine, "harbour barri", frozenset())
    assert completions(engine, "harbour ", frozenset()) == []


@pytest.mark.parametrize("empty", ENGINES, indirect=True)
def test_replacing_an_article_leaves_only_its_new_documents(empty):
    document = world.SHAPED[0]
    empty.replace([ArticleDocuments(1, (document,))])
    empty.replace([ArticleDocuments(1, (replace(document, headline="Wholly new", body="Nothing else"),))])
    assert empty.search(request("cracked")).total == 0
    assert [h.article for h in empty.search(request("wholly")).hits] == [1]
    empty.replace([ArticleDocuments(1)])
    assert empty.search(request("")).total == 0 and list(empty.entries()) == []


@pytest.mark.parametrize("empty", ENGINES, indirect=True)
def test_entries_name_versions_hashes_and_marks(empty):
    empty.replace(world.by_article(world.SHAPED))
    got = {(e.article, e.version): (e.content_hash, e.current, e.restricted) for e in empty.entries()}
    assert got == {(d.article, d.version): (d.content_hash, d.current, d.restricted) for d in world.SHAPED}


@pytest.mark.parametrize("empty", ENGINES, indirect=True)
def test_tidying_changes_no_answer(empty):
    articles = world.by_article(DOCUMENTS)
    for start in range(0, len(articles), 9):
        empty.replace(articles[start : start + 9])
    empty.replace(articles[:40])
    before = empty.statistics()
    empty.tidy()
    after = empty.statistics()
    assert after.segments <= before.segments and after.documents == before.documents == len(DOCUMENTS)
    for text in QUERIES[::5]:
        assert_same(empty, request(text))
    assert empty.verify() == []


@pytest.mark.parametrize("name", ENGINES)
def test_a_generation_is_built_beside_the_live_one_and_swapped(name, tmp_path):
    engine = open_engine(name, tmp_path)
    with pytest.raises(IndexMissing):
        engine.search(request("gates"))
    with pytest.raises(IndexMissing):
        engine.replace(world.by_article(world.SHAPED))
    engine.begin().promote()
    engine.replace(world.by_article(world.SHAPED[:1]))
    first = engine.begin()
    first.replace(world.by_article(world.SHAPED[3:5]))
    assert [h.article for h in engine.search(request("")).hits] == [1]
    again = open_engine(name, tmp_path).begin()
    assert again.name == first.name and {e.article for e in again.entries()} == {3, 4}
    again.promote()
    assert sorted(h.article for h in engine.search(request("")).hits) == [3, 4]
    assert engine.statistics().generation == again.name
    engine.close()


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("harm", ["truncated", "scrambled", "removed"])
def test_a_damaged_index_is_noticed_and_a_new_one_can_be_built(name, harm, tmp_path):
    engine = open_engine(name, tmp_path)
    engine.begin().promote()
    engine.replace(world.by_article(DOCUMENTS))
    engine.close()
    live = tmp_path / (tmp_path / "LIVE").read_text().strip()
    for path in live.iterdir():
        if path.is_file() and path.stat().st_size and path.name not in ("started", "MAIN_WRITELOCK"):
            if harm == "removed":
                path.unlink()
            elif harm == "truncated":
                path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
            else:
                path.write_bytes(bytes((byte * 7 + 3) % 256 for byte in path.read_bytes()))
    engine = open_engine(name, tmp_path)
    assert engine.verify()
    with pytest.raises((IndexDamaged, IndexMissing)):
        engine.search(request("gates"))
    generation = engine.begin()
    generation.replace(world.by_article(DOCUMENTS))
    generation.promote()
    assert_same(engine, request("gates"))
    assert engine.verify() == []
    engine.close()
