"""Placement on the real database: what waits is placed, repaired by night, and shown."""

import json
from datetime import date, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from archive.articles.content import Content
from archive.articles.erasure import Erasure, erase
from archive.articles.operations import add_version
from archive.models import (
    Membership,
    PlacementEntry,
    Posting,
    QuoteFamily,
    Story,
    StoryLink,
    StorySuggestion,
    TermCount,
    TermVector,
)
from archive.stories import lookup
from archive.stories.assign import place_waiting
from archive.stories.mending import repair_recent
from archive.stories.queries import links_of
from archive.stories.refresh import refresh

from .world import CHESS, GATES, GATES_AGAIN, GATES_LATER, NOW, ORCHARD, write

pytestmark = pytest.mark.django_db


def story_of(article) -> int:
    return Membership.objects.get(article=article).story_id


def lines_of(command: str, *arguments, **options) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def harbor():
    articles = [
        write(GATES, "Coastal Courier", datetime(2025, 3, 12, 7, 30)),
        write(GATES_AGAIN, "Harbor Gazette", datetime(2025, 3, 12, 10)),
        write(ORCHARD, "Vale Herald", datetime(2025, 3, 12, 9)),
        write(CHESS, "Vale Herald", datetime(2025, 3, 13, 9)),
    ]
    place_waiting(at=NOW)
    return articles


def test_reports_of_one_event_stand_in_one_story_and_others_in_their_own(harbor):
    gates, again, orchard, chess = harbor
    assert story_of(gates) == story_of(again)
    assert len({story_of(gates), story_of(orchard), story_of(chess)}) == 3
    story = Story.objects.get(pk=story_of(gates))
    assert (story.article_count, story.outlet_count, story.title) == (2, 2, GATES[0])


def test_a_membership_says_why_in_words(harbor):
    reasons = Membership.objects.get(article=harbor[1]).reasons
    assert reasons[0].startswith("shares: ") and "Lindholm" in reasons[0] and "barrier" in reasons[0]
    assert "same day" in reasons and any("Coastal Courier" in reason for reason in reasons)


def test_placing_again_changes_nothing(harbor):
    before = list(Membership.objects.order_by("pk").values())
    counts = dict(TermCount.objects.values_list("term", "articles"))
    PlacementEntry.objects.mark([article.pk for article in harbor])
    place_waiting(at=NOW)
    assert list(Membership.objects.order_by("pk").values()) == before
    assert dict(TermCount.objects.values_list("term", "articles")) == counts
    assert not PlacementEntry.objects.waiting().exists()


@pytest.mark.parametrize("words", ["Haddad", ""])
def test_no_count_keeps_a_word_that_only_an_erased_text_had(harbor, words):
    with transaction.atomic():
        erase(Erasure(harbor[3].pk, 1, words), at=NOW)
    counted = dict(TermCount.objects.values_list("term", "articles"))
    assert not {"haddad", "=haddad", "=noor haddad"} & counted.keys()
    assert ("wolski" in counted) == bool(words), "what is not erased is still counted"
    assert counted["barrier"] == 2 and counted[""] == 4, "the words of others stay"
    place_waiting(at=NOW)
    assert dict(TermCount.objects.values_list("term", "articles")) == counted, "nothing is taken back twice"


def test_a_new_version_replaces_the_terms_of_the_old_one(harbor):
    add_version(article=harbor[3], content=Content(headline="Zugzwang", body="Zugzwang won.", language="en"), at=NOW)
    place_waiting(at=NOW)
    assert TermCount.objects.get(term="zugzwang").articles == 1
    assert not TermCount.objects.filter(term="knight").exists()
    assert set(Posting.objects.filter(article=harbor[3]).values_list("term", flat=True)) <= {
        "zugzwang",
        "won",
        "=zugzwang",
    }
    assert TermVector.objects.get(article=harbor[3]).version.number == 2


def test_a_text_that_fails_is_put_aside_and_holds_up_none(harbor, monkeypatch):
    bad = write(GATES_LATER, "Coastal Courier", datetime(2025, 3, 15))
    good = write(("Ferry strike ends", "The ferry crews of Skagen returned to work."), "Vale Herald")
    from archive.stories import vectors

    counts_of = vectors.counts_of

    def refuse(version):
        if version.article_id == bad.pk:
            raise ValueError("no terms today")
        return counts_of(version)

    monkeypatch.setattr(vectors, "counts_of", refuse)
    report = place_waiting(at=NOW)
    assert report.failed > 0 and Membership.objects.filter(article=good).exists()
    assert "no terms today" in PlacementEntry.objects.get(article=bad).last_error
    monkeypatch.undo()
    PlacementEntry.objects.mark([bad.pk])
    place_waiting(at=NOW)
    assert story_of(bad) == story_of(harbor[0])


def test_the_repair_pass_brings_together_what_came_apart_and_old_addresses_lead_on(harbor):
    gates, again = harbor[:2]
    alone = Story.objects.create(title="Alone")
    Membership.objects.filter(article=again).update(story=alone)
    report = repair_recent(at=NOW)
    assert report.moved == 1 and story_of(gates) == story_of(again)
    alone.refresh_from_db()
    assert alone.merged_into_id == story_of(gates)


def test_a_dry_run_says_what_the_repair_would_move_and_moves_nothing(harbor):
    alone = Story.objects.create(title="Alone")
    Membership.objects.filter(article=harbor[1]).update(story=alone)
    said = json.loads(lines_of("assign_stories", dry_run=True, json=True))
    assert said["moved"] == 1 and story_of(harbor[1]) == alone.pk


def test_the_repair_pass_leaves_what_an_editor_pinned(harbor):
    alone = Story.objects.create(title="Alone")
    Membership.objects.filter(article=harbor[0]).update(pinned=True)
    Membership.objects.filter(article=harbor[1]).update(story=alone, pinned=True)
    assert repair_recent(at=NOW).moved == 0


def test_a_wide_pass_also_joins_what_the_last_weeks_do_not_reach(harbor):
    alone = Story.objects.create(title="Alone")
    Membership.objects.filter(article=harbor[1]).update(story=alone)
    write(CHESS, "Vale Herald", datetime(2025, 8, 1))
    place_waiting(at=NOW)
    assert repair_recent(at=NOW).moved == 0
    assert repair_recent(at=NOW, is_wide=True).moved == 1
    assert story_of(harbor[1]) == story_of(harbor[0])


def test_the_days_that_an_article_tells_of_are_filed_with_its_terms(harbor):
    told = write(
        (ORCHARD[0], ORCHARD[1] + "\nThe frost came on Monday, as on 3 April 2021."), at=datetime(2025, 5, 1, 9)
    )
    place_waiting(at=NOW)
    entry = lookup.entries([told.pk])[told.pk]
    assert {date.fromordinal(day) for day in entry.told} == {date(2025, 4, 28), date(2021, 4, 3)}
    assert "@" not in entry.vector and len(entry.vector) > 20


def test_a_late_follow_up_is_offered_and_not_joined(harbor):
    late = write(GATES_LATER, "Coastal Courier", datetime(2025, 6, 1))
    place_waiting(at=NOW)
    assert story_of(late) != story_of(harbor[0])
    assert StorySuggestion.objects.get(article=late, rank=1).story_id == story_of(harbor[0])


def test_by_night_a_proposed_earlier_part_becomes_one_story_unless_an_editor_decided_otherwise(harbor):
    late = write(GATES_LATER, "Coastal Courier", datetime(2025, 6, 1))
    place_waiting(at=NOW)
    gates, alone = story_of(harbor[0]), story_of(late)
    # As an archive of thousands would have filed them: next to no other article names Brandt.
    for row in TermVector.objects.filter(article__in=[harbor[0], harbor[1], late]):
        row.vector = json.dumps(json.loads(row.vector) | {"+brandt": 0.24})
        row.save(update_fields=["vector"])
    link, _ = StoryLink.objects.update_or_create(earlier_id=gates, later_id=alone, defaults={"state": "rejected"})
    assert repair_recent(at=NOW).moved == 0
    StoryLink.objects.filter(pk=link.pk).update(state="proposed")
    assert repair_recent(at=NOW).moved == 1
    assert story_of(late) == gates and Story.objects.get(pk=alone).merged_into_id == gates
    assert links_of(Story.objects.get(pk=gates)) == []


def test_an_undated_rewrite_is_placed_and_its_place_is_explained(harbor):
    undated = write((GATES[0], GATES[1] + "\nThe inspection took place on 11 March 2025."), "Eskdale Echo")
    place_waiting(at=NOW)
    undated.refresh_from_db()
    assert story_of(undated) == story_of(harbor[0])
    assert undated.published_at is None and undated.not_before.date().isoformat() == "2025-03-11"
    assert undated.not_before_reason == "speaks of 11 Mar 2025"


def test_the_evidence_for_an_undated_article_also_orders_the_wordings_of_a_quote(harbor):
    said = "\n“{} before the spring tide comes in again,” {}."
    dated = (GATES_LATER[0], GATES_LATER[1] + said.format("No hinge will be left unreplaced", "Marta Osei said"))
    write(dated, "Harbor Gazette", datetime(2025, 3, 14, 9))
    told = (
        said.format("Not one hinge will be left unreplaced", "she said")
        + "\nThe inspection took place on 11 March 2025."
    )
    write((GATES[0], GATES[1] + told), "Eskdale Echo")
    place_waiting(at=NOW)

    def wordings():
        return list(QuoteFamily.objects.values_list("speaker", "variants__text", "variants__kind").order_by("variants"))

    found = wordings()
    assert len(found) == 2 and {speaker for speaker, _, _ in found} == {"she"}, "the undated one is the earlier"
    refresh([story_of(harbor[0])], at=NOW)
    assert wordings() == found


def test_show_story_prints_the_timeline_on_one_line(harbor):
    write(GATES_LATER, "Coastal Courier", datetime(2025, 3, 15, 8))
    place_waiting(at=NOW)
    text = lines_of("show_story", story_of(harbor[0]), json=True)
    record = json.loads(text)
    assert text.count("\n") == 1
    assert [row["role"] for row in record["articles"]] == ["earliest_held", "report", "follow_up"]
    assert record["articles"][0]["published_at"] == "2025-03-12T07:30:00"
    assert record["articles"][1]["outlet"] == "harbor-gazette"


def test_assign_stories_places_what_waits_or_everything_again_and_says_so(harbor):
    write(GATES_LATER, "Coastal Courier", datetime(2025, 3, 15, 8))
    said = json.loads(lines_of("assign_stories", json=True))
    assert (said["placed"], said["joined"], said["failed"], said["moved"]) == (1, 1, 0, 0)
    before = list(Membership.objects.order_by("article").values_list("article", "story"))
    assert json.loads(lines_of("assign_stories", all=True, json=True))["placed"] == 5
    assert list(Membership.objects.order_by("article").values_list("article", "story")) == before
    assert lines_of("assign_stories").startswith("0 placed")


def test_related_prints_the_nearest_first(harbor):
    record = json.loads(lines_of("related", harbor[0].pk, json=True, limit=1))
    assert [row["article"] for row in record["related"]] == [harbor[1].pk]
    assert record["related"][0]["same_story"] is True


def placed_as() -> list[tuple]:
    """Everything that placement wrote, with stories named by their earliest member."""
    named = {
        story: article for article, story in Membership.objects.order_by("-article").values_list("article", "story")
    }
    rows = Membership.objects.order_by("article").values_list("article", "story", "role", "score", "reasons")
    offers = StorySuggestion.objects.order_by("article", "rank").values_list("article", "story", "rank", "score")
    vectors = TermVector.objects.order_by("article").values_list("article", "vector", "weighed_among")
    return [
        [(article, named[story], *rest) for article, story, *rest in rows],
        [(article, named[story], *rest) for article, story, *rest in offers],
        list(vectors),
        list(Posting.objects.order_by("term", "article").values_list("term", "day", "article", "weight")),
        list(TermCount.objects.order_by("term").values_list("term", "articles")),
        list(Story.objects.order_by("title").values_list("title", "article_count", "first_at", "last_at")),
    ]


def test_a_batch_comes_out_as_its_articles_would_one_by_one():
    told = [GATES, CHESS, GATES_AGAIN, ORCHARD, GATES_LATER, GATES, CHESS]
    articles = [write(text, f"Outlet {n}", datetime(2025, 3, 10 + n, 8)) for n, text in enumerate(told)]
    place_waiting(at=NOW)
    in_one_batch = placed_as()
    for model in (Membership, StorySuggestion, StoryLink, QuoteFamily, Story, TermVector, TermCount, Posting):
        model.objects.all().delete()
    for article in articles:
        PlacementEntry.objects.mark([article.pk])
        place_waiting(at=NOW)
    assert placed_as() == in_one_batch
    assert Story.objects.get(title=GATES[0]).article_count == 4


def test_placing_many_takes_hardly_more_statements_than_placing_one(django_assert_max_num_queries):
    write(GATES, "Coastal Courier", datetime(2025, 3, 12))
    with django_assert_max_num_queries(40):
        place_waiting(at=NOW)
    for number in range(12):
        write((GATES_AGAIN, ORCHARD, CHESS)[number % 3], f"Outlet {number}", datetime(2025, 3, 12))
    with django_assert_max_num_queries(60):
        place_waiting(at=NOW)
