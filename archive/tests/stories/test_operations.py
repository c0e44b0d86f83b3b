"""What editors do to stories, and that the machine remembers it."""

import random
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from archive.models import Article, Membership, PlacementEntry, Story, StoryEdit, StoryExclusion, StoryLink, User
from archive.stories import operations
from archive.stories.assign import place_waiting
from archive.stories.mending import repair_recent
from archive.stories.queries import links_of, live_story, timeline
from archive.stories.refresh import refresh

from .world import CHESS, GATES, GATES_AGAIN, GATES_LATER, NOW, ORCHARD, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return User.objects.create_user("ines")


@pytest.fixture
def harbor():
    articles = [
        write(GATES, "Coastal Courier", datetime(2025, 3, 12, 7, 30)),
        write(GATES_AGAIN, "Harbor Gazette", datetime(2025, 3, 12, 10)),
        write(ORCHARD, "Vale Herald", datetime(2025, 3, 12, 9)),
    ]
    place_waiting(at=NOW)
    return articles


def story_of(article) -> Story:
    return Membership.objects.select_related("story").get(article=article).story


def run_again() -> None:
    PlacementEntry.objects.mark(Article.objects.values_list("pk", flat=True))
    place_waiting(at=NOW)
    repair_recent(at=NOW)


def test_an_article_put_into_a_story_stays_there_over_every_run(harbor, editor):
    gates, _, orchard = harbor
    left = story_of(orchard)
    edit = operations.join(article=orchard, story=story_of(gates), by=editor, at=NOW)
    run_again()
    assert story_of(orchard) == story_of(gates)
    assert Membership.objects.get(article=orchard).origin == "editor"
    assert live_story(left.pk) == story_of(gates)
    operations.undo(edit=edit, by=editor, at=NOW)
    assert story_of(orchard) == left and live_story(left.pk) == left


def test_not_this_story_holds_over_every_run(harbor, editor):
    gates, again, _ = harbor
    edit = operations.remove(article=again, by=editor, at=NOW)
    run_again()
    assert story_of(again) != story_of(gates)
    operations.undo(edit=edit, by=editor, at=NOW)
    assert story_of(again) == story_of(gates) and not StoryExclusion.objects.exists()


def test_an_article_alone_in_its_story_can_not_be_taken_out_of_it(harbor, editor):
    with pytest.raises(operations.StoryError, match="all there is"):
        operations.remove(article=harbor[2], by=editor, at=NOW)


def test_a_merged_storys_address_leads_on_and_the_articles_stay_together(harbor, editor):
    gates, _, orchard = harbor
    old, into = story_of(orchard), story_of(gates)
    edit = operations.merge(story=old, into=into, by=editor, at=NOW)
    run_again()
    assert live_story(old.pk) == into and story_of(orchard) == into
    assert Story.objects.get(pk=into.pk).article_count == 3
    operations.undo(edit=edit, by=editor, at=NOW)
    assert live_story(old.pk) == old == story_of(orchard)


def test_what_was_split_stays_apart(harbor, editor):
    gates, again, _ = harbor
    old = story_of(gates)
    new, edit = operations.split(story=old, articles=[again], title="Hinges", by=editor, at=NOW)
    run_again()
    assert story_of(again) == new and story_of(gates) == old and new.title == "Hinges"
    operations.undo(edit=edit, by=editor, at=NOW)
    assert story_of(again) == old and live_story(new.pk) == old


def test_a_split_that_would_leave_nothing_is_refused(harbor, editor):
    with pytest.raises(operations.StoryError, match="not all"):
        operations.split(story=story_of(harbor[0]), articles=harbor[:2], by=editor, at=NOW)


def test_a_name_an_editor_gave_stays_until_it_is_taken_back(harbor, editor):
    story = story_of(harbor[0])
    edit = operations.rename(story=story, title="  The Lindholm   barrier ", by=editor, at=NOW)
    run_again()
    story.refresh_from_db()
    assert story.title == "The Lindholm barrier"
    operations.undo(edit=edit, by=editor, at=NOW)
    story.refresh_from_db()
    assert story.title == GATES[0] and not story.title_is_pinned


def test_a_tie_that_was_decided_on_can_be_given_back_to_the_machine(harbor, editor):
    gates, _, orchard = harbor
    link = StoryLink.objects.create(earlier=story_of(gates), later=story_of(orchard), score=2.5)
    first = operations.decide_link(link=link, accept=True, story=story_of(gates), by=editor, at=NOW)
    second = operations.decide_link(link=link, accept=False, story=story_of(gates), by=editor, at=NOW)
    assert links_of(story_of(gates)) == []
    with pytest.raises(operations.UndoConflict, match="decided on again"):
        operations.undo(edit=first, by=editor, at=NOW)
    for edit in (second, first):
        operations.undo(edit=edit, by=editor, at=NOW)
    assert links_of(story_of(orchard))[0].story == story_of(gates)
    assert StoryLink.objects.get().state == StoryLink.State.PROPOSED


def test_a_part_that_an_editor_named_stays_over_every_run_until_it_is_undone(editor):
    first = write(GATES, "Coastal Courier", datetime(2025, 3, 12, 7, 30))
    copy = write(GATES, "Harbor Gazette", datetime(2025, 3, 12, 9))
    place_waiting(at=NOW)
    held = Membership.objects.get(article=copy)
    assert (held.role, held.copy_of_id) == ("near_copy", first.pk)
    edit = operations.set_role(article=copy, role="report", by=editor, at=NOW)
    run_again()
    held.refresh_from_db()
    assert (held.role, held.copy_of_id) == ("report", None)
    with pytest.raises(operations.StoryError, match="follows from the dates"):
        operations.set_role(article=copy, role="earliest_held", by=editor, at=NOW)
    operations.undo(edit=edit, by=editor, at=NOW)
    held.refresh_from_db()
    assert (held.role, held.copy_of_id, held.role_is_pinned) == ("near_copy", first.pk, False)


def test_an_edit_can_not_be_undone_twice_nor_under_a_later_one(harbor, editor):
    gates, _, orchard = harbor
    first = operations.join(article=orchard, story=story_of(gates), by=editor, at=NOW)
    second = operations.remove(article=orchard, by=editor, at=NOW)
    with pytest.raises(operations.UndoConflict, match="later edits first"):
        operations.undo(edit=first, by=editor, at=NOW)
    operations.undo(edit=second, by=editor, at=NOW)
    operations.undo(edit=first, by=editor, at=NOW)
    with pytest.raises(operations.UndoConflict, match="already"):
        operations.undo(edit=first, by=editor, at=NOW)


def test_an_exclusion_holds_for_the_story_that_the_story_was_merged_into(harbor, editor):
    gates, again, orchard = harbor
    operations.remove(article=again, by=editor, at=NOW)
    old = story_of(gates)
    operations.merge(story=old, into=story_of(orchard), by=editor, at=NOW)
    run_again()
    assert story_of(again) != live_story(old.pk)


def test_a_story_emptied_into_one_that_had_led_to_it_leads_there_and_is_no_orphan(harbor, editor):
    low, high = sorted((story_of(harbor[0]), story_of(harbor[2])), key=lambda story: story.pk)
    operations.merge(story=high, into=low, by=editor, at=NOW)
    Membership.objects.filter(story=low).update(story=high)
    refresh([low.pk, high.pk], at=NOW, leads_to={low.pk: high.pk})
    assert Story.objects.get(pk=low.pk).merged_into_id == high.pk
    assert Story.objects.get(pk=high.pk).merged_into_id is None


def assert_whole(articles: list[Article]) -> None:
    """Every article stands in one live story, every story has members or leads to one that has."""
    members = Counter(Membership.objects.values_list("story", flat=True))
    assert members.total() == len(articles)
    leads_to = dict(Story.objects.values_list("pk", "merged_into"))
    for story, count in Story.objects.values_list("pk", "article_count"):
        assert members[story] == count
        assert (count > 0) == (leads_to[story] is None), f"story {story}"
        end = story
        while leads_to[end] is not None:
            end = leads_to[end]
        assert members[end]


def pictures() -> dict[int, list]:
    found = {}
    for story in Story.objects.filter(merged_into=None):
        course = timeline(None, story, at=NOW)
        found[story.pk] = [
            (item.article.pk, item.role, item.membership.copy_of_id, item.day, story.title) for item in course.items
        ]
    return found


def test_a_thousand_edits_and_undos_lose_no_article_and_leave_no_orphan(editor):
    """The timeline after them is the one that deriving everything anew from the memberships gives."""
    texts = [GATES, GATES_AGAIN, GATES_LATER, ORCHARD, CHESS]
    articles = [
        write(texts[i % 5], f"Outlet {i % 4}", datetime(2025, 3, 1, 8) + timedelta(days=i % 9) if i % 7 else None)
        for i in range(9)
    ]
    place_waiting(at=NOW)
    dice = random.Random(7)
    refused = 0
    for _ in range(1000):
        article = dice.choice(articles)
        numbers = list(Story.objects.order_by("pk").values_list("pk", flat=True))
        story, other = (Story.objects.get(pk=dice.choice(numbers)) for _ in range(2))
        what = dice.choice(["join", "join", "remove", "merge", "split", "rename", "pin", "undo", "undo", "undo"])
        try:
            if what == "join":
                operations.join(article=article, story=story, by=editor, at=NOW)
            elif what == "remove":
                operations.remove(article=article, by=editor, at=NOW)
            elif what == "merge":
                operations.merge(story=story, into=other, by=editor, at=NOW)
            elif what == "split":
                members = [row.article for row in Membership.objects.filter(story=live_story(story.pk))]
                chosen = dice.sample(members, dice.randint(0, len(members)))
                operations.split(story=story, articles=chosen, by=editor, at=NOW)
            elif what == "rename":
                operations.rename(story=story, title=dice.choice(["Barrier", "Frost", ""]), by=editor, at=NOW)
            elif what == "pin":
                operations.pin(article=article, pinned=dice.random() < 0.5, by=editor, at=NOW)
            else:
                edits = StoryEdit.objects.filter(undone_at=None).order_by("-pk")[:3]
                if edits:
                    operations.undo(edit=dice.choice(list(edits)), by=editor, at=NOW)
        except operations.StoryError:
            refused += 1
    assert refused < 700
    assert_whole(articles)
    before = pictures()
    refresh([story.pk for story in Story.objects.filter(merged_into=None)], at=NOW)
    assert pictures() == before
    for edit in StoryEdit.objects.filter(undone_at=None).order_by("-pk"):
        with suppress(operations.UndoConflict):
            operations.undo(edit=edit, by=editor, at=NOW)
    assert_whole(articles)
