"""Articles leave the archive in wire formats with the structure of the standard, and come back as they were."""

import io
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.core.management import CommandError, call_command

from archive.articles import operations, status
from archive.articles.content import Content, Metadata, NewCapture
from archive.formats import export_check, registry
from archive.formats.base import DateReading, ParsedTag, ReadContext
from archive.models import Article

NOW = datetime(2025, 3, 8, 12, tzinfo=UTC)
CHECKS = {
    "nitf": export_check.problems_of_nitf,
    "newsml-g2": export_check.problems_of_newsml_g2,
    "ninjs": export_check.problems_of_ninjs,
}

pytestmark = pytest.mark.django_db


def make(headline: str, published: DateReading) -> Article:
    return operations.create_article(
        outlet=operations.find_or_create_outlet(name="Coastal Courier"),
        content=Content(
            headline=headline, body="The hinges had moved.\nNobody looked.", byline="By Ada Ek", language="en"
        ),
        metadata=Metadata(
            guid=f"cc-{headline}",
            published=published,
            urgency=2,
            usage_terms="No resale.",
            tags=(ParsedTag("Floods"), ParsedTag("Ada Ek", "person")),
        ),
        capture=NewCapture(headline.encode(), "html", NOW),
        at=NOW,
    )


def written(tmp_path, form: str) -> list[bytes]:
    call_command("export_articles", "--format", form, "--to", str(tmp_path / form), stdout=io.StringIO())
    return [path.read_bytes() for path in sorted((tmp_path / form).iterdir())]


@pytest.mark.parametrize("form", CHECKS)
def test_every_visible_article_is_written_and_read_back(form, tmp_path):
    zone = timezone(timedelta(hours=1))
    make("Gates were cracked", DateReading(datetime(2025, 3, 8, 9, 30, tzinfo=zone), "instant", zone="+0100"))
    make("Gates are mended", DateReading(datetime(2025, 3, 9), "day"))
    hidden = make("Gates were sold", DateReading())
    status.withhold(article=hidden, by=None, reason="Asked for", at=NOW)
    files = written(tmp_path, form)
    assert [CHECKS[form](data) for data in files] == [[], []]
    first, second = (next(iter(registry.read(data, ReadContext(captured_at=NOW.replace(year=2026))))) for data in files)
    assert (first.headline, first.guid, first.urgency) == ("Gates were cracked", "cc-Gates were cracked", 2)
    assert first.published.value == datetime(2025, 3, 8, 8, 30, tzinfo=UTC)
    assert second.published.value.tzinfo is None
    assert first.body == "The hinges had moved.\nNobody looked."
    assert {(tag.name, tag.kind) for tag in first.tags} == {("Floods", "topic"), ("Ada Ek", "person")}


def test_a_wire_format_needs_a_folder():
    with pytest.raises(CommandError, match="--to"):
        call_command("export_articles", "--format", "nitf")
