"""Merging and splitting, and taking it back, against the real database."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied

from archive.articles import merging, operations
from archive.articles.content import Content, Metadata
from archive.formats.base import ParsedTag
from archive.models import Article, ArticleTag, Outlet, Tag, User

NOW = datetime(2025, 3, 8, 12, tzinfo=UTC)
TEXT = Content(headline="Gates were cracked", body="The hinges had moved.")

pytestmark = pytest.mark.django_db


@pytest.fixture
def archivist() -> User:
    user = User.objects.create_user("ana")
    user.groups.add(Group.objects.get(name="archivist"))
    return user


def make(outlet: str = "Coastal Courier", *tags: str, **metadata) -> Article:
    return operations.create_article(
        outlet=operations.find_or_create_outlet(name=outlet),
        content=TEXT,
        metadata=Metadata(tags=tuple(ParsedTag(tag) for tag in tags), **metadata),
        capture=None,
        at=NOW,
    )


def tags(article: Article) -> list[str]:
    return sorted(article.article_tags.filter(removed_at=None).values_list("tag__name", flat=True))


def snapshot() -> dict:
    return {
        "articles": list(
            Article.objects.order_by("pk").values("pk", "outlet_id", "merged_into_id", "current_version_id")
        ),
        "tags": list(Tag.objects.order_by("pk").values("pk", "name", "merged_into_id")),
        "rows": list(ArticleTag.objects.order_by("pk").values("pk", "tag_id", "article_id")),
        "outlets": list(Outlet.objects.order_by("pk").values("pk", "merged_into_id")),
        "aliases": list(Outlet.objects.order_by("pk").values("pk", "aliases__name", "domains__host")),
    }


def test_merged_tags_give_their_articles_the_other_tag_and_undo_gives_it_back(archivist):
    one, both = make("A", "Flood"), make("B", "Flood", "Floods")
    before = snapshot()
    flood, floods = Tag.objects.get(name="Flood"), Tag.objects.get(name="Floods")
    record = merging.merge_tags(source=flood, target=floods, by=archivist, reason="One word", at=NOW)
    assert tags(one) == ["Floods"]
    assert operations.find_tags([ParsedTag("flood")]) == [floods]
    merging.undo(record=record, by=archivist, at=NOW)
    assert snapshot() == before and tags(both) == ["Flood", "Floods"]
    with pytest.raises(merging.MergeConflict, match="undone already"):
        merging.undo(record=record, by=archivist, at=NOW)


def test_a_tag_merged_twice_redirects_to_where_it_all_went(archivist):
    make("A", "Flood", "Floods", "High water")
    flood, floods, water = (Tag.objects.get(name=name) for name in ("Flood", "Floods", "High water"))
    first = merging.merge_tags(source=flood, target=floods, by=archivist, reason="", at=NOW)
    second = merging.merge_tags(source=floods, target=water, by=archivist, reason="", at=NOW)
    flood.refresh_from_db()
    assert flood.merged_into == water
    merging.undo(record=second, by=archivist, at=NOW)
    flood.refresh_from_db()
    assert flood.merged_into == floods
    merging.undo(record=first, by=archivist, at=NOW)
    flood.refresh_from_db()
    assert flood.merged_into is None


def test_a_tag_is_renamed_unless_the_name_is_taken(archivist):
    make("A", "Flood", "Ports")
    flood = Tag.objects.get(name="Flood")
    merging.rename_tag(tag=flood, name="Floods", by=archivist, at=NOW)
    assert operations.find_tags([ParsedTag("FLOODS")])[0].pk == flood.pk
    assert operations.find_tags([ParsedTag("flood")])[0].pk == flood.pk
    with pytest.raises(merging.MergeConflict, match="merge the two"):
        merging.rename_tag(tag=flood, name="ports", by=archivist, at=NOW)


def test_a_renaming_is_undone_the_last_one_first(archivist):
    make("A", "Flood")
    flood, before = Tag.objects.get(), snapshot()
    first = merging.rename_tag(tag=flood, name="Floods", by=archivist, at=NOW)
    second = merging.rename_tag(tag=flood, name="High water", by=archivist, at=NOW)
    assert {tag.pk for name in ("flood", "floods") for tag in operations.find_tags([ParsedTag(name)])} == {flood.pk}
    with pytest.raises(merging.MergeConflict, match="undo that renaming first"):
        merging.undo(record=first, by=archivist, at=NOW)
    merging.undo(record=second, by=archivist, at=NOW)
    assert Tag.objects.get(pk=flood.pk).name == "Floods"
    merging.undo(record=first, by=archivist, at=NOW)
    assert snapshot() == before and Tag.objects.count() == 1


def test_a_tag_takes_an_earlier_name_again_but_not_that_of_a_tag_merged_into_it(archivist):
    make("A", "Flood", "Ports")
    flood, ports = Tag.objects.get(name="Flood"), Tag.objects.get(name="Ports")
    for name in ("Floods", "Flood"):
        merging.rename_tag(tag=flood, name=name, by=archivist, at=NOW)
    assert Tag.objects.get(pk=flood.pk).name == "Flood"
    merging.merge_tags(source=ports, target=flood, by=archivist, reason="One", at=NOW)
    with pytest.raises(merging.MergeConflict, match="merge the two"):
        merging.rename_tag(tag=flood, name="Ports", by=archivist, at=NOW)
    with pytest.raises(merging.MergeConflict, match="rename that one"):
        merging.rename_tag(tag=ports, name="Harbors", by=archivist, at=NOW)


def test_merged_outlets_share_articles_names_and_hosts_and_undo_parts_them(archivist):
    courier = operations.create_outlet(name="Coastal Courier", host="courier.example")
    online = operations.create_outlet(name="Courier Online", host="online.example")
    article = make("Courier Online", guid="7")
    before = snapshot()
    record = merging.merge_outlets(source=online, target=courier, by=archivist, reason="Same newsroom", at=NOW)
    article.refresh_from_db()
    assert article.outlet == courier
    assert operations.find_outlet(name="courier online") == courier
    assert operations.find_outlet(host="online.example") == courier
    merging.undo(record=record, by=archivist, at=NOW)
    assert snapshot() == before


def test_outlets_that_hold_the_same_guid_are_not_merged(archivist):
    one, two = make("A", guid="7"), make("B", guid="7")
    with pytest.raises(merging.MergeConflict, match="merge those two articles first"):
        merging.merge_outlets(source=one.outlet, target=two.outlet, by=archivist, reason="", at=NOW)


def test_a_merged_article_leaves_the_lists_keeps_its_versions_and_comes_back(archivist):
    one, two = make(guid="1"), make(guid="2")
    record = merging.merge_articles(source=one, target=two, by=archivist, reason="Same text", at=NOW)
    assert list(Article.objects.published(NOW)) == [two]
    assert one.versions.count() == 1
    merging.undo(record=record, by=archivist, at=NOW)
    assert set(Article.objects.published(NOW)) == {one, two}


def test_articles_of_two_outlets_are_never_merged(archivist):
    with pytest.raises(merging.MergeConflict, match="Two outlets"):
        merging.merge_articles(source=make("A"), target=make("B"), by=archivist, reason="", at=NOW)


def test_a_split_takes_versions_into_a_new_article_and_undo_brings_the_old_one_back(archivist):
    article = make()
    operations.add_version(article=article, content=replace(TEXT, headline="Ferries stop"), at=NOW)
    operations.add_version(article=article, content=replace(TEXT, headline="Ferries run"), at=NOW)
    new, record = merging.split_article(article=article, numbers=[2, 3], by=archivist, reason="Other event", at=NOW)
    article.refresh_from_db()
    assert article.current_version.headline == TEXT.headline
    assert [v.headline for v in new.versions.order_by("number")] == ["Ferries stop", "Ferries run"]
    assert new.current_version.headline == "Ferries run" and merging.split_off(article) == {2, 3}
    merging.undo(record=record, by=archivist, at=NOW)
    article.refresh_from_db()
    new.refresh_from_db()
    assert article.current_version.headline == "Ferries run" and new.merged_into == article
    assert merging.split_off(article) == set()


def test_a_split_leaves_at_least_one_version_on_each_side(archivist):
    article = make()
    for numbers in ([], [1], [9]):
        with pytest.raises(merging.MergeConflict, match="at least one"):
            merging.split_article(article=article, numbers=numbers, by=archivist, reason="", at=NOW)


def test_an_editor_merges_tags_but_not_articles():
    editor = User.objects.create_user("ben")
    editor.groups.add(Group.objects.get(name="editor"))
    make("A", "Flood", "Floods")
    flood, floods = Tag.objects.get(name="Flood"), Tag.objects.get(name="Floods")
    merging.merge_tags(source=flood, target=floods, by=editor, reason="", at=NOW)
    with pytest.raises(PermissionDenied):
        merging.merge_articles(source=make("C"), target=make("C"), by=editor, reason="", at=NOW)
