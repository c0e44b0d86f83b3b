"""A further capture that knows more of an article gives it what it lacked, and makes no version of it."""

import pytest
from django.contrib.auth import get_user_model

from archive.articles import operations
from archive.articles.citation import citation_text
from archive.articles.content import content_of_version
from archive.clock import now
from archive.models import Article, Version

from .world import counts, imported, wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    imported({"poor.json": wire("urn:gull:1", "Ferry returns", language="")})
    richer = wire("urn:gull:1", "Ferry returns", byline="Ada Finch", slugline="ferry-return", urgency=2,
                  copyrightholder="Gull Bay Gazette", usageterms="Not for resale.")  # fmt: skip
    assert counts(imported({"rich.json": richer}))["unchanged"] == 1
    return Article.objects.get()


def test_what_was_not_known_is_filled_and_the_version_stays(article):
    version = article.current_version
    assert (article.versions.count(), article.captures.count(), version.byline) == (1, 2, "")
    assert article.byline_of(version) == "Ada Finch"
    assert (article.language, article.slugline, article.urgency) == ("en", "ferry-return", 2)
    assert article.usage_terms == "Not for resale."


def test_the_byline_is_shown_cited_and_searched(article, admin_client):
    assert "Ada Finch" in citation_text(article, article.current_version)
    assert "Ada Finch" in admin_client.get(article.get_absolute_url()).content.decode()


def test_what_is_known_stays_whatever_comes_later(article):
    again = wire("urn:gull:1", "Ferry returns", byline="Bo Tern", slugline="other", urgency=5)
    imported({"again.json": again})
    article.refresh_from_db()
    assert (article.later_byline, article.slugline, article.urgency) == ("Ada Finch", "ferry-return", 2)


def test_an_editor_s_version_has_the_last_word_on_the_byline(article):
    editor = get_user_model().objects.create_user("mara")
    content = content_of_version(article.current_version)
    operations.add_version(article=article, content=content, at=now(), by=editor, kind=Version.Kind.REVERT)
    article.refresh_from_db()
    assert article.byline_of(article.current_version) == ""
