"""The desk's page: status verbs by role, merging and splitting undoably, the trail, and bytes as received."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from archive.articles import operations, status
from archive.articles.content import Content, Metadata, NewCapture
from archive.models import Article, TextHash, TrailEntry, User

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def make(headline: str = "Pier closes", outlet: str = "Harbor Post") -> Article:
    return operations.create_article(
        outlet=operations.find_or_create_outlet(name=outlet),
        content=Content(headline=headline, body="The pier closes for nine weeks."),
        metadata=Metadata(),
        capture=NewCapture(b"<script>alert(1)</script>", "html_page", AT, file="../a/pier.html"),
        at=AT,
    )


def sign_in(client: Client, role: str) -> User:
    person, made = User.objects.get_or_create(username=f"{role}-person")
    if made:
        person.groups.add(Group.objects.get(name=role))
    client.force_login(person)
    return person


def act(client: Client, article: Article, verb: str, **values: str):
    sent = {"verb": verb} | {f"{verb}-{name}": value for name, value in values.items()}
    return client.post(f"/articles/{article.pk}/desk/", sent)


MATRIX = [
    ("reader", "withhold", 403),
    ("reader", "kill", 403),
    ("editor", "withhold", 302),
    ("editor", "kill", 403),
    ("archivist", "kill", 302),
]


@pytest.mark.parametrize(("role", "verb", "code"), MATRIX)
def test_each_verb_asks_for_its_role(client: Client, role: str, verb: str, code: int) -> None:
    article = make()
    sign_in(client, role)
    assert act(client, article, verb, reason="Checking.").status_code == code
    article.refresh_from_db()
    assert (article.status == "usable") == (code == 403)


def test_an_embargo_is_read_in_the_zone_that_was_named(client: Client) -> None:
    article = make()
    sign_in(client, "editor")
    day = timezone.now() + timedelta(days=30)
    answer = act(
        client, article, "embargo", reason="By wire.", until=f"{day:%Y-%m-%d}T12:00", zone="Pacific/Kiritimati"
    )
    assert answer.status_code == 302
    article.refresh_from_db()
    assert article.embargoed_until.astimezone(UTC).hour == 22
    assert act(client, article, "embargo", reason="x", until="2031-01-01T12:00", zone="Mars/Base").status_code in (
        404,
        409,
    )


def test_an_editor_brings_back_what_is_withheld_without_seeing_the_text(client: Client) -> None:
    article = make()
    sign_in(client, "editor")
    status.withhold(article=article, by=None, reason="Checking.", at=AT)
    page = client.get(f"/articles/{article.pk}/desk/")
    assert page.status_code == 200
    assert "Pier" not in page.content.decode()
    act(client, article, "reinstate", reason="It holds.")
    article.refresh_from_db()
    assert article.status == "usable"


def test_a_verb_without_a_reason_is_refused_with_the_form_kept_open(client: Client) -> None:
    article = make()
    sign_in(client, "archivist")
    assert act(client, article, "kill", reason=" ").status_code == 409
    article.refresh_from_db()
    assert article.status == "usable"


def test_merging_is_suggested_done_redirected_and_undone(client: Client) -> None:
    one, two = make("Pier closes"), make("Pier to close")
    for article in (one, two):
        TextHash.objects.bulk_create(TextHash(hash=number, article=article) for number in range(8))
    sign_in(client, "archivist")
    page = client.get(f"/articles/{one.pk}/desk/").content.decode()
    assert f"/articles/{one.pk}/merge/{two.pk}/" in page
    assert "shares 8 of 8 passages" in page
    assert client.get(f"/articles/{one.pk}/merge/{two.pk}/").status_code == 200
    client.post(f"/articles/{one.pk}/merge/{two.pk}/", {"reason": "One text."})
    assert client.get(f"/articles/{one.pk}/")["Location"] == f"/articles/{two.pk}/"
    record = client.get(f"/articles/{two.pk}/desk/").context["merges"][0]
    client.post(f"/articles/{two.pk}/merges/{record.pk}/undo/")
    assert client.get(f"/articles/{one.pk}/").status_code == 200


def test_versions_are_split_off_into_an_article_of_their_own(client: Client) -> None:
    article = make()
    operations.add_version(article=article, content=Content(headline="Another thing", body="Else."), at=AT)
    sign_in(client, "archivist")
    client.post(f"/articles/{article.pk}/split/", {"number": "2", "reason": "Two events."})
    other = Article.objects.latest("pk")
    assert other.current_version.headline == "Another thing"
    article.refresh_from_db()
    assert article.current_version.number == 1


def test_the_trail_is_found_and_exported(client: Client) -> None:
    article = make()
    archivist = sign_in(client, "archivist")
    act(client, article, "kill", reason="Taken back.")
    page = client.get(f"/trail/?article={article.pk}&person={archivist.pk}&words=Taken").content.decode()
    assert "Taken back." in page
    lines = b"".join(client.get("/trail/export.jsonl").streaming_content).decode().splitlines()
    assert json.loads(lines[0])["action"] == "kill"
    sign_in(client, "editor")
    assert client.get("/trail/").status_code == 403


@pytest.mark.parametrize("act", ["UPDATE archive_trailentry SET reason = ''", "DELETE FROM archive_trailentry"])
def test_the_archive_itself_can_not_rewrite_the_trail(act: str) -> None:
    status.withhold(article=make(), by=None, reason="Checking.", at=AT)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)
    assert TrailEntry.objects.exists()


def test_bytes_are_handed_to_archivists_and_never_rendered(client: Client) -> None:
    capture = make().captures.get()
    sign_in(client, "editor")
    assert client.get(f"/captures/{capture.pk}/").status_code == 403
    sign_in(client, "archivist")
    answer = client.get(f"/captures/{capture.pk}/")
    assert answer.content == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="pier.html"'
    assert "sandbox" in answer["Content-Security-Policy"]
