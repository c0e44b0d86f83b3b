"""Pages of the record, as each role sees them: what is shown, what is not, and how many queries it takes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from archive.articles import browse, collections, operations
from archive.articles.content import Content, Metadata, NewCapture
from archive.articles.paging import BadPlace, page_by_date, place_of
from archive.formats.base import DateReading, ParsedTag
from archive.models import Article, Collection, ImportRun, Membership, Story, Tag

from .world import NOW, World, make_world, person

pytestmark = pytest.mark.django_db

MOST_QUERIES = 15


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def see(world):
    """Open a page as someone of this role and return the answer."""

    def open_as(role: str, address: str):
        client = Client()
        client.force_login(world.people[role])
        return client.get(address)

    return open_as


def many(count: int, since: int = 0) -> None:
    """Bring in so many more articles of one outlet and day."""
    outlet = operations.find_or_create_outlet(name="Harbor Gazette")
    for number in range(since, since + count):
        operations.create_article(
            outlet=outlet,
            content=Content(headline=f"Boat {number} is late", body="It rained."),
            metadata=Metadata(
                published=DateReading(datetime(2031, 5, 4, 1) + timedelta(minutes=number), "minute"),
                tags=(ParsedTag("Ferries"), ParsedTag(f"Boat {number}", "person")),
            ),
            capture=None,
            at=NOW,
        )


def addresses(world) -> list[str]:
    article = world.articles["gazette"]
    return [
        reverse("home"),
        article.get_absolute_url(),
        reverse("outlets"),
        reverse("outlet", args=[article.outlet.slug]),
        reverse("tags"),
        Tag.objects.get(name="Ferries").get_absolute_url(),
        reverse("dates"),
        reverse("day", args=[2031, 5, 4]),
        reverse("undated"),
        reverse("article_version", args=[article.pk, 1]),
        reverse("article_history", args=[article.pk]),
        reverse("article_diff", args=[article.pk, 1, 2]),
        reverse("collection", args=[dossier(world).pk]),
    ]


def dossier(world) -> Collection:
    """The collection of the archivist, made at the first call, with the two articles on the pier."""
    owner = world.people["archivist"]
    made = Collection.objects.filter(owner=owner).first()
    if made is None:
        made = collections.create(name="Piers", by=owner, at=NOW)
        collections.add(collection=made, articles=[world.articles["gazette"], world.articles["wire"]], by=owner, at=NOW)
    return made


def grow(world, count: int) -> None:
    """Make every list longer: of articles, of versions and captures, of what is collected, of stories and runs."""
    many(count, since=Article.objects.count())
    article = world.articles["gazette"]
    article.refresh_from_db()
    body = article.current_version.body
    for number in range(count // 4):
        operations.add_version(
            article=article,
            content=Content(headline="Ferry pier to close", body=f"{body}\nBoat {number} waits.", language="en"),
            at=NOW,
            capture=NewCapture(
                data=f"again {article.pk} {count} {number}".encode(), format="text_dump", captured_at=NOW
            ),
        )
    late = list(Article.objects.filter(current_version__headline__startswith="Boat").order_by("-pk")[:count])
    collections.add(collection=dossier(world), articles=late, by=world.people["archivist"], at=NOW)
    for place, one in enumerate(late[: count // 2]):
        story = Story.objects.create(title=f"Boat {place // 2}", article_count=2, outlet_count=1, last_at=NOW)
        Membership.objects.create(article=one, story=story, role="report", placed_at=NOW)
        ImportRun.objects.create(origin="paste", state="done")


def test_every_page_asks_for_a_sign_in(world):
    for address in addresses(world):
        answer = Client().get(address)
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, reverse("sign_in")), address


def test_the_number_of_queries_is_small_and_does_not_grow_with_the_list(world):
    def queries_of() -> dict[str, int]:
        counts = {}
        for address in addresses(world):
            # A client of its own, warmed up: what it took to sign in is not the page's.
            client = Client()
            client.force_login(world.people["archivist"])
            client.get(address)
            with CaptureQueriesContext(connection) as seen:
                assert client.get(address).status_code == 200
            counts[address] = len(seen)
        return counts

    grow(world, 8)
    few = queries_of()
    grow(world, 40)
    assert queries_of() == few
    # Every query counts: the session's and the person's too.
    assert {address: count for address, count in few.items() if count > MOST_QUERIES} == {}


def test_what_a_reader_may_not_see_shows_on_no_page_and_in_no_count(see, world):
    for address in addresses(world):
        text = see("reader", address).content.decode()
        for word in ("could fall within days", "Contractor named", "temporary landing stage"):
            assert word not in text, (address, word)
    assert see("reader", reverse("outlet", args=["harbor-gazette"])).context["page"].spread.count == 1
    assert see("archivist", reverse("outlet", args=["harbor-gazette"])).context["page"].spread.count == 2
    assert "ledger-tide" not in see("reader", reverse("outlets")).content.decode()


def test_a_killed_article_answers_410_with_the_reason_and_without_its_text(see, world):
    answer = see("reader", world.articles["killed"].get_absolute_url())
    assert answer.status_code == 410
    assert "The report was false." in answer.content.decode() and "It could not." not in answer.content.decode()
    assert see("archivist", world.articles["killed"].get_absolute_url()).status_code == 200


def test_an_embargoed_article_is_not_there_yet(see, world):
    assert see("editor", world.articles["embargoed"].get_absolute_url()).status_code == 404
    assert "Under embargo" in see("archivist", world.articles["embargoed"].get_absolute_url()).content.decode()


def test_an_article_shows_its_evidence(see, world):
    text = see("reader", world.articles["gazette"].get_absolute_url()).content.decode()
    assert '<a class="span" href="#source-1" title="North Quay Wire">North Quay Wire reports</a>' in text
    assert "“We would rather be late than sorry,”</a>" in text
    assert "2031-05-04T08:40:00+02:00" in text and "JSON-LD datePublished" in text
    estuary = see("reader", world.articles["estuary"].get_absolute_url()).content.decode()
    assert "stands in a caption" in estuary and "none given" in estuary


def test_a_time_is_shown_in_the_readers_zone_and_a_wall_time_as_printed(see, world):
    world.people["reader"].time_zone = "Asia/Tokyo"
    world.people["reader"].save()
    text = see("reader", reverse("day", args=[2031, 5, 4])).content.decode()
    assert "4 May 2031, 15:40" in text and "4 May 2031, 11:40" in text


def test_an_older_version_says_that_it_is_not_the_current_one(see, world):
    text = see("reader", f"{world.articles['gazette'].get_absolute_url()}versions/1/").content.decode()
    assert "not the current text" in text and "for nine weeks" in text
    assert see("reader", f"{world.articles['gazette'].get_absolute_url()}versions/9/").status_code == 404


def test_the_sample_comes_in_like_any_import_for_whoever_may_import(world):
    client = Client()
    client.force_login(world.people["archivist"])
    answer = client.post(reverse("load_sample"))
    assert answer.status_code == 302
    run = ImportRun.objects.get()
    assert (run.origin, run.state, run.files.count()) == ("sample", "reading", 5)
    reader = Client()
    reader.force_login(world.people["reader"])
    assert reader.post(reverse("load_sample")).status_code == 403


def test_the_theme_is_kept_with_the_person_and_leads_back_to_the_archive_only(world):
    client = Client()
    client.force_login(world.people["reader"])
    answer = client.post(reverse("theme"), {"theme": "dark", "next": "https://elsewhere.example/"})
    assert answer.url == "/"
    assert 'data-theme="dark"' in client.get(reverse("home")).content.decode()


def test_settings_refuse_a_zone_that_does_not_exist(world):
    client = Client()
    client.force_login(world.people["reader"])
    said = {"time_zone": "Mars/Olympus", "theme": "dark"}
    assert "There is no such zone" in client.post(reverse("me"), said).content.decode()
    assert client.post(reverse("me"), said | {"time_zone": "Europe/Madrid"}).status_code == 302
    world.people["reader"].refresh_from_db()
    assert world.people["reader"].time_zone == "Europe/Madrid"


def test_an_address_that_was_never_there_says_what_to_do_next(see):
    answer = see("reader", "/articles/999999/")
    assert answer.status_code == 404 and "Go to today" in answer.content.decode()


def test_the_icon_is_found_where_no_page_names_one():
    answer = Client().get("/favicon.ico")
    assert (answer.status_code, answer.url) == (302, "/static/archive/img/icon.svg")


def test_an_empty_archive_offers_two_ways_to_begin():
    client = Client()
    client.force_login(person("archivist"))
    text = client.get(reverse("home")).content.decode()
    assert "Two ways to begin" in text and reverse("load_sample") in text
    for name in ("stories", "outlets", "tags", "dates", "changes", "alerts"):
        empty = client.get(reverse(name)).content.decode().partition('class="empty"')[2].partition("</main>")[0]
        assert 'class="button button--primary" href=' in empty, name


def test_a_list_shows_the_versions_of_an_article_at_a_glance(see, world):
    html = see("reader", reverse("day", args=[2031, 5, 4])).content.decode()
    assert html.count('<svg class="marks"') == 1
    assert '<rect class="is-original" x="0"' in html and '<rect class="is-correction" x="8"' in html


def walk(articles, size: int) -> list[int]:
    """Walk from the newest page to the last and return the ids in order."""
    found, place = [], ""
    while True:
        page = page_by_date(articles, older_than=place, size=size)
        found += [article.pk for article in page.articles]
        if not page.older:
            return found
        place = page.older


def test_pages_list_every_article_once_also_the_undated_and_those_of_one_minute(world):
    many(5)
    Article.objects.filter(current_version__headline__startswith="Boat").update(
        published_at=datetime(2031, 5, 4, tzinfo=UTC)
    )
    whole = [article.pk for article in Article.objects.all().by_date()]
    for size in (1, 2, 3, 50):
        assert walk(Article.objects.all(), size) == whole


def test_the_way_back_leads_to_the_page_one_came_from(world):
    many(7)
    first = page_by_date(Article.objects.all(), size=4)
    second = page_by_date(Article.objects.all(), older_than=first.older, size=4)
    back = page_by_date(Article.objects.all(), newer_than=second.newer, size=4)
    assert [article.pk for article in back.articles] == [article.pk for article in first.articles]
    assert back.newer == ""


def test_a_page_stays_as_it_is_while_newer_articles_arrive(world):
    first = page_by_date(Article.objects.all(), size=3)
    before = page_by_date(Article.objects.all(), older_than=first.older, size=3)
    late = world.articles["gazette"]
    Article.objects.filter(pk=late.pk).update(published_at=datetime(2032, 1, 1, tzinfo=UTC))
    after = page_by_date(Article.objects.exclude(pk=late.pk), older_than=first.older, size=3)
    kept = [article.pk for article in before.articles if article.pk != late.pk]
    assert [article.pk for article in after.articles][: len(kept)] == kept


@pytest.mark.parametrize("place", ["x", "2031_x", "2031-05-04T00:00:00_3", "_"])
def test_a_place_that_no_page_printed_is_refused(world, place):
    with pytest.raises(BadPlace):
        page_by_date(Article.objects.all(), older_than=place)


def test_a_place_survives_the_way_through_an_address(world, see):
    many(40)
    answer = see("reader", reverse("outlet", args=["harbor-gazette"]))
    onward = see("reader", reverse("outlet", args=["harbor-gazette"]) + answer.context["next_url"])
    assert onward.status_code == 200 and onward.context["articles"]
    assert place_of(onward.context["articles"][0]) != place_of(answer.context["articles"][0])


def test_the_page_of_a_large_outlet_looks_at_its_latest_articles_and_says_so(world, see, monkeypatch):
    address, said = reverse("outlet", args=["harbor-gazette"]), "in the latest"
    small = see("archivist", address)
    assert said not in small.content.decode()
    assert (small.context["page"].looked_at, small.context["page"].versions) == (2, 3)
    monkeypatch.setattr(browse, "LOOKED_AT", 1)
    large = see("archivist", address)
    assert said in large.content.decode()
    assert large.context["page"].spread.count == 2 and large.context["page"].looked_at == 1
    newest = large.context["articles"][0]
    assert large.context["page"].versions == newest.versions.count()


def test_a_few_days_are_shown_with_the_quiet_days_around_them(world):
    step, counts = browse.volume(browse.spread(Article.objects.filter(outlet__slug="harbor-gazette")).days)
    assert step == "day" and len(counts) == browse.FEWEST_DAYS + 1 and sum(count for _, count in counts) == 2


def test_many_years_are_shown_year_by_year(world):
    Article.objects.filter(pk=world.articles["gazette"].pk).update(published_at=datetime(2001, 3, 1, tzinfo=UTC))
    step, counts = browse.volume(browse.spread(Article.objects.filter(published_at__isnull=False)).days)
    assert step == "year" and [day.year for day, _ in counts] == list(range(2001, 2032))
