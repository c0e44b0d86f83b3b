"""Texts that repeat an article, found among everything that is held, whatever story they stand in."""

from datetime import datetime

import pytest

from archive.importing.learning import learn_verdict
from archive.models import Article, Membership, OutletLine, PlacementEntry
from archive.stories.assign import place_waiting
from archive.stories.copies import copies_of

from .world import CHESS, GATES, NOW, ORCHARD, write

pytestmark = pytest.mark.django_db


def pair() -> tuple[Article, Article]:
    """Two articles of one wording, the second wholly inside the first, a year apart and in two stories."""
    page = (f"{GATES[0]} and more", f"{CHESS[1]}\n{GATES[1]}\n{ORCHARD[1]}")
    whole = write(page, "Coastal Courier", datetime(2024, 3, 12, 7, 30))
    part = write(GATES, "Harbor Gazette", datetime(2025, 3, 12, 9))
    write(CHESS, "Vale Herald", datetime(2025, 3, 13, 9))
    place_waiting(at=NOW)
    return read(whole), read(part)


def read(article: Article) -> Article:
    return Article.objects.select_related("outlet", "current_version").get(pk=article.pk)


def test_a_copy_a_year_later_is_found_from_both_sides_with_how_much_is_shared():
    whole, part = pair()
    assert Membership.objects.get(article=whole).story != Membership.objects.get(article=part).story
    (found,), _ = copies_of(None, part, NOW)
    assert found.article == whole and found.is_near_copy and found.is_earlier
    assert found.here > 0.9 > 0.5 > found.there
    assert part in [copy.article for copy in copies_of(None, whole, NOW)[0]]


def test_what_may_not_be_shown_is_not_named_but_a_killed_source_is_said_by_its_outlet():
    whole, part = pair()
    Article.objects.filter(pk=whole.pk).update(status="canceled")
    copies, shaken = copies_of(None, part, NOW)
    assert copies == [] and [(one.outlet, one.what) for one in shaken] == [("Coastal Courier", "killed")]


def test_an_article_like_no_other_has_no_copies():
    alone = write(ORCHARD, "Vale Herald", datetime(2025, 3, 12, 9))
    place_waiting(at=NOW)
    assert copies_of(None, read(alone), NOW) == ([], [])


def test_what_an_outlet_prints_on_every_page_makes_no_copy():
    page = f"{GATES[1]}\nFollow the tide tables on our page for mariners and pilots, renewed every hour of the day."
    furniture = page.split("\n")
    one = write((ORCHARD[0], f"{ORCHARD[1]}\n{page}"), "Vale Herald", datetime(2025, 3, 12, 9))
    write((CHESS[0], f"{CHESS[1]}\n{page}"), "Vale Herald", datetime(2025, 3, 13, 9))
    for line in furniture:
        learn_verdict(outlet=one.outlet, text=line, verdict="furniture", by=None, at=NOW)
    place_waiting(at=NOW)
    assert copies_of(None, read(one), NOW) == ([], [])
    OutletLine.objects.all().delete()
    PlacementEntry.objects.mark(list(Article.objects.values_list("pk", flat=True)))
    place_waiting(at=NOW)
    assert len(copies_of(None, read(one), NOW)[0]) == 1, "without what was learnt of the outlet it would be one"
