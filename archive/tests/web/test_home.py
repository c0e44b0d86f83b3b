"""The first page: the stories that gain outlets today on top, the reader's alerts, and the way into practice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from archive import clock
from archive.articles import browse
from archive.models import Alert, Membership, SavedSearch, Story
from archive.stories import lists

from .world import World, article, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def seen_by(world: World, role: str) -> str:
    client = Client()
    client.force_login(world.people[role])
    return client.get(reverse("home")).content.decode()


def test_stories_that_gain_outlets_today_come_first_and_say_by_how_many(world):
    at, yesterday = clock.now(), clock.now() - timedelta(days=1, hours=1)
    Membership.objects.update(placed_at=yesterday)
    quiet = Story.objects.create(title="The tide table", article_count=2, outlet_count=2, last_at=at)
    for outlet in ("Harbor Gazette", "Radio Estuary"):
        held = article(f"tide-{outlet}", outlet, "High water at noon", f"High water at noon, says {outlet}.")
        Membership.objects.create(article=held, story=quiet, role="report", placed_at=yesterday)
    again = article("tide-again", "Radio Estuary", "High water at one", "High water is at one after all.")
    Membership.objects.create(article=again, story=quiet, role="report", placed_at=at)
    # An outlet that was there before is no gain, however much it adds.
    assert lists.outlets_gained(world.people["reader"], [quiet, world.story], at=at) == {}
    assert "1 new today" in seen_by(world, "reader") and "outlet today" not in seen_by(world, "reader")
    Membership.objects.create(article=world.articles["arabic"], story=world.story, role="report", placed_at=at)
    # Nor is what a reader may not see.
    Membership.objects.create(article=world.articles["withheld"], story=world.story, role="report", placed_at=at)
    assert lists.outlets_gained(world.people["reader"], [quiet, world.story], at=at) == {world.story.pk: 1}
    assert lists.outlets_gained(world.people["archivist"], [quiet, world.story], at=at) == {world.story.pk: 2}


def test_alerts_stand_on_the_first_page_and_count_in_the_masthead(world):
    reader = world.people["reader"]
    assert "A saved search can tell you what comes in." in seen_by(world, "reader")
    search = SavedSearch.objects.create(owner=reader, name="My pier", query="pier", watched_since=clock.now())
    held = world.articles["gazette"]
    Alert.objects.create(
        search=search, article=held, version=held.current_version, event="changed", created_at=clock.now()
    )
    page = seen_by(world, "reader")
    assert "My pier: new version, still matches" in page
    assert "new alerts" in page and "My pier" not in seen_by(world, "editor")


def test_the_masthead_asks_for_its_bell_alone(world):
    client = Client()
    client.force_login(world.people["reader"])
    part = client.get(reverse("alerts"), headers={"X-Part": "1"}).content.decode()
    assert 'id="bell"' in part and "<html" not in part


def test_what_would_take_long_to_count_is_told_roughly(world, monkeypatch):
    exact = browse.holdings(world.people["reader"])
    assert {amount.known for amount in exact.values()} == {"exactly"} and exact["articles"].count > 1
    monkeypatch.setattr(browse, "COUNTED", 1)
    assert browse.holdings(world.people["reader"])["articles"] == browse.Amount(1, "over")
    assert "over 1" in seen_by(world, "reader")
    assert browse.amount(2, 50_083.0) == browse.Amount(50_000, "about")


def test_the_practice_archive_says_so_on_every_page(world, settings):
    said = f'<a class="badge badge--caution" href="{reverse("learn")}">practice</a>'
    assert said not in seen_by(world, "reader")
    settings.PRACTICE = True
    assert said in seen_by(world, "reader")


def test_the_files_of_the_guided_tasks_can_be_taken(world):
    client = Client()
    client.force_login(world.people["reader"])
    answer = client.get(reverse("learn_files"))
    assert answer.content[:2] == b"PK" and "lindholm.zip" in answer["Content-Disposition"]


def test_every_article_bears_its_ribbon_and_marks_silent_changes(world):
    client = Client()
    client.force_login(world.people["reader"])
    once = client.get(world.articles["wire"].get_absolute_url()).content.decode()
    assert 'class="ribbon"' in once
    twice = client.get(world.articles["gazette"].get_absolute_url()).content.decode()
    assert twice.count('class="is-original"') == 1 and twice.count('class="is-correction') == 1


def test_a_story_and_a_tag_show_who_covered_how_much(world):
    client = Client()
    client.force_login(world.people["reader"])
    for address in (world.story.get_absolute_url(), world.articles["gazette"].tags.first().get_absolute_url()):
        assert "Who covered how much" in client.get(address).content.decode(), address
