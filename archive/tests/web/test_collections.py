"""Collections through the pages a person uses, against the real database."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from archive.articles import collections, operations, status, trail
from archive.articles.content import Content, Metadata
from archive.formats.base import DateReading
from archive.models import Article, Collection, User

NOW = datetime(2025, 3, 8, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def person(name: str, role: str = "editor") -> Client:
    user = User.objects.create_user(name)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    client.user = user
    return client


def make(headline: str, day: int = 8, outlet: str = "Coastal Courier") -> Article:
    return operations.create_article(
        outlet=operations.find_or_create_outlet(name=outlet),
        content=Content(headline=headline, byline="Ana Berg", body="The hinges had moved."),
        metadata=Metadata(published=DateReading(datetime(2025, 3, day), "day")),
        capture=None,
        at=NOW,
    )


@pytest.fixture
def ana():
    return person("ana")


@pytest.fixture
def dossier(ana) -> Collection:
    ana.post(reverse("collections"), {"name": "Barrier", "description": "Who knew what", "is_shared": ""})
    return Collection.objects.get()


def collect(client: Client, collection: Collection, article: Article, note: str = ""):
    address = f"{reverse('collect')}?article={article.pk}"
    back = reverse("collections")
    return client.post(address, {"collection": collection.pk, "note": note, "next": back}, follow=True)


def order(client: Client, collection: Collection, **query: str) -> list[str]:
    page = client.get(collection.get_absolute_url(), query)
    return [article.current_version.headline for _item, article in page.context["entries"]]


def test_an_article_is_collected_with_a_note_and_once_only(ana, dossier):
    article = make("Gates were cracked")
    page = collect(ana, dossier, article, "Ask the inspectors")
    assert "Collected in “Barrier”" in page.content.decode()
    assert "It was in “Barrier” already" in collect(ana, dossier, article).content.decode()
    shown = ana.get(dossier.get_absolute_url()).content.decode()
    assert "Gates were cracked" in shown and "Ask the inspectors" in shown
    assert dossier.items.count() == 1
    assert trail.entries(article_id=article.pk).get().action == "collect"


def test_collecting_into_a_new_collection_makes_it_and_asks_for_its_name(ana):
    article = make("Gates were cracked")
    address = f"{reverse('collect')}?article={article.pk}"
    assert "give a new one a name" in ana.post(address, {"collection": ""}).content.decode()
    ana.post(address, {"collection": "", "name": "Floods"})
    assert Collection.objects.get().items.get().article == article


def test_articles_are_moved_noted_and_taken_out(ana, dossier):
    articles = [make(name) for name in ("One", "Two", "Three")]
    for article in articles:
        collect(ana, dossier, article)
    address = reverse("collection_item", args=[dossier.pk, articles[2].pk])
    ana.post(address, {"act": "up"})
    assert order(ana, dossier) == ["One", "Three", "Two"]
    ana.post(address, {"act": "note", "note": "The best of them"})
    ana.post(reverse("collection_item", args=[dossier.pk, articles[0].pk]), {"act": "remove"})
    assert order(ana, dossier) == ["Three", "Two"]
    assert "The best of them" in ana.get(dossier.get_absolute_url()).content.decode()


def test_the_timeline_of_a_collection_follows_the_dates(ana, dossier):
    for name, day in (("Later", 11), ("Earlier", 8)):
        collect(ana, dossier, make(name, day))
    assert order(ana, dossier) == ["Later", "Earlier"]
    assert order(ana, dossier, order="time") == ["Earlier", "Later"]


def test_a_private_collection_is_seen_by_nobody_else_and_a_shared_one_is_written_by_editors_only(ana, dossier):
    ben, reader = person("ben"), person("cleo", "reader")
    article = make("Gates were cracked")
    assert ben.get(dossier.get_absolute_url()).status_code == 404
    assert ben.post(reverse("collection_item", args=[dossier.pk, article.pk]), {"act": "remove"}).status_code == 404
    ana.post(dossier.get_absolute_url(), {"name": "Barrier", "description": "", "is_shared": "on"})
    assert ben.get(dossier.get_absolute_url()).status_code == 200
    collect(ben, dossier, article)
    assert dossier.items.get().added_by == ben.user
    assert reader.get(dossier.get_absolute_url()).status_code == 200
    refused = reader.post(reverse("collection_item", args=[dossier.pk, article.pk]), {"act": "remove"})
    assert refused.status_code == 403 and dossier.items.count() == 1
    unshare = ben.post(dossier.get_absolute_url(), {"name": "Barrier", "description": ""})
    assert unshare.status_code == 403 and Collection.objects.get().is_shared


def test_a_killed_article_leaves_page_feed_and_exports_but_not_the_record(ana, dossier):
    article = make("Gates were cracked")
    collect(ana, dossier, article, "Check")
    feed = ana.get(dossier.get_absolute_url()).context["feed_url"]
    doors = [dossier.get_absolute_url(), feed]
    doors += [reverse("collection_export", args=[dossier.pk, form]) for form in ("jsonl", "csv")]
    assert all("Gates were cracked" in body(ana, door) for door in doors)
    status.kill(article=article, by=None, reason="Legal order", at=NOW)
    assert not any("Gates were cracked" in body(ana, door) for door in doors)
    assert "1 more article is not shown" in body(ana, doors[0])
    assert dossier.items.count() == 1


def body(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.getvalue().decode()


def test_the_feed_needs_its_secret_address_and_no_sign_in(ana, dossier):
    collect(ana, dossier, make("Gates were cracked"))
    address = ana.get(dossier.get_absolute_url()).context["feed_url"]
    assert "Gates were cracked" in body(Client(), address)
    assert Client().get(address[:-3] + "x/").status_code == 404
    ana.user.is_active = False
    ana.user.save()
    assert Client().get(address).status_code == 404


def test_exports_carry_the_notes_and_hold_no_formula(ana, dossier):
    collect(ana, dossier, make("=HYPERLINK(1)"), "Look twice")
    record = json.loads(body(ana, reverse("collection_export", args=[dossier.pk, "jsonl"])))
    assert (record["headline"], record["note"]) == ("=HYPERLINK(1)", "Look twice")
    table = body(ana, reverse("collection_export", args=[dossier.pk, "csv"]))
    assert "'=HYPERLINK(1)" in table and "Look twice" in table
    assert ana.get(reverse("collection_export", args=[dossier.pk, "exe"])).status_code == 404


def test_a_research_request_reaches_its_assignee_and_is_answered(ana, dossier):
    ben = person("ben")
    ana.post(dossier.get_absolute_url(), {"name": "Barrier", "description": "", "is_shared": "on"})
    asked = {"question": "Who signed the report?", "asker": "Night desk", "due": "2025-03-10", "assignee": ben.user.pk}
    ana.post(reverse("collection_ask", args=[dossier.pk]), asked)
    assert "Who signed the report?" in body(ben, reverse("collections"))
    request = dossier.requests.get()
    ben.post(reverse("collection_answer", args=[dossier.pk, request.pk]), {"answer": "Two engineers."})
    assert "Who signed the report?" not in body(ben, reverse("collections"))
    assert "Two engineers." in body(ana, dossier.get_absolute_url())


def test_a_collection_that_was_put_away_can_be_taken_back(ana, dossier):
    ana.post(reverse("collection_put_away", args=[dossier.pk]))
    assert list(ana.get(reverse("collections")).context["collections"]) == []
    ana.post(reverse("collection_put_away", args=[dossier.pk]), {"back": "1"})
    assert len(ana.get(reverse("collections")).context["collections"]) == 1


def test_a_citation_says_what_is_known_of_the_date_and_which_version_was_read(ana):
    article = make("Gates & hinges")
    page = ana.get(reverse("article_citation", args=[article.pk]))
    assert page.context["text"] == (
        f"Ana Berg, “Gates & hinges”, Coastal Courier, 8 March 2025. Newsroom Archive, article {article.pk}, version 1."
    )
    assert "Gates &amp; hinges" in page.context["html"]


def test_the_page_takes_as_many_queries_for_twenty_articles_as_for_two(ana, dossier, django_assert_max_num_queries):
    for number in range(20):
        collect(ana, dossier, make(f"Report {number}", outlet=f"Outlet {number}"))
    with django_assert_max_num_queries(15):
        ana.get(dossier.get_absolute_url())


def test_an_embargo_that_is_over_shows_the_article_again(ana, dossier):
    article = make("Speech")
    collect(ana, dossier, article)
    Article.objects.filter(pk=article.pk).update(embargoed_until=datetime.now(UTC) + timedelta(hours=1))
    assert order(ana, dossier) == []
    Article.objects.filter(pk=article.pk).update(embargoed_until=datetime.now(UTC) - timedelta(hours=1))
    assert order(ana, dossier) == ["Speech"]


def test_a_long_collection_is_paged_and_can_be_printed_whole(ana, dossier):
    articles = [make(f"Report {number:02}") for number in range(45)]
    collections.add(collection=dossier, articles=articles, by=ana.user, at=NOW)
    assert order(ana, dossier)[0] == "Report 00" and len(order(ana, dossier)) == 30
    assert order(ana, dossier, page="2") == [f"Report {number}" for number in range(30, 45)]
    assert len(order(ana, dossier, all="1")) == 45
