"""An outlet's time zone bounds what must not be broken, embargoes and rights, and is never read into a date of its own.

Every sample is read as it is and with its zones taken out, at outlets as far apart as zones are.
"""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archive.formats import registry
from archive.formats.base import OutletHints, ParsedArticle, ParseError, ReadContext
from archive.tests.formats.samples_json import SAMPLES, samples

DUMPS = sorted((SAMPLES / "dump").glob("*.txt"))
PAGES = sorted((SAMPLES / "html").glob("*.html"))
EVERY = sorted({*samples(), *DUMPS, *PAGES})
ZONES = ("", "America/Los_Angeles", "Pacific/Kiritimati", "Nowhere/Atall")
# What a zone may bound: until when a text is held, and until when it may be used.
BOUNDS = ("embargoed_until", "usage_expires_at")
_OF_TIMES = re.compile(
    rb"(\d\d:?\d\d(?::?\d\d)?(?:\.\d+)?)(?:Z\b|\s?[+-]\d\d:?\d\d\b|\s(?:GMT|UTC|CEST|CET|EST|EDT)\b)"
)


def read(data: bytes, name: str, zone: str) -> list[dict[str, Any]]:
    home = OutletHints(name="The Gull", time_zone=zone)
    context = ReadContext(datetime(2040, 1, 1, tzinfo=UTC), file_name=name, outlet=home, outlets=(home,))
    try:
        found = list(registry.read(data, context))
    except ParseError as error:
        return [{"error": str(error)}]
    return [
        {item.name: getattr(one, item.name) for item in dataclasses.fields(one) if item.name != "raw"}
        for one in found
        if isinstance(one, ParsedArticle)
    ]


def without(bounds: tuple[str, ...], articles: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in one.items() if name not in bounds} for one in articles]


@pytest.mark.parametrize("path", EVERY, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_whatever_the_outlets_zone_every_date_is_what_was_printed(path):
    as_it_is = path.read_bytes()
    for data in (as_it_is, _OF_TIMES.sub(rb"\1", as_it_is)):
        unknown, *known = (without(BOUNDS, read(data, path.name, zone)) for zone in ZONES)
        for other in known:
            assert other == unknown


def test_some_of_these_dates_have_a_time_and_no_zone():
    wall_times = 0
    for path in EVERY:
        for one in read(_OF_TIMES.sub(rb"\1", path.read_bytes()), path.name, "America/Los_Angeles"):
            published = one.get("published")
            if published and published.precision == "minute":
                assert published.value.tzinfo is None
                wall_times += 1
    assert wall_times > 10


@pytest.mark.parametrize("bound", BOUNDS)
def test_a_bound_without_a_zone_is_placed_in_the_outlets_zone(bound):
    moved = 0
    for path in EVERY:
        data = _OF_TIMES.sub(rb"\1", path.read_bytes())
        west, east = (read(data, path.name, zone) for zone in ("America/Los_Angeles", "Pacific/Kiritimati"))
        for here, there in zip(west, east, strict=True):
            if here.get(bound) != there.get(bound):
                # Kiritimati is 22 hours ahead of Los Angeles, 21 in summer.
                assert here[bound] - there[bound] in (timedelta(hours=22), timedelta(hours=21))
                moved += 1
    assert moved
