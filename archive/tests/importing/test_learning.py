"""What an outlet's pages keep repeating is learnt from its earlier captures, and taken out of later ones."""

from __future__ import annotations

import pytest

from archive.importing import learning
from archive.importing.outlets import hints
from archive.models import Article, OutletLine

from .world import PARAGRAPHS, imported, page_dump, previewed

pytestmark = pytest.mark.django_db

# A sentence like any other, which nothing but its coming back tells from the text.
APPEAL = "The Gazette has told the story of this harbor since its first boat, and its readers have never let it down."


def told(number: int) -> list[str]:
    """Return the paragraphs of a story of its own."""
    if number == 1:
        return PARAGRAPHS
    boats = ("herring", "mussel", "pilot")
    return [
        f"The {boat} boats of Gull Bay went out {number} times this week and came home with full holds each time. "
        f"Their crews spoke of calm water beyond the {boat} banks, and of a whale that followed for {number} miles."
        for boat in boats
    ]


def test_a_line_that_is_known_as_furniture_of_an_outlet_is_taken_out_of_its_pages():
    first = page_dump("First report from the harbor council", [*told(1), APPEAL])
    imported({"a.txt": first}, outlet="Gull Bay Gazette")
    article = Article.objects.get()
    assert APPEAL in article.current_version.body
    learning.learn_verdict(outlet=article.outlet, text=APPEAL, verdict="furniture", by=None, at=article.created_at)
    second = page_dump("Boats of the bay come home full", [*told(2), APPEAL])
    parsed = previewed({"b.txt": second}, outlet="Gull Bay Gazette").items.get().parsed
    assert APPEAL not in parsed["body"] and "whale" in parsed["body"]
    line = next(line for line in parsed["lines"] if line["text"].strip() == APPEAL)
    assert (line["role"], line["reason"]) == ("furniture", "recurs on this outlet's pages")


def test_the_machine_counts_on_how_many_articles_a_line_stood():
    for number in (1, 2):
        imported(
            {f"{number}.txt": page_dump(f"The harbor report of week {number}", told(number))}, outlet="Gull Bay Gazette"
        )
        line = OutletLine.objects.get(text="Old pier to be sold")
        assert (line.seen, line.origin, line.verdict) == (number, "machine", "furniture")
        known = hints()[line.outlet_id].furniture
        assert ("old pier to be sold" in known) is (number == 2)
    # The same page again is no other article.
    imported({"2.txt": page_dump("The harbor report of week 2", told(2))}, outlet="Gull Bay Gazette")
    assert OutletLine.objects.get(text="Old pier to be sold").seen == 2
