"""From what each article states to the stated origins of a story: chains, unnamed persons, cycles, what is not held."""

from __future__ import annotations

from archive.stories.provenance import Hop, Stating, article_key, provenance


def hop(order, name, kind="outlet", role="main", relies_on=None, **more) -> Hop:
    return Hop(order, name, kind, role, relies_on, **more)


RELAYED = Stating(
    1,
    "Valley News",
    [
        hop(1, "Coast Today", "relay", relies_on=2),
        hop(2, "Northport Gazette"),
        hop(3, "three unnamed officials", "anonymous"),
        hop(4, "Capital Radio", role="side"),
    ],
)
DIRECT = Stating(2, "Hill Post", [hop(1, "The Northport Gazette"), hop(2, "two unnamed officials", "anonymous")])
BRIEFED = Stating(
    3,
    "Valley News",
    [
        hop(1, "Coast Today", "relay", relies_on=2),
        hop(2, "Ana Ruiz", "person", description="spokesperson for the US Department of Harbors, in a press briefing"),
        hop(3, "Northport Gazette", role="background"),
    ],
)
SILENT = Stating(4, "Lake Times", [hop(1, "Capital Radio", role="side")])


def test_chains_are_followed_to_what_nothing_further_is_stated_about():
    found = provenance([RELAYED, DIRECT, BRIEFED])
    assert [(r.name, r.kind, r.articles) for r in found.roots] == [
        ("Northport Gazette", "outlet", (1, 2)),
        ("Harbors Department briefing", "institution", (3,)),
    ]


def test_who_states_an_origin_is_the_relay_or_the_article_itself():
    gazette = provenance([RELAYED, DIRECT]).roots[0]
    assert gazette.stated_by == ("Coast Today", "Hill Post")


def test_the_summary_names_the_unnamed_persons_behind_an_outlet():
    assert provenance([RELAYED, DIRECT, BRIEFED]).sentence() == (
        "3 articles: at least 2 stated origins, Northport Gazette (unnamed officials) 2, "
        "Harbors Department briefing 1; 0 articles state none"
    )


def test_an_article_that_states_no_source_is_never_a_root():
    found = provenance([RELAYED, SILENT])
    assert found.none_stated == (4,)
    assert [r.name for r in found.roots] == ["Northport Gazette"]
    assert found.sentence().endswith("; 1 article states none")


def test_nothing_stated_at_all_makes_no_origin():
    assert provenance([SILENT]).sentence() == "1 article: 1 article states none"
    assert provenance([]).roots == ()


def test_side_and_background_sources_are_no_roots_but_unheld_sources():
    found = provenance([RELAYED, DIRECT, BRIEFED])
    assert [(u.name, u.articles, u.resting) for u in found.unheld] == [
        ("Northport Gazette", (1, 2, 3), 2),
        ("Coast Today", (1, 3), 2),
        ("Capital Radio", (1,), 0),
    ]


def test_a_held_report_is_followed_to_its_own_origin():
    held = Stating(5, "Northport Gazette", [hop(1, "Harbor Board", "institution")])
    resting = Stating(6, "Hill Post", [hop(1, "Northport Gazette", outlet=9, held=5)])
    found = provenance([held, resting])
    assert [(r.name, r.articles) for r in found.roots] == [("Harbor Board", (5, 6))]
    assert found.unheld == ()
    assert (article_key(5), article_key(6)) in {(link.origin, link.reliant) for link in found.links}


def test_a_held_report_that_states_nothing_is_itself_the_origin_of_those_that_cite_it():
    held = Stating(5, "Northport Gazette", [])
    resting = Stating(6, "Hill Post", [hop(1, "Northport Gazette", outlet=9, held=5)])
    found = provenance([held, resting])
    assert [(r.name, r.articles) for r in found.roots] == [("Northport Gazette", (6,))]
    assert found.none_stated == (5,)


def test_reports_that_cite_each_other_do_not_loop():
    one = Stating(1, "Hill Post", [hop(1, "Lake Times", outlet=2, held=2)])
    other = Stating(2, "Lake Times", [hop(1, "Hill Post", outlet=1, held=1)])
    assert len(provenance([one, other]).roots) == 2


def test_hops_that_rely_on_each_other_do_not_loop():
    text = Stating(1, "Hill Post", [hop(1, "A Radio", "relay", relies_on=2), hop(2, "B Radio", "relay", relies_on=1)])
    assert provenance([text]).articles == (1,)


def test_unnamed_persons_alone_are_a_stated_origin():
    found = provenance([Stating(1, "Hill Post", [hop(1, "three unnamed officials", "anonymous")])])
    assert [(r.name, r.kind) for r in found.roots] == [("unnamed officials", "anonymous")]


def test_the_picture_leads_from_origin_over_relay_to_article_and_marks_doubt():
    doubted = Stating(2, "Hill Post", [hop(1, "Northport Gazette", confidence=0.4)])
    found = provenance([RELAYED, doubted])
    links = {(link.origin, link.reliant): link.sure for link in found.links}
    assert links == {
        ("outlet northport gazette", "outlet coast today < outlet northport gazette"): True,
        ("outlet coast today < outlet northport gazette", article_key(1)): True,
        ("outlet northport gazette", article_key(2)): False,
    }
    assert {p.key for p in found.points if p.is_root} == {"outlet northport gazette"}


def test_a_relay_stands_once_for_each_origin_it_hands_on():
    found = provenance([RELAYED, BRIEFED])
    assert sorted(p.name for p in found.points) == [
        "Coast Today",
        "Coast Today",
        "Harbors Department briefing",
        "Northport Gazette",
    ]
    origins_of_third = {link.origin for link in found.links if link.reliant == article_key(3)}
    assert len(origins_of_third) == 1 and "briefing" in origins_of_third.pop()
