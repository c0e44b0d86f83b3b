"""Undo of an import run, against the real database."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied

from archive.articles import collections, legal, operations, trail
from archive.articles.content import Content, Metadata, NewCapture
from archive.importing.withdraw import NotWithdrawable, plan, withdraw
from archive.models import Article, ImportItem, ImportRun, User

NOW = datetime(2025, 3, 8, 12, tzinfo=UTC)
TEXT = Content(headline="Gates were cracked", body="The hinges had moved.")

pytestmark = pytest.mark.django_db


@pytest.fixture
def archivist() -> User:
    user = User.objects.create_user("ana")
    user.groups.add(Group.objects.get(name="archivist"))
    return user


@pytest.fixture
def run() -> ImportRun:
    return ImportRun.objects.create(origin="command", state="done")


def item(run: ImportRun, outcome: str = "created") -> ImportItem:
    position = run.items.count() + 1
    return run.items.create(position=position, file=f"{position}.txt", captured_at=NOW, state="done", outcome=outcome)


def bring(run: ImportRun, headline: str = TEXT.headline) -> Article:
    row = item(run)
    article = operations.create_article(
        outlet=operations.find_or_create_outlet(name="Coastal Courier"),
        content=replace(TEXT, headline=headline),
        metadata=Metadata(),
        capture=NewCapture(headline.encode(), "text_dump", NOW),
        at=NOW,
        import_item=row,
    )
    ImportItem.objects.filter(pk=row.pk).update(article=article)
    return article


def update(run: ImportRun, article: Article, headline: str) -> None:
    row = item(run, "new_version")
    content = replace(TEXT, headline=headline)
    operations.add_version(
        article=article, content=content, capture=NewCapture(b"2", "text_dump", NOW), at=NOW, import_item=row
    )
    ImportItem.objects.filter(pk=row.pk).update(article=article)


def test_new_articles_are_withheld_and_new_versions_set_back_as_one_step(run, archivist):
    older = bring(ImportRun.objects.create(origin="command", state="done"), "Held before")
    new = bring(run)
    update(run, older, "Rewritten by the run")
    done = withdraw(run=run, by=archivist, reason="Wrong folder", at=NOW)
    assert [a.pk for a in done.withheld] == [new.pk] and [a.pk for a in done.set_back] == [older.pk]
    older.refresh_from_db()
    assert (older.current_version.headline, older.current_version.kind) == ("Held before", "revert")
    assert older.versions.count() == 3 and list(Article.objects.published(NOW)) == [older]
    run.refresh_from_db()
    assert run.state == "withdrawn"
    assert trail.entries(action="withdraw import run").get().reason == "Wrong folder"


def test_what_others_built_on_is_left_alone_and_listed(run, archivist):
    collected, edited, free = bring(run, "Collected"), bring(run, "Edited"), bring(run, "Free")
    dossier = collections.create(name="Floods", by=archivist, at=NOW)
    collections.add(collection=dossier, articles=[collected], by=archivist, at=NOW)
    operations.add_version(article=edited, content=replace(TEXT, headline="Corrected"), at=NOW, by=archivist)
    kept = {one.article.pk: one.because for one in withdraw(run=run, by=archivist, reason="", at=NOW).kept}
    assert set(kept) == {collected.pk, edited.pk}
    assert "“Floods”" in kept[collected.pk] and "version 2" in kept[edited.pk]
    assert set(Article.objects.published(NOW)) == {collected, edited}
    free.refresh_from_db()
    assert free.status == "withheld" and "Import run" in free.status_reason


def test_a_run_is_withdrawn_once_and_only_when_it_is_over(run, archivist):
    bring(run)
    running = ImportRun.objects.create(origin="command", state="running")
    with pytest.raises(NotWithdrawable):
        withdraw(run=running, by=archivist, reason="", at=NOW)
    withdraw(run=run, by=archivist, reason="", at=NOW)
    with pytest.raises(NotWithdrawable):
        withdraw(run=run, by=archivist, reason="", at=NOW)


def test_a_reader_withdraws_nothing(run):
    article = bring(run)
    with pytest.raises(PermissionDenied):
        withdraw(run=run, by=User.objects.create_user("cleo"), reason="", at=NOW)
    assert list(Article.objects.published(NOW)) == [article]


def test_the_plan_takes_as_many_queries_for_twenty_articles_as_for_two(run, django_assert_max_num_queries):
    for number in range(20):
        bring(run, f"Report {number}")
    with django_assert_max_num_queries(9):
        assert len(plan(run).withheld) == 20


def test_the_page_of_a_run_leads_to_its_undo_which_lists_what_stays_before_anything_happens(run, archivist, client):
    collected, held, free = bring(run, "Collected"), bring(run, "Under a hold"), bring(run, "Free")
    dossier = collections.create(name="Floods", by=archivist, at=NOW)
    collections.add(collection=dossier, articles=[collected], by=archivist, at=NOW)
    legal.receive(requester="Court", scope="hold", grounds="A case", articles=[held], by=archivist, at=NOW)
    client.force_login(archivist)
    address = f"{run.get_absolute_url()}withdraw/"
    assert address in client.get(run.get_absolute_url()).content.decode()
    page = client.get(address).content.decode()
    assert "it is in the collection “Floods”" in page and "a legal hold is in force on it" in page
    assert Article.objects.published(NOW).count() == 3
    answer = client.post(address, {"reason": "Wrong folder"}, follow=True)
    assert "1 withheld, 0 set back, 2 left alone" in answer.content.decode()
    free.refresh_from_db()
    assert free.status == "withheld" and "Wrong folder" in free.status_reason
    assert "and only once" in client.get(address).content.decode()
    client.force_login(User.objects.create_user("cleo", is_staff=True))
    assert client.post(address).status_code == 403
