"""Writes on the record, against the real database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import IntegrityError, connection, transaction

from archive.articles import operations
from archive.articles.content import Content, Metadata, NewCapture, published_values, url_key
from archive.formats.base import DateReading, ParsedTag
from archive.models import Article, ArticleTag, Blob, Capture, IndexEntry, PlacementEntry, Tag, User, Version

NOW = datetime(2025, 3, 8, 12, tzinfo=UTC)
TEXT = Content(
    headline="Barrier gates were cracked", body="The hinges had moved.\nNobody closed the gates.", language="en"
)

pytestmark = pytest.mark.django_db


def arrival(data: bytes = b"page", file: str = "page.html") -> NewCapture:
    return NewCapture(data=data, format="html", captured_at=NOW, file=file)


def make(name: str = "Coastal Courier", **metadata) -> Article:
    outlet = operations.find_or_create_outlet(name=name)
    return operations.create_article(
        outlet=outlet, content=TEXT, metadata=Metadata(**metadata), capture=arrival(), at=NOW
    )


def test_a_new_article_points_to_its_first_version_and_waits_in_both_outboxes():
    article = make()
    version = article.versions.get()
    assert (article.current_version, version.number, version.kind) == (version, 1, "original")
    assert version.capture == article.captures.get() and article.captures.get().version == version
    assert IndexEntry.objects.waiting().get().article_id == article.pk
    assert PlacementEntry.objects.waiting().get().article_id == article.pk


def test_versions_are_numbered_and_the_latest_one_is_current():
    article = make()
    operations.add_version(article=article, content=replace(TEXT, headline="Gates were cracked"), at=NOW)
    article.refresh_from_db()
    assert article.current_version.number == 2
    assert [v.headline for v in article.versions.order_by("number")] == [TEXT.headline, "Gates were cracked"]


def test_a_version_that_the_outlet_issued_earlier_does_not_become_current():
    outlet = operations.create_outlet(name="Coastal Courier")
    later = replace(TEXT, issued_at=NOW)
    article = operations.create_article(outlet=outlet, content=later, metadata=Metadata(), capture=arrival(), at=NOW)
    earlier = replace(TEXT, headline="First take", issued_at=NOW - timedelta(hours=2))
    operations.add_version(article=article, content=earlier, capture=arrival(b"older"), at=NOW)
    article.refresh_from_db()
    assert article.current_version.number == 1 and article.versions.count() == 2


def test_an_edit_that_started_from_an_older_version_is_refused():
    article = make()
    operations.add_version(article=article, content=replace(TEXT, headline="Second"), at=NOW, expected=1)
    with pytest.raises(operations.EditConflict, match="Version 2 was written"):
        operations.add_version(article=article, content=replace(TEXT, headline="Third"), at=NOW, expected=1)
    assert article.versions.count() == 2


def test_saving_the_same_words_again_is_refused():
    article = make()
    with pytest.raises(operations.NothingChanged):
        operations.add_version(article=article, content=TEXT, at=NOW, kind=Version.Kind.CORRECTION)


def test_a_revert_is_a_new_version_that_names_the_one_it_repeats():
    article = make()
    operations.add_version(article=article, content=replace(TEXT, headline="Worse"), at=NOW)
    editor = User.objects.create_user("ana")
    again = operations.revert(article=article, to=article.versions.get(number=1), at=NOW, by=editor, reason="Wrong")
    assert (again.number, again.kind, again.headline, again.reverts_to.number) == (3, "revert", TEXT.headline, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE archive_version SET headline = 'Rewritten'",
        "DELETE FROM archive_version",
        "UPDATE archive_blob SET data = ''",
        "DELETE FROM archive_capture",
        "UPDATE archive_capture SET file = 'other'",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_written(statement):
    make()
    with pytest.raises(IntegrityError, match="immutable"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_same_bytes_are_stored_once_and_every_arrival_is_a_capture():
    article = make()
    operations.add_capture(article=article, version=article.current_version, capture=arrival())
    assert Blob.objects.count() == 1 and Capture.objects.count() == 2
    assert Blob.objects.get().content() == b"page"


def test_one_outlet_has_one_article_for_a_guid_and_for_an_address():
    make(guid="urn:1", url="https://courier.example/barrier?utm_source=x")
    with pytest.raises(IntegrityError), transaction.atomic():
        make(guid="urn:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        make(url="http://www.courier.example/barrier/")
    make("Nordhavn Daily", guid="urn:1")
    assert Article.objects.count() == 2


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://www.courier.example/a/b/?utm_medium=m&fbclid=1#top", "courier.example/a/b"),
        ("http://courier.example/?p=12", "courier.example/?p=12"),
        ("https://courier.example/", ""),
        ("not an address", ""),
        ("https://[broken/x", ""),
    ],
)
def test_addresses_are_compared_without_what_does_not_name_the_page(address, key):
    assert url_key(address) == key


def test_a_date_without_a_zone_is_kept_and_printed_without_one():
    reading = DateReading(datetime(2024, 4, 6, 0, 28), "minute", "", "6 Apr 2024 00:28", "line 97", "date line")
    article = make(published=reading)
    article.refresh_from_db()
    assert (article.published_iso, article.published_precision) == ("2024-04-06T00:28:00", "minute")
    assert article.published_offset is None and article.published_printed == "6 Apr 2024 00:28"


def test_an_instant_keeps_the_offset_it_was_printed_with():
    value = datetime(2025, 6, 5, 14, 46, tzinfo=timezone(timedelta(hours=2)))
    article = make(published=DateReading(value, "instant", "+02:00"))
    article.refresh_from_db()
    assert article.published_iso == "2025-06-05T14:46:00+02:00"


def test_a_day_is_printed_as_a_day():
    article = make(published=DateReading(datetime(2025, 6, 5), "day"))
    article.refresh_from_db()
    assert article.published_iso == "2025-06-05"


def test_an_undated_article_has_no_date():
    assert published_values(DateReading())["published_at"] is None
    assert make().published_iso is None


def test_tags_keep_their_order_and_are_shared_whatever_their_spelling_of_case():
    first = make(tags=(ParsedTag("Floods"), ParsedTag("Ingrid Solvang", "person"), ParsedTag("floods")))
    make("Nordhavn Daily", tags=(ParsedTag("FLOODS"),))
    assert [row.tag.name for row in first.article_tags.order_by("position")] == ["Floods", "Ingrid Solvang"]
    assert Tag.objects.count() == 2


def test_a_tag_without_a_code_takes_the_first_that_is_given_and_keeps_it():
    make(tags=(ParsedTag("Floods"),))
    make("Nordhavn Daily", tags=(ParsedTag("floods"), ParsedTag("FLOODS", code="medtop:20000150")))
    assert Tag.objects.get(key="floods").code == "medtop:20000150"
    make("Tide Ledger", tags=(ParsedTag("Floods", code="medtop:20000151"),))
    assert Tag.objects.get(key="floods").code == "medtop:20000150"


def test_a_tag_that_an_editor_removed_stays_removed_when_the_article_comes_in_again():
    article = make(tags=(ParsedTag("Floods"), ParsedTag("Ports")))
    editor = User.objects.create_user("ana")
    operations.set_tags(article=article, tags=[ParsedTag("Ports")], at=NOW, by=editor)
    operations.set_tags(article=article, tags=[ParsedTag("Floods")], at=NOW, origin=ArticleTag.Origin.OUTLET)
    assert [row.tag.name for row in article.article_tags.filter(removed_at=None)] == ["Ports"]


def test_an_outlet_is_found_by_any_spelling_of_its_name_and_by_a_host_below_its_own():
    outlet = operations.create_outlet(name="Al-Bahr “English”", host="https://www.bahr.example/news")
    assert operations.find_outlet(name='al-bahr "english"') == outlet
    assert operations.find_outlet(host="english.bahr.example") == outlet
    assert operations.find_outlet(host="example") is None
    with pytest.raises(operations.OutletExists):
        operations.create_outlet(name="AL-BAHR «English»")


def test_only_usable_articles_past_their_embargo_are_visible_but_archivists_see_all():
    from django.contrib.auth.models import Permission

    shown = make(guid="1")
    embargoed = make(guid="2", embargoed_until=NOW + timedelta(hours=1))
    withheld = make(guid="3")
    Article.objects.filter(pk=withheld.pk).update(status="withheld")
    reader, archivist = User.objects.create_user("reader"), User.objects.create_user("archivist")
    archivist.user_permissions.add(Permission.objects.get(codename="view_restricted"))
    assert list(Article.objects.visible_to(reader, NOW)) == [shown]
    assert set(Article.objects.visible_to(reader, NOW + timedelta(hours=2))) == {shown, embargoed}
    assert set(Article.objects.visible_to(archivist, NOW)) == {shown, embargoed, withheld}
    assert list(Article.objects.visible_to(None, NOW)) == [shown]
