"""Of two files of the same bytes in one run, the one an editor corrected is the article and the other a capture."""

from __future__ import annotations

import pytest

from archive import clock
from archive.importing import decisions, run, staging, work
from archive.models import Article, ImportItem, ImportRun

from .world import PARAGRAPHS, page_dump, wire

pytestmark = pytest.mark.django_db
OUTLET = "Gull Bay Gazette"


def at_preview(*files: tuple[str, bytes]) -> list[ImportItem]:
    job = run.create(origin=ImportRun.Origin.UPLOAD, options={"outlet": OUTLET})
    staging.add_files(job, [staging.NewFile(*one) for one in files], at=clock.now())
    run.begin(job)
    while work.read_some(job.pk):
        continue
    return list(job.items.order_by("position"))


def imported(items: list[ImportItem]) -> list[str]:
    """Confirm their run, import it and return the outcomes in the order of the files."""
    job = items[0].run
    run.confirm(job, at=clock.now())
    while work.import_some(job.pk):
        continue
    return list(job.items.order_by("position").values_list("outcome", flat=True))


@pytest.mark.parametrize("corrected", [0, 1])
@pytest.mark.parametrize("field", ["headline", "body"])
def test_the_twin_of_a_corrected_file_is_a_capture_of_it_and_asks_for_nothing(corrected, field):
    data = page_dump("Ferry line reopens after eleven years", PARAGRAPHS)
    items = at_preview(("a.txt", data), ("b.txt", data))
    wanted = {"headline": "Ferry line is back", "body": "\n".join(PARAGRAPHS[:3])}[field]
    decisions.correct(item=items[corrected], fields={field: wanted}, by=None, at=clock.now())
    outcomes = imported(items)
    assert outcomes[corrected] == "created"
    assert outcomes[1 - corrected] == "unchanged"
    article = Article.objects.get()
    assert getattr(article.current_version, field) == wanted
    assert (article.versions.count(), article.captures.count()) == (1, 2)


def test_versions_of_a_story_keep_their_order_when_an_editor_corrects_the_later_one():
    first = wire("urn:a", "Ferry line reopens")
    second = wire("urn:a", "Ferry line reopens in May", PARAGRAPHS[::-1], versioncreated="2021-05-01T12:00:00Z")
    items = at_preview(("a.json", first), ("b.json", second))
    decisions.correct(item=items[1], fields={"headline": "Ferry line is back"}, by=None, at=clock.now())
    assert imported(items) == ["created", "new_version"]
    assert Article.objects.get().current_version.headline == "Ferry line is back"
