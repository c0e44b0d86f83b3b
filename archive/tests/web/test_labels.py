"""Renaming and merging tags and outlets on the site, and taking it back."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from archive import clock
from archive.articles import operations
from archive.articles.content import Content, Metadata
from archive.formats.base import ParsedTag
from archive.models import Article, Outlet, Tag, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def archivist(client: Client) -> Client:
    person = User.objects.create_user("ana")
    person.groups.add(Group.objects.get(name="archivist"))
    client.force_login(person)
    return client


def make(outlet: str, tag: str) -> Article:
    return operations.create_article(
        outlet=operations.find_or_create_outlet(name=outlet),
        content=Content(headline="Pier closes", body="It closes."),
        metadata=Metadata(tags=(ParsedTag(tag),)),
        capture=None,
        at=clock.now(),
    )


def test_a_tag_is_renamed_merged_and_taken_apart_again(archivist: Client) -> None:
    make("Harbor Post", "Ferry")
    make("Harbor Post", "Boats")
    ferry, boats = Tag.objects.get(name="Ferry"), Tag.objects.get(name="Boats")
    archivist.post(f"/tags/{ferry.pk}/edit/", {"name": "Ferries", "reason": "Plural."})
    assert "Ferries" in archivist.get(f"/tags/{ferry.pk}/").content.decode()
    taken = archivist.post(f"/tags/{ferry.pk}/edit/", {"name": "Boats"}, follow=True).content.decode()
    assert "merge the two instead" in taken
    archivist.post(f"/tags/{ferry.pk}/edit/", {"into": "boats", "reason": "One thing."})
    assert archivist.get(f"/tags/{ferry.pk}/")["Location"] == f"/tags/{boats.pk}/"
    record = archivist.get(f"/tags/{boats.pk}/edit/").context["records"][0]
    archivist.post(f"/merges/{record.pk}/undo/")
    assert archivist.get(f"/tags/{ferry.pk}/").status_code == 200
    page = archivist.get(f"/tags/{ferry.pk}/edit/")
    assert "Ferry → Ferries" in page.content.decode() and "Ferries → Boats" in page.content.decode()
    archivist.post(f"/merges/{page.context['records'][-1].pk}/undo/")
    assert Tag.objects.get(pk=ferry.pk).name == "Ferry"


def test_an_outlet_is_merged_by_any_of_its_names_and_taken_apart_again(archivist: Client) -> None:
    article = make("Harbor Post", "Ferry")
    post, paper = article.outlet, operations.create_outlet(name="The Harbor Post & Mail")
    answer = archivist.post(f"/outlets/{post.slug}/edit/", {"into": "Nobody's Paper"})
    assert "No outlet is known by this name." in answer.content.decode()
    archivist.post(f"/outlets/{post.slug}/edit/", {"into": "The Harbor Post & Mail"})
    assert Article.objects.get().outlet == paper
    record = archivist.get(f"/outlets/{paper.slug}/edit/").context["records"][0]
    archivist.post(f"/merges/{record.pk}/undo/")
    assert Article.objects.get().outlet == post
    assert Outlet.objects.get(pk=post.pk).merged_into is None


def test_an_editor_may_not_merge_outlets(client: Client) -> None:
    person = User.objects.create_user("ed")
    person.groups.add(Group.objects.get(name="editor"))
    client.force_login(person)
    article = make("Harbor Post", "Ferry")
    assert client.get(f"/outlets/{article.outlet.slug}/edit/").status_code == 403
    assert client.get(f"/tags/{Tag.objects.get().pk}/edit/").status_code == 200
