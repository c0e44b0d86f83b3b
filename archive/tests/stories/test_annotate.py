"""What versions state and quote, stored with its evidence, against the real database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archive.articles import operations
from archive.articles.content import Content, Metadata
from archive.articles.export import export_records
from archive.formats.base import DateReading
from archive.models import Article, Attribution, IndexEntry, Membership, Quote, QuoteFamily, QuoteVariant, Story
from archive.stories import rulings
from archive.stories.annotate import annotate
from archive.stories.assign import place_waiting
from archive.stories.families import refresh_families
from archive.stories.origins import as_record, members_in_order, provenance_of, refresh_held, stories_with_new_root

NOW = datetime(2025, 3, 8, 12, tzinfo=UTC)
RELAYED = Content(
    headline="Dam gates closed",
    source_line="Source: Northport Gazette, as reported by Coast Today",
    body="According to three unnamed officials, the eastern wall is moving “at a disturbing pace,” giving no sign.\n"
    "One of the officials said that “the order was plain and nobody in the control room slept that night.”",
    language="en",
)
DIRECT = Content(
    headline="Wall of the dam moves: Northport Gazette",
    body="Officials told of an eastern wall that is moving at a «disturbing pace» without any sign.\n"
    "“The order was clear, and nobody in the control room slept that night,” one of the officials said.",
    language="en",
)

pytestmark = pytest.mark.django_db


def make(outlet: str, content: Content, at: datetime = NOW) -> Article:
    article = operations.create_article(
        outlet=operations.find_or_create_outlet(name=outlet),
        content=content,
        metadata=Metadata(published=DateReading(value=at, precision="instant", zone="UTC")),
        capture=None,
        at=at,
    )
    return read(article)


def read(article: Article) -> Article:
    return Article.objects.select_related("outlet", "current_version").get(pk=article.pk)


def story_of(*articles: Article) -> Story:
    story = Story.objects.create(title="Dam", first_at=NOW, last_at=NOW, article_count=len(articles))
    for article in articles:
        Membership.objects.create(article=article, story=story, placed_at=NOW)
    return story


def test_hops_are_stored_in_order_with_their_evidence():
    article = make("Valley News", RELAYED)
    assert annotate([article]) == {article.pk}
    first, second, unnamed = article.attributions.order_by("order")
    assert (first.name, first.kind, first.relies_on) == ("Coast Today", "relay", 2)
    assert (second.name, second.kind, second.relies_on) == ("Northport Gazette", "outlet", None)
    assert (unnamed.kind, unnamed.count) == ("anonymous", 3)
    assert RELAYED.source_line[first.start : first.end] == first.text == "Coast Today"


def test_quotes_are_stored_with_their_speakers():
    article = make("Valley News", RELAYED)
    annotate([article])
    quotes = list(article.quotes.order_by("start"))
    assert quotes[0].text == "at a disturbing pace"
    assert quotes[1].speaker == "One of the officials"
    assert RELAYED.body[quotes[1].start : quotes[1].end] == quotes[1].text


def test_reading_again_changes_nothing():
    article = make("Valley News", RELAYED)
    annotate([article])
    rows = set(article.attributions.values_list("pk", flat=True)) | set(article.quotes.values_list("pk", flat=True))
    IndexEntry.objects.all().delete()
    assert annotate([read(article)]) == set()
    assert rows == set(article.attributions.values_list("pk", flat=True)) | set(
        article.quotes.values_list("pk", flat=True)
    )
    assert not IndexEntry.objects.exists()


def test_what_changed_is_marked_for_the_index():
    article = make("Valley News", RELAYED)
    IndexEntry.objects.all().delete()
    annotate([article])
    assert IndexEntry.objects.waiting().get().article_id == article.pk


def test_an_editors_hop_stays_and_the_machines_are_numbered_around_it():
    article = make("Valley News", RELAYED)
    annotate([article])
    row = article.attributions.get(order=1)
    Attribution.objects.filter(pk=row.pk).update(name="Coast This Day", origin="editor")
    annotate([read(article)])
    assert article.attributions.get(order=1).name == "Coast This Day"
    assert article.attributions.filter(order=1).count() == 1


def test_what_an_editor_rejected_does_not_come_back_with_the_next_version():
    article = make("Valley News", RELAYED)
    annotate([article])
    article.attributions.filter(name="Coast Today").update(rejected_at=NOW)
    later = Content(headline="Dam open", source_line=RELAYED.source_line, body="It is open again.", language="en")
    operations.add_version(article=article, content=later, at=NOW + timedelta(hours=1))
    annotate([read(article)])
    names = article.attributions.filter(version__number=2).values_list("name", flat=True)
    assert list(names) == ["Northport Gazette"]


def test_an_article_of_a_known_outlet_never_cites_it_under_an_alias():
    outlet = operations.find_or_create_outlet(name="Northport Gazette")
    operations.learn_alias(outlet=outlet, name="NG Online")
    article = make("Northport Gazette", Content(headline="Dam", body="The dam, NG Online reported, is closed."))
    annotate([article])
    assert not article.attributions.exists()


def test_citations_of_an_outlet_that_becomes_known_later_are_attached():
    article = make("Valley News", RELAYED)
    annotate([article])
    assert article.attributions.get(name="Northport Gazette").outlet is None
    gazette = make("The Northport Gazette", Content(headline="Wall moves", body="The eastern wall is moving."))
    story = story_of(article, gazette)
    annotate([gazette])
    refresh_held([story.pk])
    hop = article.attributions.get(name="Northport Gazette")
    assert (hop.outlet, hop.held_article) == (gazette.outlet, gazette)


def test_a_report_that_leaves_the_story_is_no_longer_held_for_it():
    gazette = make("Northport Gazette", Content(headline="Wall moves", body="The eastern wall is moving."))
    article = make("Valley News", RELAYED)
    annotate([gazette, article])
    story = story_of(article, gazette)
    refresh_held([story.pk])
    assert article.attributions.filter(held_article=gazette).exists()
    Membership.objects.filter(article=gazette).delete()
    refresh_held([story.pk])
    assert not article.attributions.filter(held_article=gazette).exists()


def test_provenance_is_read_from_what_is_stored():
    one, other = make("Valley News", RELAYED), make("Hill Post", DIRECT, NOW + timedelta(hours=2))
    annotate([one, other])
    story = story_of(one, other)
    found = provenance_of(members_in_order(None, story, NOW))
    assert as_record(found) == {
        "roots": [
            {
                "name": "Northport Gazette",
                "kind": "outlet",
                "articles": [one.pk, other.pk],
                "stated_by": ["Coast Today", "Hill Post"],
            }
        ],
        "unheld_sources": [
            {"name": "Northport Gazette", "articles": [one.pk, other.pk]},
            {"name": "Coast Today", "articles": [one.pk]},
        ],
    }


def test_a_second_origin_of_the_last_days_is_listed():
    one = make("Valley News", RELAYED)
    other = make("Hill Post", Content(headline="Dam is safe", source_line="Source: Capital Radio", body="Safe."))
    annotate([one, other])
    story = story_of(one, other)
    Membership.objects.filter(article=one).update(placed_at=NOW - timedelta(days=9))
    (found,) = stories_with_new_root(None, at=NOW, days=3)
    assert (found["story"], found["root"].name, found["article"]) == (story, "Capital Radio", other)
    assert stories_with_new_root(None, at=NOW + timedelta(days=30), days=3) == []


def test_drifted_quotes_become_families_that_keep_their_address():
    one, other = make("Valley News", RELAYED), make("Hill Post", DIRECT, NOW + timedelta(hours=2))
    annotate([one, other])
    story = story_of(one, other)
    refresh_families([story.pk])
    families = {f.label: f.pk for f in QuoteFamily.objects.filter(story=story)}
    assert len(families) == 2
    kinds = dict(QuoteVariant.objects.filter(quote__article=one).values_list("text", "kind"))
    assert kinds["at a disturbing pace"] == "identical"
    refresh_families([story.pk])
    assert {f.label: f.pk for f in QuoteFamily.objects.filter(story=story)} == families


def test_a_wording_that_an_editor_took_out_stays_out():
    one, other = make("Valley News", RELAYED), make("Hill Post", DIRECT, NOW + timedelta(hours=2))
    annotate([one, other])
    story = story_of(one, other)
    refresh_families([story.pk])
    variant = QuoteVariant.objects.filter(quote__article=other).first()
    QuoteVariant.objects.filter(pk=variant.pk).update(rejected_at=NOW)
    refresh_families([story.pk])
    variant.refresh_from_db()
    assert variant.rejected_at is not None


def test_a_wording_that_an_editor_took_out_stays_out_of_the_next_version():
    one, other = make("Valley News", RELAYED), make("Hill Post", DIRECT, NOW + timedelta(hours=2))
    annotate([one, other])
    story = story_of(one, other)
    refresh_families([story.pk])
    taken, kept = QuoteVariant.objects.filter(quote__article=other)
    QuoteVariant.objects.filter(pk=taken.pk).update(rejected_at=NOW)
    more = replace(DIRECT, body=DIRECT.body + "\nThe council meets again on Friday.")
    operations.add_version(article=other, content=more, at=NOW + timedelta(hours=3))
    annotate([read(other)])
    refresh_families([story.pk])
    rejected = QuoteVariant.objects.filter(quote__article=other).order_by("pk").values_list("text", "rejected_at")
    assert sorted(rejected, key=str) == sorted([(taken.text, NOW), (kept.text, None)] * 2, key=str)


def test_a_family_goes_when_its_articles_part():
    one, other = make("Valley News", RELAYED), make("Hill Post", DIRECT, NOW + timedelta(hours=2))
    annotate([one, other])
    story = story_of(one, other)
    refresh_families([story.pk])
    Membership.objects.filter(article=other).delete()
    refresh_families([story.pk])
    assert not QuoteFamily.objects.filter(story=story).exists()


def test_a_paraphrase_gets_a_place_but_is_no_quote_in_the_export():
    plain = Content(
        headline="Nobody slept",
        body="The mayor wrote that the order was plain and that nobody in the control room slept that night at all.",
        language="en",
    )
    one, other = make("Valley News", RELAYED), make("Hill Post", plain, NOW + timedelta(hours=2))
    annotate([one, other])
    refresh_families([story_of(one, other).pk])
    assert QuoteVariant.objects.get(quote__article=other).kind == "paraphrased"
    (record,) = export_records(Article.objects.filter(pk=other.pk))
    assert record["quotes"] == []
    assert Quote.objects.filter(article=other, is_direct=False).count() == 1


def test_a_quote_in_a_headline_has_its_place_beside_those_in_the_texts():
    told = Content(headline="Wall moves “at a disturbing pace”", body="Officials said so of the eastern wall.")
    one, other = make("Valley News", RELAYED), make("Hill Post", told, NOW + timedelta(hours=2))
    annotate([one, other])
    refresh_families([story_of(one, other).pk])
    variant = QuoteVariant.objects.get(quote__article=other)
    assert (variant.quote.field, variant.kind) == ("headline", "identical")
    assert told.headline[variant.start : variant.end] == "at a disturbing pace"
    assert variant.family.variants.filter(quote__article=one, quote__field="body").exists()


def test_what_an_editor_said_of_a_source_is_carried_to_the_next_version_that_still_prints_it():
    article = make("Valley News", RELAYED)
    annotate([article])
    said = {"evidence": "According to three unnamed officials", "role": "main", "by": None, "at": NOW}
    board = rulings.add_source(article=article, name="Dam Board", kind="institution", **said)
    relay = article.attributions.get(name="Coast Today")
    said = {"name": "Coast This Day", "kind": "outlet", "role": "main", "relies_on": board.order}
    rulings.change_source(attribution=relay, by=None, at=NOW, **said)
    later = Content(headline="Dam open", source_line=RELAYED.source_line, body=RELAYED.body + " It is open.")
    operations.add_version(article=article, content=later, at=NOW + timedelta(hours=1))
    annotate([read(article)])
    hops = {hop.name: hop for hop in article.attributions.filter(version__number=2)}
    assert set(hops) >= {"Dam Board", "Coast This Day", "Northport Gazette"} and "Coast Today" not in hops
    assert hops["Coast This Day"].relies_on == hops["Dam Board"].order
    assert later.body[hops["Dam Board"].start : hops["Dam Board"].end] == "According to three unnamed officials"
    annotate([read(article)])
    assert article.attributions.filter(version__number=2).count() == len(hops)
    gone = Content(headline="Dam open", body="It is open again.", language="en")
    operations.add_version(article=article, content=gone, at=NOW + timedelta(hours=2))
    annotate([read(article)])
    assert not article.attributions.filter(version__number=3, origin="editor").exists()


def test_sources_that_would_hand_on_each_other_in_a_circle_are_refused():
    article = make("Valley News", RELAYED)
    annotate([article])
    relay, origin = article.attributions.get(name="Coast Today"), article.attributions.get(name="Northport Gazette")
    said = {"name": origin.name, "kind": "outlet", "role": "main", "relies_on": relay.order}
    with pytest.raises(rulings.HopMisplaced, match="circle"):
        rulings.change_source(attribution=origin, by=None, at=NOW, **said)


def test_a_corrected_source_can_be_given_back_as_the_machine_read_it():
    article = make("Valley News", RELAYED)
    annotate([article])
    relay = article.attributions.get(name="Coast Today")
    said = {"name": "Coast Radio", "kind": "outlet", "role": "main", "relies_on": relay.relies_on}
    rulings.change_source(attribution=read_hop(relay), by=None, at=NOW, **said)
    rulings.restore_source(attribution=read_hop(relay), by=None, at=NOW)
    standing = article.attributions.filter(rejected_at=None, order=relay.order)
    assert list(standing.values_list("name", flat=True)) == ["Coast Today"]


def read_hop(hop: Attribution) -> Attribution:
    return Attribution.objects.get(pk=hop.pk)


def test_a_report_that_is_imported_after_those_that_cite_it_takes_its_place_by_itself():
    citing = Content(headline=DIRECT.headline, body=DIRECT.body + "\n" + RELAYED.body, language="en")
    article = make("Valley News", citing)
    place_waiting(at=NOW)
    assert "Northport Gazette" in {u.name for u in provenance_of([read(article)]).unheld}
    gazette = make("Northport Gazette", Content(headline="Wall of the dam moves", body=citing.body, language="en"))
    place_waiting(at=NOW)
    members = members_in_order(None, Membership.objects.get(article=article).story, NOW + timedelta(hours=1))
    assert gazette in members
    found = provenance_of(members)
    assert "Northport Gazette" not in {u.name for u in found.unheld}
    assert article.attributions.get(name="Northport Gazette").held_article == gazette
