"""Files attached to an e-mail are read as articles of their own, under the terms of the message."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from archive.formats import registry
from archive.formats.base import Budget, ParsedArticle, ParseError, ReadContext, Rejected
from archive.tests.formats.samples_json import SAMPLES

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
NITF = (SAMPLES / "nitf" / "ferry.xml").read_bytes()
PAGE = b"""<html><head><title>Gulls return</title><meta property="og:type" content="article"></head><body><article>
<h1>Gulls return to the old breakwater</h1><p>The colony that left Gull Bay in the year of the storm has come back to
the old breakwater, wardens counted on Monday morning.</p><p>Forty pairs have begun to nest there, twice as many as in
the best spring that anyone remembers in the harbor town.</p></article></body></html>"""


def message(text="The board meets on Friday.\n\nIt will speak about the ferry line and its timetable.", **headers):
    made = EmailMessage(policy=SMTP)
    for name, value in {"From": "Gull Bay Council <press@gullbay.example>", "Subject": "Papers for Friday",
                        "Date": "Wed, 11 Mar 2026 06:15:00 +0100", **headers}.items():  # fmt: skip
        made[name] = value
    made.set_content(text)
    return made


def attach(made, data, name, kind="application/octet-stream"):
    main, _, sub = kind.partition("/")
    made.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return made


def read(made, budget=None):
    return list(registry.read(made.as_bytes(), ReadContext(NOON, file_name="papers.eml"), budget))


def test_every_attached_file_is_an_article_beside_the_message():
    made = message()
    for name, folder in (("ferry.xml", "nitf"), ("article.pdf", "document"), ("article.docx", "document")):
        attach(made, (SAMPLES / folder / name).read_bytes(), name)
    attach(made, PAGE, "gulls.html", "text/html")
    found = read(made)
    assert [one.format for one in found] == ["eml", "nitf", "pdf", "docx", "html_page"]
    assert [one.record for one in found] == ["papers.eml", "ferry.xml", "article.pdf", "article.docx", "gulls.html"]
    assert found[0].headline == "Papers for Friday" and found[0].raw == made.as_bytes()
    assert found[1].raw == NITF and found[4].raw == PAGE
    assert found[4].headline == "Gulls return to the old breakwater"


def test_a_file_that_names_no_outlet_is_offered_the_sender():
    _, page = read(attach(message(), PAGE, "gulls.html", "text/html"))
    assert page.outlet_name == "Gull Bay Council" and "e-mail" in page.outlet_evidence


def test_the_embargo_of_the_message_holds_what_is_attached_to_it():
    until = "EMBARGOED UNTIL 2 April 2026 06:00 GMT\n\nThe board meets on Friday."
    _, page = read(attach(message(until), PAGE, "gulls.html", "text/html"))
    assert page.embargoed_until == datetime(2026, 4, 2, 6, tzinfo=UTC) and page.editor_note.startswith("EMBARGOED")
    undated = "NOT FOR PUBLICATION BEFORE the board has met\n\nThe board meets on Friday."
    cover, page = read(attach(message(undated), PAGE, "gulls.html", "text/html"))
    assert cover.signal == page.signal == "withhold"


def test_pictures_calendars_and_cards_are_named_and_not_opened():
    made = attach(message(), b"\x89PNG\r\n\x1a\n", "logo.png", "image/png")
    attach(made, b"BEGIN:VCARD", "ada.vcf", "text/vcard")
    (only,) = read(made)
    assert only.format == "eml" and "logo.png, ada.vcf" in only.warnings[0]


def test_a_forwarded_message_and_what_is_attached_to_it_are_read_and_its_text_is_not_the_cover_s():
    inner = attach(message("The ferry line opens in May, the council has decided after a long quarrel.",
                           Subject="Ferry line opens"), NITF, "ferry.xml")  # fmt: skip
    made = message("For your information.", Subject="Fwd: Ferry line opens")
    made.add_attachment(inner)
    found = read(made)
    assert [one.format for one in found] == ["eml", "eml", "nitf"]
    assert found[0].body == "For your information."
    assert found[1].headline == "Ferry line opens" and "council has decided" in found[1].body
    assert found[2].record.endswith(".eml/ferry.xml")


def test_an_attached_file_that_can_t_be_read_is_rejected_and_the_rest_goes_on():
    made = attach(message(), b"\x00\x01\x02\x03" * 400, "noise.bin")
    attach(attach(made, b"", "empty.pdf", "application/pdf"), NITF, "ferry.xml")
    found = read(made)
    assert [type(one) for one in found] == [ParsedArticle, Rejected, Rejected, ParsedArticle]
    assert all(one.reason.endswith(".") and one.mend for one in found[1:3])


def test_messages_attached_to_messages_come_to_an_end():
    made = message("The innermost message of all.")
    for _ in range(8):
        outer = message("For your information.")
        outer.add_attachment(made)
        made = outer
    found = read(made)
    assert isinstance(found[-1], Rejected) and "nested more than" in found[-1].reason
    with pytest.raises(ParseError, match="more than"):
        read(attach(message(), NITF, "ferry.xml"), Budget(max_members=1))


def test_a_path_in_the_name_of_an_attachment_is_only_a_name():
    found = read(attach(message(), NITF, "../../etc/ferry.xml"))
    assert found[1].record == "_.._etc_ferry.xml"
