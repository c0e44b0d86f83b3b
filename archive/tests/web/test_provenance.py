"""Pages on who relies on whom and how quotes drift: what they show, to whom, and what editors may say there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from archive.articles import operations
from archive.articles.content import Content
from archive.models import Article, Attribution, Membership, QuoteFamily, QuoteVariant, Story, User
from archive.stories.annotate import annotate
from archive.stories.assign import place_waiting
from archive.stories.families import refresh_families
from archive.stories.origins import refresh_held
from archive.tests.stories.test_annotate import DIRECT, NOW, RELAYED, make, read, story_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    one, other = make("Valley News", RELAYED), make("Hill Post", DIRECT, NOW + timedelta(hours=2))
    annotate([one, other])
    story = story_of(one, other)
    refresh_families([story.pk])
    return story


def signed_in(client: Client, role: str) -> Client:
    user = User.objects.create_user(f"{role}-person")
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


@pytest.fixture
def reader(client: Client) -> Client:
    return signed_in(client, "reader")


@pytest.fixture
def editor() -> Client:
    return signed_in(Client(), "editor")


def articles(story: Story) -> list[Article]:
    return list(Article.objects.filter(membership__story=story).order_by("pk"))


def test_the_page_names_origins_and_what_is_not_held(reader, story):
    page = reader.get(f"/stories/{story.pk}/provenance/").content.decode()
    assert (
        "2 articles: at least 1 stated origin, Northport Gazette (unnamed officials) 2; 0 articles state none" in page
    )
    assert "Cited, but not held" in page and "Coast Today" in page
    assert "<svg" in page and "style=" not in page


def test_a_long_story_has_the_sources_of_its_articles_on_several_pages(reader, story, monkeypatch):
    monkeypatch.setattr("archive.web.provenance.CHAINS", 1)
    address = f"/stories/{story.pk}/provenance/"
    first, second = (reader.get(address, {"page": page}).content.decode() for page in (1, 2))
    assert "1–1 of 2" in first and 'href="?page=2#chains"' in first and 'href="?page=1#chains"' in second
    assert first.count("card__headline") == second.count("card__headline") == 1
    assert "2 articles: at least 1 stated origin" in second, "the whole story is told on every page"


def test_no_word_of_confirmation_appears_by_itself(reader, story):
    page = reader.get(f"/stories/{story.pk}/provenance/").content.decode().lower()
    assert "independent" not in page and "single-source" not in page


def test_what_a_reader_may_not_see_is_neither_counted_nor_drawn(reader, story):
    hidden = articles(story)[1]
    Article.objects.filter(pk=hidden.pk).update(embargoed_until=NOW + timedelta(days=99999))
    page = reader.get(f"/stories/{story.pk}/provenance/").content.decode()
    assert "1 article: at least 1 stated origin" in page and "Hill Post" not in page


def test_a_story_nobody_may_see_is_not_there(reader, story):
    Article.objects.update(status="withheld")
    assert reader.get(f"/stories/{story.pk}/provenance/").status_code == 404
    assert reader.get("/stories/987654/provenance/").status_code == 404


def test_a_merged_story_leads_on(reader, story):
    old = Story.objects.create(title="Wall", merged_into=story)
    answer = reader.get(f"/stories/{old.pk}/provenance/")
    assert (answer.status_code, answer["Location"]) == (301, f"/stories/{story.pk}/provenance/")


def test_the_picture_stands_by_itself(reader, story):
    answer = reader.get(f"/stories/{story.pk}/provenance.svg")
    assert answer["Content-Type"].startswith("image/svg+xml")
    assert answer.content.decode().lstrip().startswith("<svg") and "Northport" in answer.content.decode()


def test_an_editor_rejects_a_source_and_takes_it_back(editor, story):
    hop = Attribution.objects.filter(name="Coast Today").get()
    editor.post(f"/sources/{hop.pk}/", {"from": "story"})
    hop.refresh_from_db()
    assert hop.rejected_at is not None
    annotate([read(hop.article)])
    assert not Attribution.objects.filter(name="Coast Today", rejected_at=None).exists()
    editor.post(f"/sources/{hop.pk}/", {"back": "1"})
    hop.refresh_from_db()
    assert hop.rejected_at is None


def test_a_reader_rules_on_nothing(reader, story):
    hop, variant = Attribution.objects.first(), QuoteVariant.objects.first()
    assert reader.post(f"/sources/{hop.pk}/").status_code == 403
    assert reader.post(f"/quotes/{variant.family_id}/wordings/{variant.pk}/").status_code == 403
    assert reader.post(f"/articles/{hop.article_id}/sources/", {"name": "X", "evidence": "dam"}).status_code == 403


def test_an_editor_adds_a_source_with_the_words_that_prove_it(editor, story):
    held = articles(story)[0]
    evidence = "According to three unnamed officials"
    editor.post(f"/articles/{held.pk}/sources/", {"name": "Dam Board", "evidence": evidence, "role": "side"})
    hop = Attribution.objects.get(name="Dam Board")
    assert (hop.origin, hop.role, hop.field) == ("editor", "side", "body")
    assert held.current_version.body[hop.start : hop.end] == evidence
    annotate([read(held)])
    assert Attribution.objects.filter(name="Dam Board").exists()


def test_a_source_without_its_words_in_the_article_is_refused(editor, story):
    held = articles(story)[0]
    page = editor.post(f"/articles/{held.pk}/sources/", {"name": "Dam Board", "evidence": "no such words"}, follow=True)
    assert "stand nowhere in the article" in page.content.decode()
    assert not Attribution.objects.filter(name="Dam Board").exists()


def test_a_family_shows_each_wording_with_what_it_lost_and_changed(reader, story):
    family = QuoteFamily.objects.get(label__contains="disturbing")
    page = reader.get(family.get_absolute_url()).content.decode()
    assert page.count("data-item") == 2
    assert "shortened" in page and '<dt>Lost</dt><dd dir="auto">at a</dd>' in page


def test_a_wording_of_several_versions_stands_once_and_is_said_to_be_gone_only_when_it_is(editor, story):
    held = articles(story)[0]
    for number in (2, 3):
        body = f"{RELAYED.body} Part {number}."
        operations.add_version(article=held, content=replace(RELAYED, body=body), at=NOW + timedelta(hours=number))
        annotate([read(held)])
    refresh_families([story.pk])
    family = QuoteFamily.objects.get(label__contains="disturbing")
    page = editor.get(family.get_absolute_url()).content.decode()
    assert page.count("data-item") == 2 and "only in version" not in page
    content = replace(RELAYED, body="The dam is safe.")
    operations.add_version(article=held, content=content, at=NOW + timedelta(hours=5))
    annotate([read(held)])
    refresh_families([story.pk])
    assert "only in versions 1, 2, 3" in editor.get(family.get_absolute_url()).content.decode()
    variant = family.variants.filter(quote__article=held).first()
    editor.post(f"/quotes/{family.pk}/wordings/{variant.pk}/")
    assert editor.get(family.get_absolute_url()).content.decode().count("data-item") == 1


def test_a_family_hides_what_the_reader_may_not_see(reader, story):
    family = QuoteFamily.objects.get(label__contains="disturbing")
    Article.objects.filter(pk=articles(story)[1].pk).update(status="withheld")
    page = reader.get(family.get_absolute_url()).content.decode()
    assert "Hill Post" not in page
    Article.objects.update(status="usable")
    Article.objects.filter(pk=articles(story)[0].pk).update(status="withheld")
    page = reader.get(family.get_absolute_url()).content.decode()
    assert "disturbing pace" in page and family.label not in page, "the fullest wording stands where it may be read"
    Article.objects.update(status="withheld")
    assert reader.get(family.get_absolute_url()).status_code == 404


def test_an_editor_takes_a_wording_out_of_its_family(editor, story):
    variant = QuoteVariant.objects.first()
    editor.post(f"/quotes/{variant.family_id}/wordings/{variant.pk}/")
    refresh_families([story.pk])
    variant.refresh_from_db()
    assert variant.rejected_at is not None


def test_two_articles_lie_sentence_beside_sentence(reader, story):
    one, other = articles(story)
    page = reader.get(f"/articles/{one.pk}/beside/{other.pk}/").content.decode()
    assert "diff--side" in page and "reworded" in page
    only = reader.get(f"/articles/{one.pk}/beside/{other.pk}/?show=both").content.decode()
    assert "There is nothing of this kind." in only


def test_versions_that_lie_side_by_side_are_named_and_stay_when_the_rows_are_narrowed(reader, story):
    one, other = articles(story)
    page = reader.get(f"/articles/{one.pk}/beside/{one.pk}/?left=1&right=1").content.decode()
    assert page.count(f"<bdi>{one.outlet.name}, version 1</bdi>") == 2
    assert 'href="?left=1&amp;right=1&amp;show=both"' in page and 'href="?left=1&amp;right=1"' in page
    assert ", version 1" not in reader.get(f"/articles/{one.pk}/beside/{other.pk}/").content.decode()


def test_an_article_beside_one_that_is_hidden_is_not_there(reader, story):
    one, other = articles(story)
    Article.objects.filter(pk=other.pk).update(status="withheld")
    assert reader.get(f"/articles/{one.pk}/beside/{other.pk}/").status_code == 404
    assert reader.get(f"/articles/{one.pk}/beside/{one.pk}/?left=99").status_code == 404


def test_an_article_against_its_story_shows_what_it_alone_has_and_lacks(reader, story):
    one, _ = articles(story)
    page = reader.get(f"/articles/{one.pk}/beside/").content.decode()
    assert "Only here" in page and "Missing here" in page and "Hill Post" in page


def test_related_coverage_lists_the_nearest_articles_and_says_which_share_the_story(reader):
    one, other = make("Valley News", RELAYED), make("Hill Post", RELAYED, NOW + timedelta(hours=2))
    choir = Content(headline="Choir sings", body="It sang old songs in a chapel, and nobody else came.", language="en")
    apart = make("Coast Today", choir, NOW + timedelta(hours=3))
    place_waiting(at=NOW + timedelta(hours=4))
    page = reader.get(f"/articles/{one.pk}/related/").content.decode()
    assert f'href="{other.get_absolute_url()}"' in page and "same story" in page
    assert f'href="{apart.get_absolute_url()}"' not in page
    assert "Nothing related yet" in reader.get(f"/articles/{apart.pk}/related/").content.decode()


def test_an_article_alone_has_nothing_beside_it(reader):
    alone = make("Valley News", RELAYED)
    assert "nothing to lay this article beside" in reader.get(f"/articles/{alone.pk}/beside/").content.decode()


def test_the_pages_ask_the_database_a_bounded_number_of_questions(reader, story, django_assert_max_num_queries):
    family = QuoteFamily.objects.first()
    with django_assert_max_num_queries(20):
        reader.get(f"/stories/{story.pk}/provenance/")
    with django_assert_max_num_queries(16):
        reader.get(family.get_absolute_url())


@pytest.fixture
def resting() -> tuple[Article, Article]:
    """An article, and the held report of the Northport Gazette that it rests on."""
    gazette = make("Northport Gazette", Content(headline="Wall moves", body="The eastern wall is moving."))
    article = make("Valley News", RELAYED, NOW + timedelta(hours=2))
    annotate([gazette, article])
    refresh_held([story_of(article, gazette).pk])
    return article, gazette


@pytest.mark.parametrize(("status", "words"), [("canceled", "was killed"), ("withheld", "is withheld")])
def test_a_text_that_rests_on_a_killed_report_is_flagged_without_its_headline(reader, resting, status, words):
    article, gazette = resting
    assert "Northport Gazette that this text rests on" not in reader.get(f"/articles/{article.pk}/").content.decode()
    Article.objects.filter(pk=gazette.pk).update(status=status)
    page = reader.get(f"/articles/{article.pk}/").content.decode()
    assert f"The report by Northport Gazette that this text rests on {words}." in page
    assert "Wall moves" not in page


def test_a_text_that_rests_on_a_report_corrected_since_is_flagged(reader, resting):
    article, gazette = resting
    mended = Content(headline="Wall moves", body="The western wall is moving.")
    operations.add_version(article=gazette, content=mended, at=NOW + timedelta(days=1), kind="correction")
    page = reader.get(f"/articles/{article.pk}/").content.decode()
    assert "that this text rests on was corrected since." in page
    story = article.membership.story_id
    assert "that was corrected since" in reader.get(f"/stories/{story}/provenance/").content.decode()


def test_a_text_that_repeats_what_rests_on_a_killed_report_is_flagged_too(reader, resting):
    article, gazette = resting
    echo = make("Hill Post", RELAYED, NOW + timedelta(hours=3))
    Membership.objects.create(article=echo, story=article.membership.story, copy_of=article, placed_at=NOW)
    Article.objects.filter(pk=gazette.pk).update(status="canceled")
    page = reader.get(f"/articles/{echo.pk}/").content.decode()
    assert "The report by Northport Gazette that this text rests on was killed." in page


def test_an_editor_builds_a_chain_of_sources_on_the_page(editor, story):
    held = articles(story)[1]
    form = {"from": "story", "name": "Dam Board", "evidence": "any sign", "kind": "institution", "role": "main"}
    gazette = Attribution.objects.get(article=held, name="Northport Gazette")
    editor.post(f"/articles/{held.pk}/sources/", form | {"handed_on_by": gazette.order})
    board = Attribution.objects.get(name="Dam Board")
    relay = Attribution.objects.get(article=held, name="Northport Gazette", rejected_at=None)
    assert (board.kind, relay.kind, relay.relies_on) == ("institution", "relay", board.order)
    page = editor.get(f"/stories/{story.pk}/provenance/").content.decode()
    assert "relying on Dam Board" in page and "Dam Board 1" in page
    form = {"from": "story", "change": "1", "name": "Board of the Dam", "kind": "institution", "role": "main"}
    editor.post(f"/sources/{board.pk}/", form)
    assert "Board of the Dam 1" in editor.get(f"/stories/{story.pk}/provenance/").content.decode()
