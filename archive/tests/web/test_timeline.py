"""The page of a story at its edges: unsure orders, five hundred articles, many languages, and the pass by night."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from archive import tasks
from archive.articles.content import content_of_version
from archive.articles.operations import add_version
from archive.models import Article, Attribution, Membership, Outlet, Story
from archive.stories.assign import place_waiting
from archive.stories.queries import story_record
from archive.stories.refresh import refresh
from archive.tests.stories.world import GATES, GATES_AGAIN, GATES_LATER, NOW, write

from .world import person

pytestmark = pytest.mark.django_db

DOUBT = "the order could be the other way round"
MOST_QUERIES = 25

# One event told twice in each language, and one text in three at once.
TOLD = {
    "ar": (
        (
            "تصدع بوابات ميناء ليندهولم",
            "قالت مديرة الميناء مارتا أوسي إن «المفصلات متصدعة» وإن أسطول الصيد غادر إلى إسكديل.",
        ),
        (
            "بوابات ميناء ليندهولم متصدعة",
            "غادر أسطول الصيد إلى إسكديل بعد أن قالت مديرة الميناء مارتا أوسي إن المفصلات متصدعة.",
        ),
    ),
    "ru": (
        (
            "В гавани Линдхольм треснули ворота",
            "Директор порта Марта Осей сказала: «Петли треснули». Рыбаки ушли в Эскдейл.",
        ),
        (
            "Ворота гавани Линдхольм треснули",
            "Рыбаки ушли в Эскдейл: петли треснули, сообщила директор порта Марта Осей.",
        ),
    ),
    "es": (
        (
            "Grietas en las compuertas de Lindholm",
            "La directora del puerto, Marta Osei, dijo: «Las bisagras están rotas». La flota va a Eskdale.",
        ),
        (
            "Las compuertas de Lindholm tienen grietas",
            "La flota pesquera va a Eskdale, según la directora del puerto, Marta Osei.",
        ),
    ),
    "": (
        (
            "Lindholm: ворота, بوابات, compuertas",
            "Marta Osei: «Петли треснули». قالت إن المفصلات متصدعة. Las bisagras están rotas.",
        ),
    ),
}


@pytest.fixture
def reader() -> Client:
    signed_in = Client()
    signed_in.force_login(person("reader"))
    return signed_in


def shown(reader: Client, story: Story, **query: str) -> str:
    answer = reader.get(story.get_absolute_url(), query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def story() -> Story:
    first = write(GATES, "Coastal Courier", datetime(2025, 3, 12, 7, 30))
    write(GATES_AGAIN, "Harbor Gazette", datetime(2025, 3, 12, 10))
    place_waiting(at=NOW)
    return Membership.objects.get(article=first).story


def test_an_order_that_time_zones_could_reverse_is_said_to_be_so(reader, story):
    assert DOUBT in shown(reader, story)
    Outlet.objects.update(time_zone="Europe/Copenhagen")
    assert DOUBT not in shown(reader, story), "both outlets print the time of one zone"


def test_the_chronology_to_take_away_says_so_too(reader, story):
    assert reader.get(f"{story.get_absolute_url()}chronology/").content.decode().count(DOUBT) == 2
    assert [row["order_unsure"] for row in story_record(story.pk)["articles"]] == [True, True]


def test_a_third_article_between_two_does_not_hide_that_they_could_change_places(reader, story):
    write(GATES_LATER, "Coastal Courier", datetime(2025, 3, 12, 9))
    place_waiting(at=NOW)
    assert shown(reader, story).count(DOUBT) == 3
    Outlet.objects.filter(name="Harbor Gazette").update(time_zone="Europe/Copenhagen")
    assert shown(reader, story).count(DOUBT) == 3, "the zone of the other outlet is not known"


def test_the_compact_view_leaves_the_standfirsts_out_and_both_name_every_article(reader, story):
    for article in Article.objects.filter(membership__story=story):
        told = content_of_version(article.current_version)
        add_version(article=article, content=replace(told, standfirst="A swell is expected."), at=NOW)
    full, compact = shown(reader, story), shown(reader, story, view="compact")
    assert full.count("A swell is expected.") == 2 and "A swell is expected." not in compact
    assert all(told[0] in text for told in (GATES, GATES_AGAIN) for text in (full, compact))
    assert "why here" in compact and "why here" not in full, "the reasons wait behind a click"
    assert DOUBT in compact and "shares: " in compact


def test_a_story_over_several_days_has_a_chart_of_its_volume(reader, story):
    assert "Articles a day" not in shown(reader, story), "one day needs no chart"
    write(GATES_LATER, "Coastal Courier", datetime(2025, 3, 15, 8))
    place_waiting(at=NOW)
    assert "Articles a day" in shown(reader, story)


def test_a_story_of_five_hundred_articles_is_one_page_of_bounded_queries(reader, story):
    first_day = datetime(2025, 3, 12)
    articles = [
        write((f"{GATES[0]} {n}", f"Report {n} on hinges."), f"Outlet {n % 12}", first_day + timedelta(hours=n))
        for n in range(498)
    ]
    Membership.objects.bulk_create(
        Membership(article=article, story=story, role="report", placed_at=NOW) for article in articles
    )
    refresh([story.pk], at=NOW)
    with CaptureQueriesContext(connection) as asked:
        page = shown(reader, story)
    assert "why here" in page, "so long a story opens in its compact view"
    assert len(asked) <= MOST_QUERIES
    assert "500 articles" in page
    assert all(f"{GATES[0]} {n}</a>" in page for n in range(498))
    assert page.count("<time") >= 500


def test_arabic_russian_spanish_and_mixed_texts_are_placed_and_shown_like_any_other(reader):
    written = {
        language: [write(told, f"Outlet {n}", datetime(2025, 3, 12, 8 + n), language) for n, told in enumerate(several)]
        for language, several in TOLD.items()
    }
    report = place_waiting(at=NOW)
    assert (report.placed, report.failed) == (7, 0)
    stories = {
        language: {Membership.objects.get(article=article).story_id for article in articles}
        for language, articles in written.items()
    }
    for language in ("ar", "ru", "es"):
        assert len(stories[language]) == 1, f"what is told twice in {language} is one story"
    assert len(set.union(*stories.values())) == 4, "nothing is claimed across languages"
    assert Attribution.objects.filter(article__in=written["ar"], kind="outlet").count() == 0
    for held in Story.objects.all():
        for address in (held.get_absolute_url(), f"{held.get_absolute_url()}provenance/"):
            assert reader.get(address).status_code == 200


def test_the_pass_by_night_is_wide_on_sundays(monkeypatch):
    asked = []
    monkeypatch.setattr(tasks, "repair_recent", lambda **said: asked.append(said["is_wide"]))
    for day in range(17, 24):
        monkeypatch.setattr(tasks.clock, "now", lambda day=day: datetime(2025, 3, day, 3, 20, tzinfo=UTC))
        tasks.repair_stories()
    assert asked == [False] * 6 + [True]


def test_the_pass_by_night_is_asked_for_by_the_clock_and_leaves_what_an_editor_pinned(reader, story):
    planned = settings.CELERY_BEAT_SCHEDULE["repair-stories"]
    assert planned["task"] == tasks.repair_stories.name and planned["schedule"].hour == {3}
    apart = Story.objects.create(title="Apart")
    moved = Membership.objects.get(article__outlet__name="Harbor Gazette")
    Membership.objects.filter(pk=moved.pk).update(story=apart)
    refresh([story.pk, apart.pk], at=NOW)
    Membership.objects.filter(pk=moved.pk).update(pinned=True)
    tasks.repair_stories()
    assert Membership.objects.get(pk=moved.pk).story_id == apart.pk
    Membership.objects.filter(pk=moved.pk).update(pinned=False)
    tasks.repair_stories()
    assert Membership.objects.get(pk=moved.pk).story_id == Membership.objects.exclude(pk=moved.pk).get().story_id
