"""Saved searches that watch: once a version, what starts and stops, only what their owner may see, and nothing lost."""

import json
import threading
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from shutil import rmtree
from time import monotonic, sleep

import pytest
from django.core import mail

from archive import clock
from archive.alerts import delivery, operations
from archive.alerts.matching import Matched, event_of, match_waiting
from archive.alerts.queries import alerts_of, count_new
from archive.articles.content import Content
from archive.articles.operations import add_version
from archive.indexing import drain as draining
from archive.indexing import rebuild as rebuilding
from archive.indexing.drain import settle
from archive.models import (
    Alert,
    AlertEntry,
    Article,
    ArticleTag,
    IndexEntry,
    Membership,
    SavedSearch,
    Story,
    Tag,
    User,
)

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = Content(headline="Barrier gates were cracked", body="Nobody knew.", language="en")


@pytest.fixture
def owner():
    return User.objects.create_user("owner", email="owner@desk.example")


def watch(owner, query="gates", often="at_once", **more):
    search = SavedSearch(name="Gates", query=query, often=often, **more)
    return operations.save_search(search=search, owner=owner, at=clock.now())


def events(search):
    return list(search.alerts.order_by("pk").values_list("event", flat=True))


def carry():
    settle()
    match_waiting(clock.now())


@pytest.mark.parametrize(
    ("matched", "event"),
    [
        (Matched(1, True, False), "new"),
        (Matched(1, False, False), None),
        (Matched(2, True, True), "changed"),
        (Matched(2, True, False), "starts"),
        (Matched(3, False, True), "stops"),
        (Matched(3, False, False), None),
    ],
)
def test_what_there_is_to_say_about_a_version(matched, event):
    assert event_of(matched) == event


def test_a_new_article_is_told_once_and_what_was_there_before_is_not(owner, write):
    write("Old gates")
    carry()
    search = watch(owner)
    article = write("New gates")
    write("Nothing of it", body="Elsewhere.")
    carry()
    assert [(a.article_id, a.event) for a in search.alerts.all()] == [(article.pk, "new")]
    IndexEntry.objects.mark(Article.objects.values_list("pk", flat=True))
    carry()
    assert events(search) == ["new"]


def test_a_new_version_that_starts_changes_or_stops_is_told(owner, write):
    search = watch(owner, "cracked")
    article = write("Barrier gates", body="All is well.")
    carry()
    for headline in ("Gates cracked", "Gates badly cracked", "Gates mended"):
        add_version(article=article, content=replace(TEXT, headline=headline), at=clock.now())
        carry()
    assert events(search) == ["starts", "changed", "stops"]


def test_a_tag_that_comes_or_goes_is_told_once_a_version_also_of_an_article_from_before(owner, write):
    tagged, plain = write("Gates held", tags=[("floods", "topic")]), write("Ferry sails")
    settle()
    search = watch(owner, "tag:floods")
    carry()
    assert events(search) == []
    ArticleTag.objects.filter(article=tagged).update(removed_at=clock.now())
    ArticleTag.objects.create(article=plain, tag=Tag.objects.get(name="floods"), position=0)
    IndexEntry.objects.mark([tagged.pk, plain.pk])
    carry()
    assert {(a.article_id, a.event) for a in search.alerts.all()} == {(tagged.pk, "stops"), (plain.pk, "starts")}
    ArticleTag.objects.filter(article=plain).update(removed_at=clock.now())
    IndexEntry.objects.mark([plain.pk])
    carry()
    assert search.alerts.count() == 2


def test_a_story_that_an_article_joins_is_told_with_the_version_it_has(owner, write):
    article = write("Gates held")
    story = Story.objects.create(title="Gates")
    settle()
    search = watch(owner, f"story:{story.pk}")
    Membership.objects.create(article=article, story=story, role=Membership.Role.EARLIEST_HELD, placed_at=clock.now())
    IndexEntry.objects.mark([article.pk])
    carry()
    assert [(a.version_id, a.event) for a in search.alerts.all()] == [(article.current_version_id, "starts")]


def test_what_matched_before_is_remembered_over_a_drainer_that_dies_after_the_index_was_written(
    owner, write, monkeypatch
):
    article = write("Gates held")
    settle()
    search = watch(owner, "tag:floods")
    ArticleTag.objects.create(article=article, tag=Tag.objects.create(name="floods", kind="topic"), position=0)
    IndexEntry.objects.mark([article.pk])

    def die(seen):
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(draining, "_settle", die)
        with pytest.raises(KeyboardInterrupt):
            settle()
    match_waiting(clock.now())
    assert events(search) == [] and AlertEntry.objects.waiting().count() == 1
    carry()
    assert events(search) == ["starts"]


@pytest.mark.parametrize("at", ["before", "while it reads"])
def test_a_change_that_falls_into_a_rebuild_of_the_index_is_told(owner, write, monkeypatch, at):
    tagged, plain = write("Gates held", tags=[("floods", "topic")]), write("Ferry sails")
    carry()
    search = watch(owner, "tag:floods")
    real, changed = rebuilding.article_documents, []

    def change(ids, now):
        if not changed:
            changed.append(ArticleTag.objects.filter(article=tagged).update(removed_at=clock.now()))
            ArticleTag.objects.create(article=plain, tag=Tag.objects.get(name="floods"), position=0)
            IndexEntry.objects.mark([tagged.pk, plain.pk])
        return real(ids, now)

    if at == "before":
        change([], clock.now())
    monkeypatch.setattr(rebuilding, "article_documents", change)
    rebuilding.rebuild()
    match_waiting(clock.now())
    assert {(a.article_id, a.event) for a in search.alerts.all()} == {(tagged.pk, "stops"), (plain.pk, "starts")}
    rebuilding.rebuild()
    carry()
    assert search.alerts.count() == 2


def test_an_index_that_is_lost_takes_its_memory_along_and_holds_up_nobody(owner, write, settings):
    article = write("Gates held")
    carry()
    search = watch(owner, "tag:floods")
    ArticleTag.objects.create(article=article, tag=Tag.objects.create(name="floods", kind="topic"), position=0)
    IndexEntry.objects.mark([article.pk])
    rmtree(settings.INDEX_DIR)
    carry()
    assert events(search) == [] and not AlertEntry.objects.waiting().exists()


def test_a_search_that_was_saved_after_a_change_is_not_told_of_it(owner, write):
    article = write("Gates held")
    settle()
    watch(owner, "gates")
    ArticleTag.objects.create(article=article, tag=Tag.objects.create(name="floods", kind="topic"), position=0)
    IndexEntry.objects.mark([article.pk])
    settle()
    late = watch(owner, "tag:floods")
    match_waiting(clock.now())
    assert events(late) == []


def test_what_the_owner_may_not_see_is_neither_told_nor_listed_nor_sent(owner, write):
    search = watch(owner, by_mail=True)
    hidden = write("Secret gates")
    Article.objects.filter(pk=hidden.pk).update(status="withheld")
    carry()
    assert events(search) == []
    shown = write("Plain gates")
    carry()
    assert count_new(owner, clock.now()) == 1
    Article.objects.filter(pk=shown.pk).update(status="canceled")
    assert list(alerts_of(owner, clock.now())) == [] and count_new(owner, clock.now()) == 0
    delivery.send_due(clock.now())
    assert mail.outbox == []


def test_mail_goes_out_at_once_or_once_a_day(owner, write):
    at_once, daily = watch(owner, by_mail=True), watch(owner, by_mail=True, often="daily")
    write("First gates")
    carry()
    now = clock.now()
    assert delivery.send_due(now) == 2 and len(mail.outbox) == 2
    assert "First gates" in mail.outbox[0].body and "/articles/" in mail.outbox[0].body
    assert delivery.send_due(now) == 0
    write("Second gates")
    write("Third gates")
    carry()
    assert delivery.send_due(now + timedelta(hours=1)) == 1 and at_once.alerts.filter(sent_at=None).count() == 0
    assert delivery.send_due(now + timedelta(hours=25)) == 1
    assert "Second gates" in mail.outbox[-1].body and "Third gates" in mail.outbox[-1].body
    assert daily.alerts.filter(sent_at=None).count() == 0


def test_a_weekly_search_speaks_once_in_seven_days(owner, write):
    watch(owner, by_mail=True, often="weekly")
    now = clock.now()
    for days, sent in ((0, 1), (6, 0), (7, 1)):
        write(f"Gates after {days} days")
        carry()
        assert delivery.send_due(now + timedelta(days=days)) == sent
    assert "after 6 days" in mail.outbox[-1].body and "after 7 days" in mail.outbox[-1].body


def test_a_webhook_gets_json_and_a_failure_is_tried_again(owner, write, settings):
    settings.FETCH_PRIVATE_ADDRESSES = False
    got, status = [], [500]

    class Chat(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status[0])
            self.end_headers()

        def log_message(self, *args):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Chat)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    search = watch(owner, webhook=f"http://127.0.0.1:{server.server_port}/hook")
    write("Loud gates")
    carry()
    assert delivery.send_due(clock.now()) == 0 and got == []
    search.refresh_from_db()
    assert "within the network" in search.last_error
    settings.FETCH_PRIVATE_ADDRESSES = True
    assert delivery.send_due(clock.now()) == 0 and search.alerts.filter(sent_at=None).count() == 1
    status[0] = 200
    assert delivery.send_due(clock.now()) == 1
    server.shutdown()
    assert "Loud gates" in got[-1]["text"] and search.alerts.filter(sent_at=None).count() == 0


def test_alerts_survive_a_dead_worker(owner, write, start_worker):
    search = watch(owner)
    worker = start_worker("index,alerts")
    worker.kill()
    write("Late gates")
    worker.restart()
    IndexEntry.objects.mark(Article.objects.values_list("pk", flat=True))
    until = monotonic() + 30
    while monotonic() < until and not Alert.objects.exists():
        settle()
        if AlertEntry.objects.waiting().exists():
            sleep(0.2)
    assert events(search) == ["new"]


def test_a_saved_search_has_a_page_a_feed_and_is_shared_with_the_desk(owner, write, client):
    client.force_login(owner)
    write("Feed gates")
    carry()
    refused = client.post("/searches/", {"name": "x", "query": "gates AND", "often": "never"}).content.decode()
    assert "add a word" in refused and not SavedSearch.objects.exists()
    answer = client.post("/searches/", {"name": "Gates", "query": "gates", "often": "at_once", "is_shared": "on"})
    search = SavedSearch.objects.get()
    assert answer["Location"] == search.get_absolute_url()
    page = client.get(search.get_absolute_url())
    client.logout()
    assert "Feed gates" in client.get(page.context["feed_url"]).content.decode()
    colleague = User.objects.create_user("colleague")
    client.force_login(colleague)
    assert "Gates" in client.get("/searches/").content.decode()
    assert client.post(f"/searches/{search.pk}/remove/").status_code == 404
    write("Counted gates")
    carry()
    client.force_login(owner)
    assert "Counted gates" in client.get("/alerts/").content.decode() and count_new(owner, clock.now()) == 1
    client.post("/alerts/")
    assert count_new(owner, clock.now()) == 0
