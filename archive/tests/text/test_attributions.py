"""Who an article says it has its news from: source lines, headlines, running text, several languages."""

from __future__ import annotations

import pytest

from archive.text.attributions import ArticleText, KnownOutlet, find_attributions, root_label


def hops(text: ArticleText, own: tuple[str, ...] = (), outlets: tuple[KnownOutlet, ...] = ()):
    return find_attributions(text, own=own, outlets=outlets)


def chain(text: ArticleText, **known):
    """The main chain as (name, kind) from the article outwards, unnamed persons left out."""
    return [(h.name, h.kind) for h in hops(text, **known) if h.role == "main" and h.kind != "anonymous"]


def test_a_source_line_is_read_from_the_article_outwards():
    text = ArticleText("Dam closed", "", "The dam was closed.", "Source: Northport Gazette, as reported by Coast Today")
    first, second = hops(text)
    assert (first.order, first.name, first.kind, first.relies_on) == (1, "Coast Today", "relay", 2)
    assert (second.order, second.name, second.kind, second.relies_on) == (2, "Northport Gazette", "outlet", None)
    assert (first.field, text.source_line[first.start : first.end]) == ("source_line", "Coast Today")


def test_an_outlet_before_a_named_speaker_carried_the_speakers_words():
    line = "Source: Coast Today; Ana Ruiz, spokesperson for the Harbor Authority, in a press briefing"
    relay, person = hops(ArticleText("Harbor", "", "The harbor opens.", line))
    assert (relay.name, relay.kind, relay.relies_on) == ("Coast Today", "relay", 2)
    assert (person.name, person.kind) == ("Ana Ruiz", "person")
    assert root_label(person.name, person.kind, person.description) == ("Harbor Authority briefing", "institution")


def test_two_outlets_in_a_source_line_do_not_rely_on_each_other():
    first, second = hops(ArticleText("Dam", "", "The dam.", "Source: Reuters, AFP"))
    assert [first.name, second.name] == ["Reuters", "Agence France-Presse"]
    assert first.relies_on is None and second.relies_on is None


def test_a_source_line_within_the_body_counts_and_points_into_the_body():
    body = "The dam was closed.\nSource: Northport Gazette\nNobody was hurt."
    (hop,) = hops(ArticleText("Dam", "", body))
    assert (hop.name, hop.field, body[hop.start : hop.end]) == ("Northport Gazette", "body", "Northport Gazette")


def test_a_headlines_suffix_is_resolved_through_the_initials_the_text_explains():
    body = "The bridge will close, according to the Northport Daily Times."
    (hop,) = [h for h in hops(ArticleText("Bridge will close: NDT", "", body)) if h.role == "main"]
    assert (hop.name, hop.field, hop.text) == ("Northport Daily Times", "headline", "NDT")


def test_a_headlines_suffix_that_is_no_outlet_is_no_source():
    assert hops(ArticleText("Storm season: What to expect", "", "The rain will come.")) == []


def test_reported_by_one_and_told_by_another_is_a_chain():
    body = "The bridge will close in May.\nThis was reported by the Northport Gazette, Vesti-Inform reports."
    assert chain(ArticleText("Bridge", "", body)) == [("Vesti-Inform", "relay"), ("Northport Gazette", "outlet")]


def test_an_outlet_citing_another_relies_on_it():
    body = "Coast Radio, citing the Northport Gazette, reported on Monday that the bridge will close."
    assert chain(ArticleText("Bridge", "", body)) == [("Coast Radio", "relay"), ("Northport Gazette", "outlet")]


def test_unnamed_persons_are_listed_with_their_count_after_the_named_chain():
    body = "The bridge will close, the Northport Gazette reported, citing three unnamed officials."
    outlet, people = hops(ArticleText("Bridge", "", body))
    assert (outlet.name, outlet.relies_on) == ("Northport Gazette", None)
    assert (people.name, people.kind, people.count, people.role) == ("three unnamed officials", "anonymous", 3, "main")


def test_the_publication_stands_for_the_outlet_named_before():
    body = "The Northport Gazette reported the plan.\nThe publication, citing two unnamed engineers, said it may fail."
    assert [h.name for h in hops(ArticleText("Plan", "", body)) if h.kind == "outlet"] == ["Northport Gazette"]


def test_an_article_never_cites_itself():
    body = "The bridge will close, an official told the Northport Gazette. The Gazette reported so in May."
    text = ArticleText("Bridge", "", body, "Source: Northport Gazette")
    assert not [h for h in hops(text, own=("The Northport Gazette",)) if h.kind in ("outlet", "relay")]


def test_whom_an_official_told_is_a_side_source():
    body = (
        "The bridge will close, according to Coast Radio.\nWork starts in May.\nNobody objected.\nThe plan is old.\n"
        "Engineers protested.\nOfficials recently told the Northport Gazette that money is short."
    )
    found = {h.name: h.role for h in hops(ArticleText("Bridge", "", body))}
    assert found["Coast Radio"] == "main" and found["Northport Gazette"] == "side"


def test_what_a_text_recalls_is_background():
    body = (
        "The ministry confirmed the plan.\nIt starts in May.\nNobody objected.\nThe plan is old.\n"
        "Earlier, the Northport Gazette reported that the bridge might close."
    )
    found = {h.name: h.role for h in hops(ArticleText("Bridge", "", body, "Source: Coast Radio"))}
    assert found["Northport Gazette"] == "background"


def test_known_outlets_are_resolved_through_their_aliases():
    known = (KnownOutlet("the-lantern", "The Lantern", ("Lantern Online", "TL")),)
    (hop,) = hops(ArticleText("Bridge", "", "The bridge will close, Lantern Online reported."), outlets=known)
    assert (hop.name, hop.outlet) == ("The Lantern", "the-lantern")


def test_a_text_without_a_source_states_none():
    assert hops(ArticleText("Rain", "It rained.", "It rained in the valley. The river rose. People stayed home.")) == []


def test_a_read_more_line_states_no_source():
    assert hops(ArticleText("Rain", "", "It rained.\nRead more: Coast Radio reports a flood")) == []


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("Об этом сообщает «Северянин» со ссылкой на Reuters.", [("Северянин", "relay"), ("Reuters", "outlet")]),
        ("Про це повідомляє «Вечірка» з посиланням на Reuters.", [("Вечірка", "relay"), ("Reuters", "outlet")]),
        ("El puente cerrará en mayo, según Reuters.", [("Reuters", "outlet")]),
        ("Die Brücke wird gesperrt, berichtete die Nordhafener Zeitung.", [("Nordhafener Zeitung", "outlet")]),
        ("Le pont sera fermé, selon Le Figaro.", [("Le Figaro", "outlet")]),
        ("أغلق الجسر بحسب وكالة رويترز.", [("Reuters", "outlet")]),
    ],
)  # fmt: skip
def test_the_commonest_formulas_of_other_languages_are_read(body, wanted):
    assert chain(ArticleText("", "", body)) == wanted


def test_every_span_is_the_evidence_it_names():
    text = ArticleText(
        "Bridge closes: Reuters",
        "Two mayors protest, Coast Radio reported.",
        "According to three unnamed engineers, it may fall.\nMayor Ana Ruiz said it is safe.\nThe Treasury said no.",
    )
    found = hops(text)
    assert {h.name for h in found} >= {"Reuters", "Coast Radio", "three unnamed engineers", "Treasury"} - {"Treasury"}
    for hop in found:
        assert getattr(text, hop.field)[hop.start : hop.end] == hop.text
    assert [h.order for h in found] == list(range(1, len(found) + 1))
