"""Correcting on the site: a new version with its reason, and never over somebody else's work."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from archive.articles import operations
from archive.articles.content import Content, Metadata
from archive.formats.base import DateReading, ParsedTag
from archive.models import Article, TrailEntry, User

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def article() -> Article:
    return operations.create_article(
        outlet=operations.create_outlet(name="Harbor Post"),
        content=Content(headline="Pier closes", body="The pier closes for nine weeks.\nThe quay stays open."),
        metadata=Metadata(
            published=DateReading(datetime(2026, 3, 1, 8, 30), "minute", printed="1 March 2026, 08:30"),
            tags=(ParsedTag("Ferries"), ParsedTag("Ines Okafor", "person")),
        ),
        capture=None,
        at=AT,
    )


def person(role: str, name: str = "") -> User:
    made = User.objects.create_user(name or f"{role}-person")
    made.groups.add(Group.objects.get(name=role))
    return made


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(person("editor"))
    return client


def filled(client: Client, article: Article, **changed: str) -> dict[str, str]:
    form = client.get(f"/articles/{article.pk}/edit/").context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    values["day"] = str(values["day"])
    values["time"] = str(values["time"])[:5]
    return values | {"reason": "The outlet corrected itself."} | changed


def test_a_correction_is_a_new_version_with_reason_and_author(editor: Client, article: Article) -> None:
    sent = filled(editor, article, body="The pier closes for eleven weeks.\r\n\r\nThe quay stays open.")
    assert editor.post(f"/articles/{article.pk}/edit/", sent)["Location"] == article.get_absolute_url()
    article.refresh_from_db()
    version = article.current_version
    assert (version.number, version.kind, version.reason) == (2, "correction", "The outlet corrected itself.")
    assert version.author.username == "editor-person"
    assert version.body == "The pier closes for eleven weeks.\nThe quay stays open."
    assert version.change.kinds == ["number"]
    assert not version.change.is_silent
    entry = TrailEntry.objects.get(action="correct")
    assert entry.after == {"version": 2, "fields": ["body"]}
    assert "eleven" not in str(entry.before) + str(entry.after)


def test_a_date_set_by_an_editor_keeps_what_the_machine_had_read(editor: Client, article: Article) -> None:
    editor.post(f"/articles/{article.pk}/edit/", filled(editor, article, time="09:45", zone="+02:00"))
    article.refresh_from_db()
    assert article.published_iso == "2026-03-01T09:45:00+02:00"
    assert article.edited_fields["published_at"]["machine"] == "2026-03-01T08:30:00"
    assert article.current_version.number == 1
    assert "2026-03-01T08:30:00" in editor.get(f"/articles/{article.pk}/edit/").content.decode()


def test_tags_are_set_with_their_kind(editor: Client, article: Article) -> None:
    editor.post(f"/articles/{article.pk}/edit/", filled(editor, article, tags="Ferries\nplace: Tern Island"))
    held = article.article_tags.filter(removed_at=None).order_by("position", "id")
    assert [(row.tag.kind, row.tag.name) for row in held] == [("topic", "Ferries"), ("place", "Tern Island")]


def test_two_editors_at_once_are_told_and_nothing_is_overwritten(editor: Client, article: Article) -> None:
    sent = filled(editor, article, body="The pier closes for ten weeks.")
    operations.add_version(
        article=article, content=Content(headline="Pier closes", body="Other."), at=AT, by=person("editor", "mira")
    )
    answer = editor.post(f"/articles/{article.pk}/edit/", sent)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "mira wrote version 2 while you worked" in page
    assert "The pier closes for ten weeks." in page
    article.refresh_from_db()
    assert article.versions.count() == 2

    again = sent | {"expected": answer.context["form"]["expected"].value()}
    assert editor.post(f"/articles/{article.pk}/edit/", again).status_code == 302
    assert article.versions.count() == 3


def test_a_form_that_fails_keeps_what_was_typed(editor: Client, article: Article) -> None:
    answer = editor.post(f"/articles/{article.pk}/edit/", filled(editor, article, body="Typed for long.", reason=""))
    assert "Typed for long." in answer.content.decode()
    assert article.versions.count() == 1


def test_saving_nothing_new_says_so(editor: Client, article: Article) -> None:
    answer = editor.post(f"/articles/{article.pk}/edit/", filled(editor, article))
    assert "nothing to save" in answer.content.decode()
    assert not TrailEntry.objects.filter(action="correct").exists()


def test_a_revert_says_again_what_an_earlier_version_said(editor: Client, article: Article) -> None:
    editor.post(f"/articles/{article.pk}/edit/", filled(editor, article, body="The pier closes for ten weeks."))
    page = editor.get(f"/articles/{article.pk}/revert/1/").content.decode()
    assert "figure ten → nine" in page
    sent = {"reason": "The first was right.", "expected": "2"}
    assert editor.post(f"/articles/{article.pk}/revert/1/", sent).status_code == 302
    article.refresh_from_db()
    assert (article.current_version.number, article.current_version.kind) == (3, "revert")
    assert article.current_version.reverts_to.number == 1
    stale = editor.post(f"/articles/{article.pk}/revert/1/", sent)
    assert stale.status_code == 409


def test_readers_may_not_correct(client: Client, article: Article) -> None:
    client.force_login(person("reader"))
    assert client.get(f"/articles/{article.pk}/edit/").status_code == 403
    assert client.post(f"/articles/{article.pk}/revert/1/", {"reason": "x", "expected": "1"}).status_code == 403
