"""What people say about a file goes before what the machine read in it, and can be taken back."""

from datetime import UTC, datetime

from archive.formats.base import Line, ParsedArticle, ParsedTag
from archive.importing import serial
from archive.importing.corrections import corrected, read_date

READ = ParsedArticle(
    format="text_dump",
    headline="Ferry line reopens",
    body="The ferry sails again.\nTickets cost four crowns.",
    tags=(ParsedTag("Ferries"), ParsedTag("Gull Bay", "place")),
    lines=(
        Line(1, "Ferry line reopens", "headline"),
        Line(3, "The ferry sails again.", "body"),
        Line(4, "Read more: the old pier", "furniture", "it points elsewhere"),
        Line(5, "Tickets cost", "body"),
        Line(6, "four crowns.", "body"),
        Line(9, "Subscribe now", "furniture", "it recurs"),
    ),
)
PARSED = serial.to_json(READ)


def test_a_reading_that_nobody_corrects_stays_as_it_is():
    assert corrected(PARSED, {}, {}) == READ


def test_a_restored_line_stands_again_where_it_stood():
    article = corrected(PARSED, {}, {"restored": [4]})
    assert article.body.split("\n") == [
        "The ferry sails again.",
        "Read more: the old pier",
        "Tickets cost four crowns.",
    ]
    assert [line.role for line in article.lines if line.number == 4] == ["body"]


def test_a_line_after_a_wrapped_paragraph_is_restored_behind_it():
    article = corrected(PARSED, {}, {"restored": [9]})
    assert article.body.split("\n")[-1] == "Subscribe now"


def test_a_line_that_an_editor_takes_out_leaves_the_body_and_stays_in_the_ledger():
    article = corrected(PARSED, {}, {"removed": [3]})
    assert article.body == "Tickets cost four crowns."
    assert [line.reason for line in article.lines if line.number == 3] == ["removed by an editor"]


def test_an_editors_field_goes_before_the_manifests_and_that_before_the_page():
    said = {"headline": "From the manifest", "url": "https://gull.example/ferry"}
    article = corrected(PARSED, said, {"fields": {"headline": "From the editor"}})
    assert (article.headline, article.url) == ("From the editor", "https://gull.example/ferry")


def test_tags_that_are_kept_keep_their_kind():
    article = corrected(PARSED, {"tags": "Gull Bay; Ferry"}, {})
    assert article.tags == (ParsedTag("Gull Bay", "place"), ParsedTag("Ferry"))


def test_a_written_date_is_as_precise_as_it_was_written():
    assert read_date("2031-05-01").precision == "day"
    assert read_date("2031-05-01T09:30").precision == "minute"
    assert read_date("2031-05-01T09:30").value.tzinfo is None
    instant = read_date("2031-05-01T09:30:00+00:00")
    assert (instant.precision, instant.value) == ("instant", datetime(2031, 5, 1, 9, 30, tzinfo=UTC))
    assert read_date("the first of May") is None


def test_an_editor_can_take_a_date_away():
    read = serial.to_json(ParsedArticle(format="x", published=read_date("2031-05-01")))
    assert corrected(read, {}, {"fields": {"published_at": ""}}).published.value is None
