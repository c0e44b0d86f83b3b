"""What the archive exports it takes in again without loss, here and in another archive."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.articles.content import content_of, metadata_of
from archive.articles.export import export_records
from archive.formats import registry
from archive.formats.base import ReadContext
from archive.models import Article

from .world import imported

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
