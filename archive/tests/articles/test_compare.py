"""Changes are stored beside each version, chained by issue, and searchable by class."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from archive.articles import compare, operations
from archive.articles.content import Content, Metadata
from archive.models import Article, Version, VersionChange

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
QUOTE = "“We were told about it in March,” said Lund."

pytestmark = pytest.mark.django_db


def text(body: str, day: int = 0, headline: str = "Pier closes") -> Content:
    return Content(headline=headline, body=body, issued_at=AT + timedelta(days=day))


@pytest.fixture
def article() -> Article:
    return operations.create_article(
        outlet=operations.create_outlet(name="Harbor Post"),
        content=text(f"The pier closes for nine weeks.\n{QUOTE}"),
        metadata=Metadata(),
        capture=None,
        at=AT,
    )


def change(version: Version) -> VersionChange:
    return VersionChange.objects.get(version=version)


def test_a_new_version_is_classed_against_the_one_before(article: Article) -> None:
    version = operations.add_version(article=article, content=text("The pier closes for eleven weeks.", 1), at=AT)
    kept = change(version)
    assert {"number", "quote_removed"} <= set(kept.kinds)
    assert kept.is_silent
    assert compare.summary(kept.changes).startswith("one quote dropped; figure nine → eleven")


def test_a_version_that_arrives_late_stands_where_it_was_issued(article: Article) -> None:
    third = operations.add_version(article=article, content=text("The pier closes for twelve weeks.", 4), at=AT)
    second = operations.add_version(article=article, content=text(f"The pier closes for ten weeks.\n{QUOTE}", 2), at=AT)
    article.refresh_from_db()
    assert article.current_version == third
    assert change(second).base.number == 1
    assert change(third).base == second
    assert [entry.version.number for entry in compare.history_page(article)] == [1, 3, 2]


def test_a_correction_with_a_note_is_not_silent(article: Article) -> None:
    body = f"The pier closes for eleven weeks.\n{QUOTE}\nCorrection: an earlier version gave nine weeks."
    assert not change(operations.add_version(article=article, content=text(body, 1), at=AT)).is_silent


def test_versions_are_found_by_what_was_removed(article: Article, django_user_model) -> None:
    operations.add_version(article=article, content=text("The pier closes for nine weeks.", 1), at=AT)
    reader = django_user_model.objects.create_user("reader")
    found = compare.changed_versions(reader, kinds=["quote_removed"])
    assert [row.version.number for row in found] == [2]
    assert not compare.changed_versions(reader, kinds=["quote_added"]).exists()
    Article.objects.update(status="withheld")
    assert not compare.changed_versions(reader, kinds=["quote_removed"]).exists()
    assert not compare.changed_versions(AnonymousUser(), kinds=["quote_removed"]).exists()


def test_the_history_takes_as_many_queries_for_ten_versions_as_for_two(
    article: Article, django_assert_num_queries
) -> None:
    operations.add_version(article=article, content=text("The pier closes for ten weeks.", 1), at=AT)
    with django_assert_num_queries(3):
        compare.history_page(article)
    for day in range(2, 10):
        operations.add_version(article=article, content=text(f"The pier closes for {day + 9} weeks.", day), at=AT)
    with django_assert_num_queries(3):
        assert len(compare.history_page(article)) == 10
