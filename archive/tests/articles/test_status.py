"""The status verbs and the trail they leave, against the real database."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from archive.articles import operations, status, trail
from archive.articles.content import Content, Metadata
from archive.models import Article, IndexEntry, TrailEntry, User

NOW = datetime(2025, 3, 8, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def person(role: str) -> User:
    user = User.objects.create_user(role)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def article() -> Article:
    outlet = operations.create_outlet(name="Coastal Courier")
    content = Content(headline="Barrier gates were cracked", body="The hinges had moved.")
    return operations.create_article(outlet=outlet, content=content, metadata=Metadata(), capture=None, at=NOW)


def shown(article: Article, at: datetime = NOW) -> bool:
    return Article.objects.published(at).filter(pk=article.pk).exists()


def test_an_editor_withholds_at_once_and_the_reason_and_the_trail_stay(article):
    editor = person("editor")
    IndexEntry.objects.update(done=F("wanted"))
    status.withhold(article=article, by=editor, reason="The minister's age is wrong", at=NOW)
    assert not shown(article) and article.versions.count() == 1
    (entry,) = trail.entries(article_id=article.pk)
    assert (entry.user, entry.action, entry.reason) == (editor, "withhold", "The minister's age is wrong")
    assert (entry.before, entry.after) == ({"status": "usable"}, {"status": "withheld"})
    assert IndexEntry.objects.waiting().count() == 1


def test_a_kill_takes_an_archivist_and_a_reason_and_keeps_every_version(article):
    with pytest.raises(PermissionDenied, match="an archivist"):
        status.kill(article=article, by=person("editor"), reason="Legal order", at=NOW)
    archivist = person("archivist")
    with pytest.raises(operations.ArchiveError, match="Say why"):
        status.kill(article=article, by=archivist, reason=" ", at=NOW)
    assert shown(article)
    status.kill(article=article, by=archivist, reason="Legal order", at=NOW)
    article.refresh_from_db()
    assert (article.status, article.status_reason) == ("canceled", "Legal order")
    assert [v.kind for v in article.versions.order_by("number")] == ["original", "kill"]


def test_a_killed_article_is_reinstated_by_an_archivist_only(article):
    archivist, editor = person("archivist"), person("editor")
    status.kill(article=article, by=archivist, reason="Legal order", at=NOW)
    with pytest.raises(PermissionDenied):
        status.reinstate(article=article, by=editor, reason="It was right", at=NOW)
    with pytest.raises(status.WrongStatus):
        status.withhold(article=article, by=editor, reason="Rather this", at=NOW)
    status.reinstate(article=article, by=archivist, reason="The order was lifted", at=NOW)
    assert shown(article)
    assert [v.kind for v in article.versions.order_by("number")] == ["original", "kill", "reinstatement"]


def test_killing_twice_does_nothing_twice(article):
    for _ in range(2):
        status.kill(article=article, by=None, reason="Kill by wire", at=NOW, job="import run 1")
    assert article.versions.count() == 2 and TrailEntry.objects.get().job == "import run 1"


def test_an_embargo_hides_until_its_moment_and_then_lifts_by_itself(article):
    editor = person("editor")
    until = NOW + timedelta(hours=2)
    with pytest.raises(operations.ArchiveError, match="in the future"):
        status.embargo(article=article, by=editor, until=NOW, reason="Speech", at=NOW)
    status.embargo(article=article, by=editor, until=until, reason="Speech", at=NOW)
    assert not shown(article) and shown(article, until)
    IndexEntry.objects.update(done=F("wanted"))
    assert status.lift_due_embargoes(at=until - timedelta(seconds=1)) == 0
    assert status.lift_due_embargoes(at=until) == 1
    assert status.lift_due_embargoes(at=until) == 0
    article.refresh_from_db()
    assert article.embargoed_until is None and IndexEntry.objects.waiting().count() == 1
    assert [e.job or e.user.username for e in trail.entries(article_id=article.pk)] == ["lift embargoes", "editor"]


def test_a_reader_changes_nothing(article):
    reader = person("reader")
    for verb in (status.withhold, status.kill):
        with pytest.raises(PermissionDenied):
            verb(article=article, by=reader, reason="No", at=NOW)
    assert not TrailEntry.objects.exists()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE archive_trailentry SET reason = ''", "DELETE FROM archive_trailentry", "TRUNCATE archive_trailentry"],
)
def test_the_trail_can_only_grow(article, statement):
    trail.record(action="look", at=NOW, article=article, job="test")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert TrailEntry.objects.count() == 1


def test_the_trail_is_found_by_person_time_and_words(article):
    editor = person("editor")
    status.withhold(article=article, by=editor, reason="Wrong age", at=NOW)
    status.reinstate(article=article, by=editor, reason="Age was right", at=NOW + timedelta(days=1))
    assert [e.action for e in trail.entries(user_id=editor.pk)] == ["reinstate", "withhold"]
    assert [e.action for e in trail.entries(until=NOW + timedelta(hours=1))] == ["withhold"]
    assert trail.as_records(trail.entries(words="was right"))[0]["action"] == "reinstate"


def test_an_embargo_that_is_over_is_asked_about_and_indexed_well_within_a_minute(settings):
    beat = settings.CELERY_BEAT_SCHEDULE
    assert beat["lift-embargoes"]["schedule"] + beat["drain-index"]["schedule"] <= 30
