"""The health page says what waits, since when, and what to do about it."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from archive import clock
from archive.indexing import state
from archive.indexing.drain import settle
from archive.models import IndexEntry, PlacementEntry
from archive.search import IndexMissing
from archive.tests.web.world import article, person

pytestmark = pytest.mark.django_db


def test_a_new_article_waits_and_is_late_after_two_minutes():
    article("gazette", "Harbor Gazette", "The pier closes", "On Monday.")
    now = clock.now()
    index, stories = state.backlogs(at=now)
    assert (index.waiting, index.late, index.last_done_at) == (1, False, None)
    assert state.backlog(IndexEntry, at=now + timedelta(minutes=3)).late
    assert stories.waiting == 1


def test_what_was_carried_out_waits_no_more_and_a_failure_names_its_error():
    one = article("gazette", "Harbor Gazette", "The pier closes", "On Monday.")
    now = clock.now()
    IndexEntry.objects.filter(article=one).update(attempts=2, last_error="no space left")
    assert (state.backlog(IndexEntry, at=now).failed, state.backlog(IndexEntry, at=now).last_error) == (
        1,
        "no space left",
    )
    PlacementEntry.objects.filter(article=one).update(done=1, done_at=now)
    done = state.backlog(PlacementEntry, at=now)
    assert (done.waiting, done.oldest_at, done.late, done.last_done_at) == (0, None, False, now)


def test_an_index_that_is_not_there_is_described_and_the_page_still_answers(settings, tmp_path):
    settings.INDEX_DIR = Path(tmp_path) / "nowhere"
    assert state.index_state().broken
    client = Client()
    client.force_login(person("reader"))
    answer = client.get(reverse("health_page"))
    assert answer.status_code == 200 and "check_index --fix" in answer.content.decode()


def state_of_nothing():
    raise IndexMissing("There is no index yet.")


def test_past_its_size_the_page_names_the_command_that_switches_the_engine(settings, monkeypatch):
    monkeypatch.setattr(state, "WHOOSH_CARRIES", 1)
    article("gazette", "Harbor Gazette", "The pier closes", "On Monday.")
    assert not state.index_state().outgrown
    article("radio", "Radio Estuary", "The pier opens", "On Tuesday.")
    assert state.index_state().outgrown
    client = Client()
    client.force_login(person("reader"))
    assert "manage.py rebuild_index --engine tantivy" in client.get(reverse("health_page")).content.decode()
    monkeypatch.setattr(state, "search_engine", state_of_nothing)
    settings.SEARCH_ENGINE = "tantivy"
    assert not state.index_state().outgrown


@pytest.mark.django_db(transaction=True)
def test_the_page_shows_backlog_oldest_last_drain_generation_and_size_against_live_size():
    article("gazette", "Harbor Gazette", "The pier closes", "On Monday.")
    settle()
    article("radio", "Radio Estuary", "The pier opens", "On Tuesday.")
    client = Client()
    client.force_login(person("reader"))
    seen = client.get(reverse("health_page"))
    index, backlog = seen.context["index"], seen.context["index_backlog"]
    assert (index.broken, index.versions, backlog.waiting) == ("", 1, 1)
    assert index.size_bytes >= index.live_bytes > 0 and backlog.oldest_at and backlog.last_done_at
    shown = seen.content.decode()
    assert index.generation in shown and "% of it live" in shown and "On the way into the index" in shown
