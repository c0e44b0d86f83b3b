"""The pages of stories: what each role sees, how many queries it takes, and what editors do there."""

import json
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from archive import clock
from archive.articles.compare import record_changes
from archive.articles.content import Content
from archive.articles.operations import add_version
from archive.models import (
    Article,
    Attribution,
    Membership,
    QuoteFamily,
    Story,
    StorySuggestion,
    StoryVisit,
    VersionChange,
)
from archive.stories.assign import place_waiting
from archive.tests.stories.world import CHESS, GATES, GATES_AGAIN, GATES_LATER, NOW, write

from .world import person

pytestmark = pytest.mark.django_db

MOST_QUERIES = 25


@pytest.fixture
def harbor() -> list[Article]:
    articles = [
        write(GATES, "Coastal Courier", datetime(2025, 3, 12, 7, 30)),
        write(GATES_AGAIN, "Harbor Gazette", datetime(2025, 3, 12, 10)),
        write(GATES_LATER, "Coastal Courier", datetime(2025, 3, 15, 8)),
        write((GATES[0], GATES[1] + "\nThe inspection took place on 11 March 2025."), "Eskdale Echo"),
        write(CHESS, "Vale Herald", datetime(2025, 3, 13, 9)),
    ]
    place_waiting(at=NOW)
    return articles


@pytest.fixture
def story(harbor) -> Story:
    return Membership.objects.get(article=harbor[0]).story


def client(role: str) -> Client:
    signed_in = Client()
    signed_in.force_login(person(role))
    return signed_in


def text_of(answer) -> str:
    return answer.content.decode()


def test_the_timeline_shows_each_member_with_its_part_and_its_place(story):
    shown = text_of(client("reader").get(story.get_absolute_url()))
    assert shown.index(GATES[0]) < shown.index(GATES_LATER[0])
    assert "earliest held" in shown and "follow-up" in shown
    assert "not before 11 Mar 2025: speaks of 11 Mar 2025" in shown
    assert "<svg" in shown and "<time" in shown
    assert "shares: " in shown


def test_readers_are_offered_no_edits_and_can_make_none(story, harbor):
    reader = client("reader")
    assert "Not this story" not in text_of(reader.get(story.get_absolute_url()))
    answer = reader.post(reverse("story_edit", args=[story.pk]), {"what": "remove", "article": harbor[1].pk})
    assert answer.status_code == 403
    assert Membership.objects.get(article=harbor[1]).story == story


def test_the_page_takes_a_bounded_number_of_queries(story):
    reader = client("reader")
    reader.get(story.get_absolute_url())
    with CaptureQueriesContext(
        connection,
    ) as few:
        reader.get(story.get_absolute_url())
    for number in range(12):
        write((f"{GATES[0]} {number}", GATES[1]), f"Outlet {number}", datetime(2025, 3, 12, 12, number))
    place_waiting(at=NOW)
    with CaptureQueriesContext(connection) as many:
        reader.get(story.get_absolute_url())
    assert Story.objects.get(pk=story.pk).article_count == 16
    assert len(many) == len(few) <= MOST_QUERIES


def test_filters_narrow_and_say_how_to_show_all_again(story):
    reader = client("reader")
    shown = text_of(reader.get(story.get_absolute_url(), {"outlet": "harbor-gazette"}))
    assert f"{GATES_AGAIN[0]}</a></h4>" in shown and f"{GATES_LATER[0]}</a></h4>" not in shown
    shown = text_of(reader.get(story.get_absolute_url(), {"role": "follow_up", "since": "2025-03-14"}))
    assert f"{GATES_LATER[0]}</a></h4>" in shown and "Show all" in shown
    shown = text_of(reader.get(story.get_absolute_url(), {"since": "2030-01-01"}))
    assert "Nothing in this story fits" in shown


def test_what_came_since_the_last_look_is_marked(story):
    reader = client("reader")
    assert "new to you" not in text_of(reader.get(story.get_absolute_url()))
    StoryVisit.objects.update(seen_at=datetime(2025, 3, 20, 11, tzinfo=NOW.tzinfo))
    assert "4 new since you last looked" in text_of(reader.get(story.get_absolute_url()))
    assert "new to you" not in text_of(reader.get(story.get_absolute_url()))


def test_what_repeats_a_corrected_or_killed_text_is_flagged(story, harbor):
    reader = client("reader")
    assert "that was corrected" not in text_of(reader.get(story.get_absolute_url()))
    told = Content(headline=GATES[0], body=GATES[1].replace("eleven", "nine"), language="en")
    add_version(article=harbor[0], content=told, kind="correction", at=NOW)
    shown = text_of(reader.get(story.get_absolute_url()))
    assert "relies on a report by Coastal Courier that was corrected" in shown
    assert "version 2: correction" in shown
    Article.objects.filter(pk=harbor[0].pk).update(status="canceled")
    assert "Coastal Courier that was killed" in text_of(reader.get(story.get_absolute_url()))


def test_a_correction_that_only_the_text_speaks_of_is_one(story, harbor):
    body = GATES[1].replace("eleven", "nine") + "\nCorrection: an earlier version gave another number of boats."
    add_version(article=harbor[0], content=Content(headline=GATES[0], body=body, language="en"), at=NOW)
    record_changes(Article.objects.get(pk=harbor[0].pk))
    shown = text_of(client("reader").get(story.get_absolute_url()))
    assert "version 2: correction" in shown
    assert "relies on a report by Coastal Courier that was corrected" in shown


def test_what_is_done_to_one_member_leaves_the_view_as_it_was(story, harbor):
    editor = client("editor")
    page = text_of(editor.get(story.get_absolute_url(), {"view": "compact", "outlet": "harbor-gazette"}))
    address = reverse("story_edit", args=[story.pk]) + "?view=compact&outlet=harbor-gazette"
    assert address.replace("&", "&amp;") in page
    answer = editor.post(address, {"what": "pin", "article": harbor[1].pk})
    assert answer.url == f"{story.get_absolute_url()}?view=compact&outlet=harbor-gazette"


@pytest.mark.parametrize("verb", ["withhold", "kill"])
def test_the_headline_of_a_hidden_text_stands_nowhere_beside_the_others(story, harbor, verb):
    first = harbor[0].current_version.headline
    other = Content(headline="Inspection of hinges", body=GATES[1], language="en")
    add_version(article=harbor[3], content=other, at=NOW)
    named = f"nearest: {first}"
    reader = client("reader")
    assert named in text_of(reader.get(story.get_absolute_url()))
    assert named in text_of(reader.get(harbor[1].get_absolute_url()))
    desk = reverse("article_desk", args=[harbor[0].pk])
    assert client("archivist").post(desk, {"verb": verb, f"{verb}-reason": "Wrong harbor."}).status_code == 302
    for address in (
        story.get_absolute_url(),
        harbor[1].get_absolute_url(),
        reverse("story_chronology", args=[story.pk]),
        reverse("story_export", args=[story.pk, "json"]),
        reverse("story_export", args=[story.pk, "csv"]),
        reverse("stories"),
    ):
        assert first not in text_of(reader.get(address)), address
    assert "shares: " in text_of(reader.get(harbor[1].get_absolute_url()))


def test_a_withheld_member_is_counted_and_not_shown(story, harbor):
    Article.objects.filter(pk=harbor[1].pk).update(status="withheld")
    reader = client("reader")
    shown = text_of(reader.get(story.get_absolute_url()))
    assert GATES_AGAIN[0] not in shown and "1 more article is not shown" in shown
    assert GATES_AGAIN[0] not in text_of(reader.get(reverse("story_export", args=[story.pk, "json"])))


def test_a_story_of_which_nothing_may_be_read_is_not_there(story):
    Article.objects.update(status="withheld")
    assert client("reader").get(story.get_absolute_url()).status_code == 404


def test_a_story_is_given_away_as_json_csv_and_picture(story):
    reader = client("reader")
    record = json.loads(reader.get(reverse("story_export", args=[story.pk, "json"])).content)
    assert record["articles"][0]["role"] == "near_copy"
    assert record["articles"][0]["placed"] == "machine"
    rows = text_of(reader.get(reverse("story_export", args=[story.pk, "csv"]))).splitlines()
    assert len(rows) == 5 and rows[0].startswith("article,outlet,headline")
    picture = reader.get(reverse("story_export", args=[story.pk, "svg"]))
    assert picture["Content-Type"] == "image/svg+xml" and text_of(picture).count("<circle") == 4
    assert reader.get(reverse("story_export", args=[story.pk, "exe"])).status_code == 404


def test_the_page_leads_to_every_file_of_it_and_to_the_picture_of_who_relies_on_whom(story):
    reader = client("reader")
    shown = text_of(reader.get(story.get_absolute_url()))
    for name in ("export.json", "export.csv", "export.svg", "provenance.svg"):
        address = f"/stories/{story.pk}/{name}"
        assert address in shown and reader.get(address).status_code == 200


def test_a_place_that_an_editor_confirmed_is_the_editors_in_every_file(story, harbor):
    client("editor").post(reverse("story_edit", args=[story.pk]), {"what": "pin", "article": harbor[1].pk})
    reader = client("reader")
    record = json.loads(reader.get(reverse("story_export", args=[story.pk, "json"])).content)
    assert {row["article"]: row["placed"] for row in record["articles"]}[harbor[1].pk] == "editor"
    assert text_of(reader.get(reverse("story_chronology", args=[story.pk]))).count(">*</abbr>") == 3


def test_an_edit_without_a_note_is_listed_with_both_versions_and_a_live_blogs_is_not(story, harbor):
    told = Content(headline=GATES[0], body=GATES[1].replace("eleven", "nine"), language="en")
    add_version(article=harbor[0], content=told, at=NOW)
    add_version(article=harbor[1], content=told, at=NOW)
    Article.objects.filter(pk=harbor[1].pk).update(kind="live_blog")
    record_changes(Article.objects.get(pk=harbor[1].pk))
    VersionChange.objects.filter(version__article=harbor[1]).delete()
    record_changes(Article.objects.get(pk=harbor[1].pk))
    reader = client("reader")
    shown = text_of(reader.get(story.get_absolute_url()))
    listed = shown[shown.index("Changed, no note found") :]
    assert f"/articles/{harbor[0].pk}/diff/1/2/" in listed and f"/articles/{harbor[0].pk}/versions/1/" in listed
    assert f"/articles/{harbor[1].pk}/diff/1/2/" not in listed
    whole = text_of(reader.get(reverse("changes"), {"silent": "1", "story": story.pk}))
    assert whole.count("changed, no note found") == 1


def test_the_earliest_held_is_called_first_report_only_where_its_origins_are_held(story, harbor):
    reader = client("reader")
    first = Membership.objects.get(story=story, role="earliest_held").article
    said = {"version": first.current_version, "text": "Osei", "field": "body", "start": 0, "end": 4, "order": 9}
    first.attributions.all().delete()
    assert "first report" not in text_of(reader.get(story.get_absolute_url()))
    first.attributions.create(name="Marta Osei", name_key="martaosei", kind="person", **said)
    assert "first report" in text_of(reader.get(story.get_absolute_url()))
    said |= {"version": harbor[2].current_version}
    harbor[2].attributions.create(name="Tidewater Times", name_key="tidewatertimes", kind="outlet", **said)
    assert "first report" not in text_of(reader.get(story.get_absolute_url()))
    assert "first report" not in text_of(reader.get(story.get_absolute_url(), {"role": "earliest_held"}))


def test_the_origin_that_is_not_held_is_named_beside_the_earliest_held(story, harbor):
    reader = client("reader")
    first = Membership.objects.get(story=story, role="earliest_held").article
    Attribution.objects.filter(article__membership__story=story).delete()
    names = {
        "name": "Tidewater Times",
        "name_key": "tidewatertimes",
        "kind": "outlet",
        "text": "Times",
        "field": "body",
    }
    for article, note in (
        (harbor[2], "others here rest on Tidewater Times, whose report is not held"),
        (first, "rests on Tidewater Times, whose report is not held"),
    ):
        assert note not in text_of(reader.get(story.get_absolute_url()))
        article.attributions.create(version=article.current_version, start=0, end=5, order=9, **names)
        shown = text_of(reader.get(story.get_absolute_url()))
        earliest = shown.index("earliest held", shown.index(f'id="article-{first.pk}"'))
        assert earliest < shown.index(note) < shown.index(GATES_LATER[0], earliest)


def test_a_membership_also_says_which_quote_it_shares(story, harbor):
    family = QuoteFamily.objects.create(label="we welded in a hurry", story=story)
    for article in harbor[:2]:
        quote = article.quotes.create(
            version=article.current_version, text="welded in a hurry", field="body", start=0, end=9
        )
        family.variants.create(quote=quote, kind="identical", text="welded in a hurry", start=0, end=9)
    assert text_of(client("reader").get(story.get_absolute_url())).count("quote “welded in a hurry”") == 2


def test_a_cell_that_begins_like_a_formula_is_made_harmless(story, harbor):
    write(("=SUM(A1) " + GATES[0], GATES[1]), "Tidewater Times", datetime(2025, 3, 12, 9))
    place_waiting(at=NOW)
    rows = text_of(client("reader").get(reverse("story_export", args=[story.pk, "csv"])))
    assert "'=SUM(A1)" in rows


def test_the_list_of_new_origins_names_the_article_that_states_one(story, harbor):
    Attribution.objects.filter(article__membership__story=story).delete()
    for article, name in ((harbor[0], "Marta Osei"), (harbor[1], "Tidewater Times")):
        article.attributions.create(
            version=article.current_version, name=name, name_key=name.casefold().replace(" ", ""), kind="person",
            text="Osei", field="body", start=0, end=4, order=9,
        )  # fmt: skip
    Membership.objects.filter(article=harbor[1]).update(placed_at=clock.now())
    shown = text_of(client("reader").get(reverse("stories"), {"view": "origins"}))
    assert f"stated by {harbor[1].outlet.name}" in shown and GATES_AGAIN[0] in shown


def test_the_chronology_marks_what_the_machine_placed(story):
    shown = text_of(client("reader").get(reverse("story_chronology", args=[story.pk])))
    assert shown.count(">*</abbr>") == 4 and "not before 11 Mar 2025" in shown


def test_not_this_story_and_undo(story, harbor):
    editor = client("editor")
    assert 'data-key="x"' in text_of(editor.get(story.get_absolute_url()))
    address = reverse("story_edit", args=[story.pk])
    shown = editor.post(address, {"what": "remove", "article": harbor[1].pk}, follow=True)
    assert "taken out" in text_of(shown)
    assert Membership.objects.get(article=harbor[1]).story != story
    edit = story.edits.get()
    editor.post(address, {"what": "undo", "edit": edit.pk})
    assert Membership.objects.get(article=harbor[1]).story == story


def test_an_article_offers_editors_the_stories_it_may_belong_to(story, harbor):
    chess = harbor[-1]
    offered = {"rank": 1, "score": 0.4, "reasons": ["shares: harbor"]}
    StorySuggestion.objects.update_or_create(article=chess, story=story, defaults=offered)
    address, offer = chess.get_absolute_url(), "May belong to"
    assert offer not in text_of(client("reader").get(address))
    editor = client("editor")
    shown = text_of(editor.get(address))
    assert offer in shown and story.get_absolute_url() in shown and "shares: harbor" in shown
    editor.post(reverse("story_edit", args=[story.pk]), {"what": "join", "article": chess.pk})
    assert Membership.objects.get(article=chess).story == story
    assert offer not in text_of(editor.get(address))


def test_a_story_of_which_nothing_may_be_read_is_not_offered(story, harbor):
    StorySuggestion.objects.get_or_create(article=harbor[-1], story=story, defaults={"rank": 1, "score": 0.4})
    Article.objects.filter(membership__story=story).update(status=Article.Status.CANCELED)
    assert "May belong to" not in text_of(client("editor").get(harbor[-1].get_absolute_url()))


def test_merging_by_address_leads_the_old_address_on(story, harbor):
    editor = client("editor")
    chess = Membership.objects.get(article=harbor[4]).story
    editor.post(reverse("story_edit", args=[chess.pk]), {"what": "merge", "into": f"/stories/{story.pk}/"})
    answer = editor.get(chess.get_absolute_url())
    assert answer.status_code == 301 and answer["Location"] == story.get_absolute_url()


def test_splitting_joining_renaming_and_pinning(story, harbor):
    editor = client("editor")
    address = reverse("story_edit", args=[story.pk])
    editor.post(address, {"what": "split", "article": [harbor[2].pk], "title": "The foundry"})
    assert Membership.objects.get(article=harbor[2]).story.title == "The foundry"
    editor.post(address, {"what": "join", "article": str(harbor[4].pk)})
    assert Membership.objects.get(article=harbor[4]).story == story
    editor.post(address, {"what": "rename", "title": "The barrier"})
    story.refresh_from_db()
    assert story.title == "The barrier"
    editor.post(address, {"what": "pin", "article": harbor[0].pk})
    assert Membership.objects.get(article=harbor[0]).pinned


@pytest.mark.parametrize(
    "asked", [{"what": "join", "article": "no number"}, {"what": "merge", "into": "999999"}, {"what": "dance"}, {}]
)
def test_what_can_not_be_done_is_said_and_nothing_happens(story, asked):
    before = list(Membership.objects.order_by("pk").values())
    answer = client("editor").post(reverse("story_edit", args=[story.pk]), asked, follow=True)
    assert answer.status_code == 200 and "notice" in text_of(answer)
    assert list(Membership.objects.order_by("pk").values()) == before


def test_the_list_shows_stories_of_several_articles_and_narrows(story):
    reader = client("reader")
    shown = text_of(reader.get(reverse("stories")))
    assert GATES[0] in shown and CHESS[0] not in shown
    assert GATES[0] in text_of(reader.get(reverse("stories"), {"q": "foundry"}))
    assert "No story fits" in text_of(reader.get(reverse("stories"), {"q": "zeppelin"}))
    assert GATES[0] in text_of(reader.get(reverse("stories"), {"outlet": "eskdale-echo"}))
    assert reader.get(reverse("stories"), {"view": "origins"}).status_code == 200
