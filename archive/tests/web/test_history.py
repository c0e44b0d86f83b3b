"""The pages of an article's history: every version and diff at its address, visible to whom it may be."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from archive import clock
from archive.articles import merging, operations, status
from archive.articles.content import Content, Metadata
from archive.models import Article, User

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FIRST = "The pier closes for nine weeks.\nDivers looked at the piles.\nThe quay stays open.\nThe school boat sails."
SECOND = FIRST.replace("nine", "eleven") + "\nCorrection: an earlier version gave nine weeks."

pytestmark = pytest.mark.django_db


@pytest.fixture
def article() -> Article:
    made = operations.create_article(
        outlet=operations.create_outlet(name="Harbor Post"),
        content=Content(headline="Pier <closes>", body=FIRST, issued_at=AT),
        metadata=Metadata(),
        capture=None,
        at=AT,
    )
    later = Content(headline="Pier <closes>", body=SECOND, issued_at=AT + timedelta(days=1))
    operations.add_version(article=made, content=later, at=AT)
    return made


def person(role: str) -> User:
    made = User.objects.create_user(f"{role}-person")
    made.groups.add(Group.objects.get(name=role))
    return made


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(person("reader"))
    return client


def test_the_history_tells_each_change_in_a_sentence(reader: Client, article: Article) -> None:
    page = reader.get(f"/articles/{article.pk}/history/").content.decode()
    assert "figure nine → eleven; correction note added" in page
    assert f"/articles/{article.pk}/diff/1/2/" in page
    assert "Pier &lt;closes&gt;" in page


def test_the_diff_marks_words_and_folds_what_stayed(reader: Client, article: Article) -> None:
    page = reader.get(f"/articles/{article.pk}/diff/1/2/").content.decode()
    assert "<del>nine </del><ins>eleven </ins>" in page
    assert "Correction note" in page
    assert "1 paragraph unchanged" in page
    side = reader.get(f"/articles/{article.pk}/diff/1/2/?view=side").content.decode()
    assert "diff--side" in side


def test_the_chooser_leads_to_the_permanent_address(reader: Client, article: Article) -> None:
    assert reader.get(f"/articles/{article.pk}/diff/")["Location"] == f"/articles/{article.pk}/diff/1/2/"
    answer = reader.get(f"/articles/{article.pk}/diff/?before=2&after=1&view=side")
    assert answer["Location"] == f"/articles/{article.pk}/diff/2/1/?view=side"
    assert reader.get(f"/articles/{article.pk}/diff/1/7/").status_code == 404


def test_the_list_of_changes_narrows_by_class(reader: Client, article: Article) -> None:
    assert "Pier &lt;closes&gt;" in reader.get("/changes/?kind=correction_note").content.decode()
    assert "Pier &lt;closes&gt;" not in reader.get("/changes/?kind=quote_removed").content.decode()
    assert "Pier &lt;closes&gt;" not in reader.get("/changes/?silent=1").content.decode()


def test_a_killed_article_answers_410_and_gives_the_reason_but_not_the_text(reader: Client, article: Article) -> None:
    archivist = person("archivist")
    status.kill(article=article, by=archivist, reason="The source took it back.", at=AT)
    answer = reader.get(f"/articles/{article.pk}/history/")
    assert answer.status_code == 410
    assert "The source took it back." in answer.content.decode()
    assert "Pier" not in answer.content.decode()
    assert "Pier" not in reader.get("/changes/").content.decode()
    reader.force_login(archivist)
    assert reader.get(f"/articles/{article.pk}/history/").status_code == 200


def test_a_withheld_article_says_so_without_its_text(reader: Client, article: Article) -> None:
    status.withhold(article=article, by=None, reason="Checking.", at=AT)
    answer = reader.get(f"/articles/{article.pk}/diff/1/2/")
    assert answer.status_code == 410
    assert "Pier" not in answer.content.decode()


def test_an_embargoed_article_is_not_there_yet(reader: Client, article: Article) -> None:
    status.embargo(article=article, by=None, until=clock.now() + timedelta(hours=1), reason="", at=clock.now())
    assert reader.get(f"/articles/{article.pk}/diff/1/2/").status_code == 404


def test_a_merged_article_leads_on_to_the_same_page_of_the_other(reader: Client, article: Article) -> None:
    other = operations.create_article(
        outlet=article.outlet, content=Content(headline="x", body="y"), metadata=Metadata(), capture=None, at=AT
    )
    merging.merge_articles(source=other, target=article, by=person("archivist"), reason="One text.", at=AT)
    answer = reader.get(f"/articles/{other.pk}/history/")
    assert answer["Location"] == f"/articles/{article.pk}/history/"
    assert "of a merged article" in reader.get(answer["Location"]).content.decode()
