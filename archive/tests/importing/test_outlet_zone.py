"""What an editor says of an outlet's time zone reaches the import, where it bounds an embargo and dates nothing."""

import json
from datetime import UTC, datetime

import pytest

from archive import clock
from archive.articles import operations
from archive.importing import run, staging, work
from archive.models import Article, ImportRun, Outlet

from .world import PARAGRAPHS, page_dump, wire

pytestmark = pytest.mark.django_db


def brought_in(name: str, data: bytes, outlet: str, zone: str) -> Article:
    """Import one file for an outlet that stands in the panel with this zone."""
    home = operations.create_outlet(name=outlet)
    Outlet.objects.filter(pk=home.pk).update(time_zone=zone)
    job = run.create(origin=ImportRun.Origin.COMMAND, options={"auto": True, "outlet": outlet})
    staging.add_files(job, [staging.NewFile(name, data)], at=clock.now())
    run.begin(job)
    work.work_through(job.pk)
    return Article.objects.get(outlet__name=outlet)


@pytest.mark.parametrize("zone", ["", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_printed_time_without_a_zone_stays_a_wall_time_without_an_offset(zone):
    data = page_dump("Ferry line reopens after eleven years", PARAGRAPHS)
    article = brought_in("a.txt", data, "Gull Bay Gazette", zone)
    assert article.published_at == datetime(2021, 5, 1, 9, 30, tzinfo=UTC)
    assert (article.published_precision, article.published_offset) == ("minute", None)
    assert article.published_iso == "2021-05-01T09:30:00"


@pytest.mark.parametrize(
    ("zone", "until"),
    [
        ("America/Los_Angeles", datetime(2199, 5, 11, 13, 45, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2199, 5, 10, 16, 45, tzinfo=UTC)),
    ],
)
def test_an_embargo_without_a_zone_ends_by_the_outlets_clock_and_its_story_is_dated_by_none(zone, until):
    times = {"firstcreated": "2021-05-01T09:30:00", "versioncreated": "2021-05-01T09:30:00"}
    story = wire("urn:a", "Budget", embargoed="2199-05-11T06:45:00", **times)
    article = brought_in("a.json", story, "Northern Wire", zone)
    assert article.embargoed_until == until
    assert article.published_at == datetime(2021, 5, 1, 9, 30, tzinfo=UTC)
    assert (article.published_precision, article.published_offset) == ("minute", None)


def test_an_embargo_without_a_zone_ends_by_the_clock_of_the_outlet_that_only_the_file_names():
    home = operations.create_outlet(name="Northern Wire")
    Outlet.objects.filter(pk=home.pk).update(time_zone="Pacific/Kiritimati")
    stories = [json.loads(wire(f"urn:{n}", f"Budget {n}", embargoed="2199-05-11T06:45:00")) for n in range(3)]
    stories[1]["provider"] = "Southern Wire"
    job = run.create(origin=ImportRun.Origin.COMMAND, options={"auto": True})
    lines = "\n".join(json.dumps(story) for story in stories)
    files = [staging.NewFile("a.jsonl", lines.encode()), staging.NewFile("b.json", wire("urn:b", "Roads",
             [text.upper() for text in PARAGRAPHS[::-1]], embargoed="2199-05-11T06:45:00"))]  # fmt: skip
    staging.add_files(job, files, at=clock.now())
    run.begin(job)
    work.work_through(job.pk)
    found = dict(Article.objects.values_list("guid", "embargoed_until"))
    at_home = datetime(2199, 5, 10, 16, 45, tzinfo=UTC)
    # An outlet that is not known has no clock: the last place on earth decides.
    elsewhere = datetime(2199, 5, 11, 18, 45, tzinfo=UTC)
    assert found == {"urn:0": at_home, "urn:1": elsewhere, "urn:2": at_home, "urn:b": at_home}
