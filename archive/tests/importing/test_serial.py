"""Readings survive the way through JSON whatever a file had in them."""

import json
from datetime import UTC, datetime, timedelta, timezone

from archive.formats.base import Candidate, DateReading, Line, OutletHints, ParsedArticle, ParsedTag, Post
from archive.importing import serial

WHOLE = ParsedArticle(
    format="html_page",
    headline="Lighthouse keeper retires",
    authors=("Ada Finch", "Bo Heron"),
    body="First.\nSecond.",
    published=DateReading(
        datetime(2031, 5, 1, 9, 30, tzinfo=timezone(timedelta(hours=2))),
        "instant",
        zone="+02:00",
        printed="1 May 2031 09:30 CEST",
        candidates=(Candidate("2 May 2031", "line 9", "it is in the future"),),
    ),
    issued_at=datetime(2031, 5, 1, tzinfo=UTC),
    tags=(ParsedTag("Harbor", "place", "medtop:1"),),
    posts=(Post("09:31", "It began.", DateReading(datetime(2031, 5, 1, 9, 31), "minute")),),
    candidates={"headline": (Candidate("Lighthouse keeper retires", "og:title"),)},
    lines=(Line(3, "Subscribe", "furniture", "it recurs"),),
    captions=("A lamp",),
    urgency=3,
)


def test_a_whole_article_comes_back_as_it_was():
    assert serial.from_json(json.loads(serial.dumps(serial.to_json(WHOLE)))) == WHOLE


def test_what_is_not_known_is_not_written():
    assert serial.to_json(ParsedArticle(format="nitf", headline="A")) == {"format": "nitf", "headline": "A"}


def test_characters_that_the_database_cannot_store_are_taken_out():
    text = serial.dumps(serial.to_json(ParsedArticle(format="text_dump", headline="a\x00b", body="c\ud800d")))
    assert json.loads(text)["headline"] == "ab"
    assert "\\u0000" not in text
    text.encode()


def test_what_is_known_of_an_outlet_comes_back_as_it_was():
    hints = OutletHints("The Gull", ("Gull",), ("gull.example",), furniture=frozenset({"subscribe"}))
    assert serial.hints_from_json(json.loads(json.dumps(serial.hints_to_json(hints)))) == hints
