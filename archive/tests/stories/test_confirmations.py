"""Two words appear only where a named editor confirmed them, claim by claim, and go when the editor withdraws them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from archive.articles import operations
from archive.articles.content import Content
from archive.models import Article, Confirmation, Story, TrailEntry, User
from archive.stories import confirmations
from archive.stories.annotate import annotate

from .test_annotate import NOW, RELAYED, make, story_of

pytestmark = pytest.mark.django_db

ON_ITS_OWN = Content(
    headline="Engineers measure the wall",
    body="“The wall moved by nine millimeters,” Ines Hale, spokesperson for the Dam Board, said at a briefing.",
    language="en",
)
ORIGINS = ["Northport Gazette (unnamed officials)", "Dam Board briefing"]


@pytest.fixture
def dam() -> tuple[Story, list[Article]]:
    articles = [make("Valley News", RELAYED), make("Hill Post", ON_ITS_OWN, NOW + timedelta(hours=2))]
    annotate(articles)
    return story_of(*articles), articles


def signed_in(role: str) -> Client:
    client = Client()
    user = User.objects.create_user(f"{role}-ines", first_name="Ines", last_name="Ruiz")
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


def confirm(editor: Client, story: Story, **said) -> str:
    form = {
        "claim": "The eastern wall is moving.",
        "finding": "independent",
        "origin": ORIGINS,
        "article": list(Article.objects.values_list("pk", flat=True)),
        "reason": "Asked both; neither had read the other.",
    }
    return editor.post(f"/stories/{story.pk}/confirmations/", form | said, follow=True).content.decode()


def pages(client: Client, story: Story) -> str:
    addresses = (f"/stories/{story.pk}/", f"/stories/{story.pk}/provenance/", f"/stories/{story.pk}/export.json")
    return "".join(client.get(address).content.decode() for address in addresses)


def test_the_word_stands_with_claim_editor_and_reason_on_every_page_once_it_is_confirmed(dam):
    story, _ = dam
    reader, editor = signed_in("reader"), signed_in("editor")
    assert "independent" not in pages(reader, story).lower()
    assert "confirmed in your name" in confirm(editor, story)
    shown = pages(reader, story)
    assert shown.count("independent") >= 3 and "confirmed by Ines Ruiz" in shown and "neither had read" in shown
    assert "single-source" not in shown.lower()
    record = json.loads(reader.get(f"/stories/{story.pk}/export.json").content)["confirmed"][0]
    assert (record["by"], record["origins"], len(record["articles"])) == ("Ines Ruiz", ORIGINS, 2)


def test_a_withdrawn_word_is_gone_and_can_be_taken_up_again_and_the_trail_knows(dam):
    story, _ = dam
    editor, reader = signed_in("editor"), signed_in("reader")
    confirm(editor, story, finding="single_source", origin=ORIGINS[:1])
    address = f"/confirmations/{Confirmation.objects.get().pk}/"
    assert "single-source" in pages(reader, story)
    editor.post(address)
    assert "single-source" not in pages(reader, story)
    assert "Take it up again" in editor.get(f"/stories/{story.pk}/provenance/").content.decode()
    editor.post(address, {"back": "1"})
    assert "single-source" in pages(reader, story)
    told = ["claim confirmed", "confirmation withdrawn", "confirmation restored"]
    assert list(TrailEntry.objects.filter(action__contains="confirm").values_list("action", flat=True)) == told


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"claim": " "}, "Write the claim"),
        ({"reason": ""}, "Say how you know"),
        ({"origin": ORIGINS[:1]}, "two at least"),
        ({"finding": "single_source"}, "the one origin"),
        ({"finding": "proven"}, "Choose what you found"),
        ({"article": []}, "Choose the articles"),
    ],
)
def test_a_confirmation_that_lacks_something_is_refused_with_what_is_missing(dam, said, words):
    assert words in confirm(signed_in("editor"), dam[0], **said)
    assert not Confirmation.objects.exists()


def test_a_reader_confirms_and_withdraws_nothing(dam):
    story, _ = dam
    reader = signed_in("reader")
    assert reader.post(f"/stories/{story.pk}/confirmations/", {"claim": "x"}).status_code == 403
    confirm(signed_in("editor"), story)
    assert reader.post(f"/confirmations/{Confirmation.objects.get().pk}/").status_code == 403


def test_whoever_may_not_read_one_of_its_articles_does_not_learn_of_it(dam):
    story, articles = dam
    confirm(signed_in("editor"), story)
    Article.objects.filter(pk=articles[1].pk).update(status="withheld")
    assert "independent" not in pages(signed_in("reader"), story).lower()


def test_a_later_version_of_an_article_puts_the_word_in_doubt(dam):
    story, articles = dam
    editor = signed_in("editor")
    confirm(editor, story)
    Confirmation.objects.update(made_at=NOW + timedelta(days=1))
    assert not confirmations.confirmed(articles)[0].is_shaken
    mended = Content(headline="Wall stands", body="The wall stands still.", language="en")
    operations.add_version(article=articles[1], content=mended, at=NOW + timedelta(days=2), kind="correction")
    assert "changed or killed since" in editor.get(f"/stories/{story.pk}/").content.decode()
