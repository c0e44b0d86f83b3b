"""An archive opened to the public: reading only, and the full text only where the rights allow."""

import pytest
from django.test import Client

from archive import clock
from archive.articles import operations, status
from archive.articles.content import Content, Metadata
from archive.models import Article, Outlet

pytestmark = pytest.mark.django_db

BODY = "Divers found cracks in nine piles."
CLOSED = ["/", "/search/?q=piles", "/changes/", "/collections/", "/trail/", "/me/", "/legal/"]


def make(rights: str) -> Article:
    outlet = operations.create_outlet(name=f"Harbor {rights}", rights=rights)
    content = Content(headline="Pier closes", body=BODY)
    return operations.create_article(outlet=outlet, content=content, metadata=Metadata(), capture=None, at=clock.now())


@pytest.mark.parametrize(
    ("rights", "is_shown"), [(Outlet.Rights.OWNED, True), (Outlet.Rights.LICENSED, True), (Outlet.Rights.NONE, False)]
)
def test_the_public_reads_the_text_only_where_the_rights_allow(
    client: Client, settings, rights: str, is_shown: bool
) -> None:
    settings.ARCHIVE_PUBLIC = True
    article = make(rights)
    answer = client.get(f"/articles/{article.pk}/")
    assert answer.status_code == 200
    assert "Pier closes" in answer.content.decode()
    assert (BODY in answer.content.decode()) == is_shown
    for path in (f"/outlets/{article.outlet.slug}/", "/outlets/", "/tags/", "/dates/"):
        assert client.get(path).status_code == 200, path


def test_the_public_neither_writes_nor_sees_the_desk(client: Client, settings) -> None:
    settings.ARCHIVE_PUBLIC = True
    article = make(Outlet.Rights.OWNED)
    desk = [f"/articles/{article.pk}/{page}/" for page in ("edit", "desk", "history", "citation")]
    for path in [*CLOSED, *desk]:
        assert client.get(path).status_code in (302, 403), path
    assert client.post(f"/articles/{article.pk}/").status_code == 302
    status.withhold(article=article, by=None, reason="Checking.", at=clock.now())
    assert BODY not in client.get(f"/articles/{article.pk}/").content.decode()


def test_an_archive_that_was_not_opened_asks_for_a_sign_in(client: Client) -> None:
    article = make(Outlet.Rights.OWNED)
    for path in (f"/articles/{article.pk}/", "/outlets/", "/dates/"):
        assert client.get(path)["Location"].startswith("/sign-in/"), path
