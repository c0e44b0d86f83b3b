"""A reader that broke for one outlet shows within days."""

from datetime import timedelta

import pytest

from archive.articles import arrivals
from archive.formats.base import DateReading
from archive.models import Article
from archive.tests.web.world import NOW, article, minute

pytestmark = pytest.mark.django_db


def bring(outlet: str, count: int, *, days_ago: int, dated: bool) -> None:
    for number in range(count):
        published = minute(4, 11, "4 May 2031, 11:40") if dated else DateReading()
        one = article(f"{outlet}{number}", outlet, f"Boat {number}", f"It rained {days_ago}.", published=published)
        Article.objects.filter(pk=one.pk).update(created_at=NOW - timedelta(days=days_ago))


def test_an_outlet_that_lost_its_dates_is_marked_and_comes_first():
    bring("Harbor Gazette", 6, days_ago=30, dated=True)
    bring("Harbor Gazette", 5, days_ago=1, dated=False)
    bring("Radio Estuary", 7, days_ago=1, dated=True)
    first, second = arrivals.quality(at=NOW)
    assert (first.name, first.arrivals, first.dated, first.weak) == ("Harbor Gazette", 5, 0, ("dated",))
    assert (second.name, second.weak) == ("Radio Estuary", ())


def test_an_outlet_that_never_printed_dates_does_not_cry():
    bring("North Quay Wire", 6, days_ago=30, dated=False)
    bring("North Quay Wire", 6, days_ago=1, dated=False)
    (one,) = arrivals.quality(at=NOW)
    assert one.weak == ()


def test_the_same_is_said_by_language():
    bring("Harbor Gazette", 2, days_ago=1, dated=True)
    (one,) = arrivals.quality(at=NOW, by="language")
    assert (one.name, one.arrivals, one.headed) == ("en", 2, 1)
