"""What the archive exports it takes in again without loss, here and in another archive."""

import base64
import copy
import functools
import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction

from archive import clock
from archive.articles import operations
from archive.articles.content import content_of, content_of_version, metadata_of
from archive.articles.export import export_records
from archive.formats import registry
from archive.formats.base import DateReading, ParsedTag, ReadContext
from archive.importing import run, staging, work
from archive.models import Article, ImportRun, User

from .world import PARAGRAPHS, counts, imported, page_dump, wire

SAMPLES = Path(__file__).resolve().parents[1] / "formats" / "samples"
FILES = [
    "nitf/ferry.xml",
    "nitf/newspaper.xml",
    "newsml_g2/message.xml",
    "ninjs/v1.json",
    "feed/atom.xml",
    "json/lines.jsonl",
]

pytestmark = pytest.mark.django_db


def exported():
    records = export_records(Article.objects.order_by("id"))
    return "\n".join(json.dumps(record, ensure_ascii=False) for record in records).encode()


@pytest.fixture
def archive():
    imported({path.replace("/", "_"): (SAMPLES / path).read_bytes() for path in FILES})
    return list(Article.objects.select_related("outlet", "current_version").order_by("id"))


def test_another_archive_would_hold_the_same_texts_dates_and_terms(archive):
    assert len(archive) >= 6
    read = list(registry.read(exported(), ReadContext(captured_at=datetime.now(UTC))))
    assert len(read) == len(archive)
    for article, parsed in zip(archive, read, strict=True):
        version = article.current_version
        assert content_of(parsed).sha256 == version.content_sha256
        assert list(parsed.authors) == version.authors
        about = metadata_of(parsed)
        for name in ("guid", "url", "kind", "embargoed_until", "urgency", "slugline", "page", "edition", "editor_note",
                     "usage_terms", "usage_expires_at"):  # fmt: skip
            assert getattr(about, name) == getattr(article, name), name
        assert parsed.outlet_name == article.outlet.name
        assert about.published.precision == article.published_precision
        held = Article.objects.get(pk=article.pk)
        assert (about.published.value.isoformat() if about.published.value else None) in (
            held.published_iso,
            f"{held.published_iso}T00:00:00",
        )
        shown = article.article_tags.select_related("tag")
        assert {(tag.name, tag.kind) for tag in about.tags} == {(row.tag.name, row.tag.kind) for row in shown}


def test_the_same_archive_takes_its_own_export_for_what_it_holds_already(archive):
    report = imported({"export.jsonl": exported()})
    assert report["created"] == report["new_versions"] == report["rejected"] == 0
    assert Article.objects.count() == len(archive)


PLACES = {"article", "story", "attributions", "quotes"}


def whole_export():
    return list(export_records(Article.objects.exclude(current_version=None).order_by("id"), whole=True))


def lines(records):
    return "\n".join(json.dumps(record, ensure_ascii=False) for record in records).encode()


def without_numbers(records):
    """Return the records without what a database numbers and what an archive finds again by itself."""
    return [{name: value for name, value in record.items() if name not in PLACES} for record in records]


@functools.cache
def lived_in():
    """Return the two exports of an archive in which everything happened that may happen to articles.

    The archive itself is gone afterwards: the database is as empty as it was.
    """
    with transaction.atomic():
        live_through(User.objects.get(username="mara"))
        articles = Article.objects.order_by("id")
        exports = [list(export_records(articles, whole=whole)) for whole in (True, False)]
        transaction.set_rollback(True)
    assert not Article.objects.exists()
    return exports


def live_through(mara):
    """Bring stories in, with updates, a correction, a kill, an embargo and an editor's work on them."""
    imported({"1.json": wire("urn:gull:1", "Ferry returns"), "2.json": wire("urn:gull:2", "Mussels", ["Short."])})
    imported({"page.txt": page_dump("Old pier to be sold after all", PARAGRAPHS[:2])}, outlet="Gull Bay Gazette")
    later = {"versioncreated": "2021-05-01T12:00:00Z", "version": "2"}
    imported({"1b.json": wire("urn:gull:1", "Ferry returns in May", slugline="ferry", **later)})
    imported({"1c.json": wire("urn:gull:1", "Ferry returns in May", byline="Ada Finch", **later)})
    imported({"2b.json": wire("urn:gull:2", "", [], pubstatus="canceled", ednote="Wrong.", **later)})
    money = [{"name": "Money", "code": "04000000", "scheme": "iptc"}]
    imported({"3.json": wire("urn:gull:3", "Budget", embargoed="2199-01-01T00:00:00Z", subject=money)})
    ferry, _, pier, budget = Article.objects.order_by("id")
    operations.set_published(article=pier, reading=DateReading(datetime(2021, 5, 2), "day"), by=mara, at=clock.now())
    operations.set_tags(article=budget, tags=[], at=clock.now(), by=mara)
    operations.set_tags(article=ferry, tags=[ParsedTag("Gull Bay", "place")], at=clock.now(), by=mara)
    renamed = replace(content_of_version(pier.current_version), headline="Pier")
    operations.add_version(
        article=pier, content=renamed, at=clock.now(), by=mara, kind="correction", reason="Its name."
    )


@pytest.fixture
def exports(django_user_model):
    django_user_model.objects.create_user("mara")
    return lived_in()


def test_an_empty_archive_becomes_the_archive_that_was_exported(exports, tmp_path):
    ferry, mussels, pier, budget = whole = exports[0]
    assert [len(one["versions"]) for one in whole] == [2, 2, 2, 1]
    assert (mussels["status"], len(ferry["captures"]), ferry["later_byline"]) == ("canceled", 3, "Ada Finch")
    assert pier["versions"][1]["author"] == "mara" and pier["archive"]["edited_fields"]["published_at"]["by"] == "mara"
    assert budget["embargoed_until"] and budget["archive"]["removed_tags"]
    report = imported({"archive.jsonl": lines(whole)})
    assert (report["created"], report["rejected"], report["questions"]) == (4, 0, 0)
    for after, before in zip(without_numbers(whole_export()), without_numbers(whole), strict=True):
        assert {name: after[name] for name in after if after[name] != before[name]} == {
            name: before[name] for name in before if after[name] != before[name]
        }
    call_command("export_articles", "--whole", "--to", str(tmp_path), stdout=StringIO())
    (part,) = tmp_path.iterdir()
    written = [json.loads(line) for line in gzip.decompress(part.read_bytes()).splitlines()]
    assert without_numbers(written) == without_numbers(whole)


def test_what_was_restored_is_known_again_and_gains_only_a_capture(exports):
    imported({"archive.jsonl": lines(exports[0])})
    assert counts(imported({"archive.jsonl": lines(exports[0])})) == {"captures": 4, "unchanged": 4}
    known = imported({"1b.json": wire("urn:gull:1", "Ferry returns in May", versioncreated="2021-05-01T12:00:00Z")})
    assert counts(known) == {"captures": 1, "unchanged": 1}


def test_an_export_without_bytes_restores_every_version_and_keeps_its_line(exports):
    imported({"archive.jsonl": lines(exports[1])})
    for one, other in zip(exports[1], whole_export(), strict=True):
        same = ("headline", "body", "status", "published_at", "published_evidence", "tags", "urgency", "guid")
        assert {name: one[name] for name in same} == {name: other[name] for name in same}
        said = ("number", "kind", "issued_at", "recorded_at", "content_sha256", "headline", "body")
        versions = [[[version.get(name) for name in said] for version in record["versions"]] for record in (one, other)]
        assert versions[0] == versions[1]
        assert [capture["format"] for capture in other["captures"]] == ["archive"]


def test_bytes_that_were_changed_are_refused_and_the_others_come_in(exports):
    whole = copy.deepcopy(exports[0])
    whole[1]["archive"]["captures"][0]["data"] = base64.b64encode(b"{}").decode()
    report = imported({"archive.jsonl": lines(whole)})
    assert (report["created"], report["rejected"]) == (3, 1)
    refused = next(one for one in report["items"] if one["outcome"] == "rejected")
    assert "not those that were exported" in refused["reason"]


def test_a_file_that_somebody_uploads_names_no_user_of_this_archive(exports):
    job = run.create(origin=ImportRun.Origin.UPLOAD, options={"auto": True})
    staging.add_files(job, [staging.NewFile("archive.jsonl", lines(exports[0][2:3]))], at=clock.now())
    run.begin(job)
    work.work_through(job.pk)
    assert [version["author"] for version in whole_export()[0]["versions"]] == [None, None]
