"""The lists that a desk works from: what runs, in which order, and how stories are found."""

from datetime import datetime, timedelta

import pytest

from archive.articles import operations
from archive.formats.base import ParsedTag
from archive.models import Membership, Story
from archive.stories import lists
from archive.text.keys import name_key

from .world import CHESS, GATES, NOW, ORCHARD, write

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def story_of(title: str, *placed: tuple[str, datetime], dated: datetime = NOW) -> Story:
    story = Story.objects.create(title=title, first_at=dated, last_at=dated, article_count=len(placed))
    for told, at in placed:
        article = write(told, "Coastal Courier", dated.replace(tzinfo=None))
        Membership.objects.create(article=article, story=story, placed_at=at)
    return story


def titles(found) -> list[str]:
    return [story.title for story in found]


def test_what_grew_most_today_runs_first_whatever_its_articles_are_dated():
    story_of("grew a little", (GATES, NOW - 2 * DAY), (GATES, NOW), dated=NOW)
    story_of("grew most", (ORCHARD, NOW), (ORCHARD, NOW), dated=NOW - 5 * DAY)
    story_of("grew yesterday", (CHESS, NOW - 2 * DAY), (CHESS, NOW - 2 * DAY), dated=NOW + DAY)
    story_of("stands still", (CHESS, NOW - 9 * DAY), (CHESS, NOW - 9 * DAY), dated=NOW)
    story_of("back issues", (CHESS, NOW), (CHESS, NOW), dated=NOW - 900 * DAY)
    running = lists.running_stories(None, at=NOW)
    assert titles(running) == ["grew most", "grew a little", "grew yesterday"]
    assert [story.grown_today for story in running] == [2, 1, 0]


def test_stories_are_found_by_tag_and_by_person_tagged_or_speaking():
    story = story_of("gates", (GATES, NOW), (GATES, NOW))
    article = story.memberships.first().article
    operations.set_tags(article=article, tags=[ParsedTag("Osei", "person"), ParsedTag("Harbors")], by=None, at=NOW)
    article.attributions.create(
        version=article.current_version, order=1, name="Ines Hale", name_key=name_key("Ines Hale"), kind="person",
        text="Ines Hale", field="body", start=0, end=9,
    )  # fmt: skip
    story_of("chess", (CHESS, NOW), (CHESS, NOW))
    for narrowed in ({"tag": "harbors"}, {"person": "osei"}, {"person": "Ines Hale"}):
        assert titles(lists.stories_shown(None, at=NOW, **narrowed)) == ["gates"]
    assert titles(lists.stories_shown(None, at=NOW, person="harbors")) == []


def test_the_newest_of_each_story_are_few_and_the_latest():
    story = story_of("gates", *[(GATES, NOW)] * 5)
    (shown,) = lists.with_newest(None, [story], at=NOW)
    assert len(shown.newest) == 3
