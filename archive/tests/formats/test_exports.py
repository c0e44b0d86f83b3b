"""What is written as NITF, NewsML-G2 and ninjs has the structure of the standard and is read back as it was."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from archive.formats import export_check, registry
from archive.formats.base import ParsedTag, ReadContext
from archive.formats.export_article import ExportArticle
from archive.formats.export_newsml_g2 import news_item, news_message
from archive.formats.export_ninjs import ninjs
from archive.formats.export_nitf import nitf

FULL = ExportArticle(
    guid="courier-1",
    headline="Ferry <stops> & waits",
    body="The ferry stopped on Wednesday & “waits”.\n\nIt will sail again <soon>.",
    outlet_name="Aldermouth Courier",
    issued_at=datetime(2026, 3, 11, 7, 30, tzinfo=UTC),
    version=3,
    signal="correction",
    published_at=datetime(2026, 3, 11, 6, 15, tzinfo=timezone(timedelta(hours=1))),
    published_precision="instant",
    standfirst="Owner promises repair.",
    byline="By Ada Ek and Bo Nilsen",
    authors=("Ada Ek", "Bo Nilsen"),
    dateline="Aldermouth",
    credit="Quay News Agency",
    language="en",
    url="https://courier.example/ferry",
    editor_note="Corrects the name of the boat.",
    embargoed_until=datetime(2026, 3, 11, 8, tzinfo=UTC),
    urgency=2,
    slugline="FERRY-CRACK",
    tags=(
        ParsedTag("transport", "topic", "medtop:20000337"),
        ParsedTag("ferries"),
        ParsedTag("safety"),
        ParsedTag("Mira Solberg", "person"),
        ParsedTag("Aldermouth Ferries", "organisation"),
        ParsedTag("Aldermouth", "place"),
    ),
    captions=("The ferry at its berth.",),
    usage_terms="No resale.",
    usage_expires_at=datetime(2027, 3, 11, tzinfo=UTC),
    page="A3",
    edition="Late",
)
LEAST = ExportArticle(
    guid="",
    headline="H",
    body="",
    outlet_name="O",
    issued_at=datetime(2026, 3, 11, tzinfo=UTC),
    url="https://o.example/1",
)
ODD = dataclasses.replace(
    FULL,
    guid="a guid with spaces & signs",
    headline="Bell\x07 and null\x00 \ud800",
    published_at=datetime(2026, 3, 11, 6, 15),
    published_precision="minute",
    signal="",
    status="canceled",
)
WRITERS = {
    "nitf": (nitf, export_check.problems_of_nitf),
    "newsml_g2": (news_item, export_check.problems_of_newsml_g2),
    "ninjs": (ninjs, export_check.problems_of_ninjs),
}


def read(data):
    (article,) = registry.read(data, ReadContext(captured_at=datetime(2026, 4, 1, tzinfo=UTC)))
    return article


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("article", [FULL, LEAST, ODD], ids=["full", "least", "odd"])
def test_what_is_written_has_the_structure_of_the_standard(name, article):
    write, problems = WRITERS[name]
    assert problems(write(article)) == []


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_written_is_read_back_as_it_was(name):
    write, _ = WRITERS[name]
    article = read(write(FULL))
    assert article.format == name
    own = {"version", "status", "body", "published_at", "published_precision", "tags", "credit", "page", "edition"}
    same = {field.name for field in dataclasses.fields(FULL)} - own
    for field in same:
        assert getattr(article, field) == getattr(FULL, field), field
    assert article.body == "The ferry stopped on Wednesday & “waits”.\nIt will sail again <soon>."
    assert article.published.value == FULL.published_at
    assert article.published.precision == "instant"
    assert article.provider_version == "3"
    assert {tag.name for tag in article.tags} == {tag.name for tag in FULL.tags}
    assert {(tag.name, tag.kind) for tag in article.tags} == {(tag.name, tag.kind) for tag in FULL.tags}


def test_nitf_keeps_page_and_edition():
    article = read(nitf(FULL))
    assert (article.page, article.edition, article.credit) == ("A3", "Late", "Quay News Agency")


@pytest.mark.parametrize(("name", "zoneless"), [("nitf", "minute"), ("newsml_g2", "day"), ("ninjs", "minute")])
def test_a_date_without_a_zone_gets_none(name, zoneless):
    write, _ = WRITERS[name]
    article = read(write(ODD))
    assert article.published.precision == zoneless
    assert article.published.value.tzinfo is None
    assert article.published.value.date() == ODD.published_at.date()


@pytest.mark.parametrize("name", WRITERS)
def test_a_day_stays_a_day(name):
    write, problems = WRITERS[name]
    data = write(dataclasses.replace(FULL, published_at=datetime(2026, 3, 11), published_precision="day"))
    assert problems(data) == []
    assert read(data).published.value.date() == datetime(2026, 3, 11).date()
    assert read(data).published.precision in ("day", "minute")


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize(("status", "signal"), [("canceled", "kill"), ("withheld", "withhold")])
def test_a_killed_and_a_withheld_article_say_so(name, status, signal):
    write, _ = WRITERS[name]
    assert read(write(dataclasses.replace(FULL, status=status, signal=""))).signal == signal


@pytest.mark.parametrize("name", WRITERS)
def test_characters_that_no_reader_takes_are_left_out(name):
    write, _ = WRITERS[name]
    assert read(write(ODD)).headline == "Bell and null"


def test_several_articles_go_into_one_message():
    second = dataclasses.replace(FULL, guid="courier-2", headline="Trains return")
    data = news_message([FULL, second], sent_at=datetime(2026, 3, 11, 9, tzinfo=UTC), sender="archive.example")
    assert export_check.problems_of_newsml_g2(data) == []
    found = list(registry.read(data, ReadContext(captured_at=datetime(2026, 4, 1, tzinfo=UTC))))
    assert [article.guid for article in found] == ["courier-1", "courier-2"]


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("nitf", b"<hl1>", b"<hl1 loud='yes'>", "no attribute loud"),
        ("nitf", b'management-status="embargoed"', b'management-status="maybe"', "may not be"),
        ("nitf", b'norm="20260311T073000Z"', b'norm="yesterday"', "may not be"),
        ("nitf", b"<body.head>", b"<body.head><abstract/>", "out of order"),
        ("newsml_g2", b'<itemClass qcode="ninat:text"/>', b"", "lacks <itemClass>"),
        ("newsml_g2", b"2026-03-11T07:30:00Z</versionCreated>", b"2026-03-11T07:30:00</versionCreated>", "may not be"),
        ("newsml_g2", b"<pubStatus", b"<moodStatus/><pubStatus", "may not stand"),
        ("newsml_g2", b' guid="courier-1"', b"", "lacks the attribute guid"),
        ("ninjs", b'"pubStatus"', b'"pubstatus"', "not known"),
        ("ninjs", b'"urgency": 2', b'"urgency": "2"', "no number"),
        ("ninjs", b'"uri"', b'"guid"', "uri is missing"),
    ],
)
def test_a_broken_export_is_noticed(name, old, new, words):
    write, problems = WRITERS[name]
    data = write(FULL)
    assert old in data
    assert any(words in problem for problem in problems(data.replace(old, new)))


def test_ninjs_is_one_line_of_json():
    data = ninjs(FULL)
    assert b"\n" not in data
    assert json.loads(data)["bodies"][0]["value"].startswith("<p>The ferry stopped on Wednesday &amp; “waits”.</p>")
