"""A saved page gives the article it holds, with the other values it offers and where each stood."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from archive.formats.base import OutletHints, ParseError, ReadContext
from archive.formats.html_page import FORMAT

SAMPLES = Path(__file__).parent / "samples" / "html"
CAPTURED = datetime(2033, 1, 1, tzinfo=UTC)
PAGE = (SAMPLES / "article.html").read_bytes()
PROSE = "The ferry union has voted by a wide margin to stop all crossings on the northern line. " * 3


def read(data: bytes = PAGE, **context):
    return next(FORMAT.read(data, ReadContext(CAPTURED, **context)))


def page(*, head: str = "", body: str = "") -> bytes:
    paragraphs = "".join(f"<p>{PROSE} {n}</p>" for n in "abc")
    return f"<!doctype html><html><head>{head}</head><body><article>{body}{paragraphs}</article></body></html>".encode()


def linked(**node) -> str:
    written = json.dumps({"@type": "NewsArticle", **node}).replace("</", "<\\/")
    return f'<script type="application/ld+json">{written}</script>'


def test_headline_standfirst_and_body_are_told_apart():
    article = read()
    assert article.headline == "Ferry union votes to stop the northern line"
    assert article.standfirst.startswith("Crews say that the tariff")
    body = article.body.split("\n")
    assert len(body) == 4
    assert body[0].startswith("The ferry union has voted")
    assert body[2] == (
        "“Nobody wants this,” said the chair of the union, who has worked on the line for thirty years and remembers "
        "the last stoppage well."
    )


def test_authors_come_from_the_graph_and_are_single_persons():
    assert read().authors == ("Lena Orr", "Tom Reed", "Ada Quill")


def test_an_author_that_repeats_the_outlet_does_not_hide_the_byline():
    head = linked(headline="H", author={"name": "Quay Gazette"}, publisher={"name": "Quay Gazette"})
    article = read(page(head=head, body='<h1>H</h1><p class="byline">By Lena Orr, Quay Gazette</p>'))
    assert article.authors == ("Lena Orr",)
    assert [c.lost_because for c in article.candidates["byline"]][1:] == ["only repeats the outlet"]


def test_a_day_is_made_exact_by_an_origin_that_agrees_and_keeps_its_zone():
    published = read().published
    assert published.value == datetime(2031, 5, 12, 17, 30, tzinfo=timezone(timedelta(hours=1)))
    assert (published.precision, published.zone) == ("instant", "+01:00")
    assert published.where == "article:published_time"
    reasons = {candidate.origin: candidate.lost_because for candidate in published.candidates}
    assert reasons["JSON-LD dateModified"] == "says when the text was changed"


def test_a_date_after_the_capture_loses_and_says_so():
    article = read(page(head=linked(headline="H", datePublished="2041-01-01T00:00:00Z")))
    assert article.published.value is None
    assert article.published.candidates[0].lost_because == "lies after the capture"


def test_a_date_without_a_zone_gets_none():
    published = read(page(head=linked(headline="H", datePublished="2031-05-12T17:30:00"))).published
    assert published.value == datetime(2031, 5, 12, 17, 30)
    assert (published.precision, published.zone) == ("minute", "")


def test_a_page_whose_markup_names_no_date_is_dated_by_the_line_below_the_headline():
    article = read(page(body="<h1>Ferries stop</h1><div>Monday, 12 May 2031, 17:30</div>"))
    assert article.published.value.date() == date(2031, 5, 12)
    assert article.published.where == "below the headline"


def test_tags_outlet_address_and_language_come_from_the_markup():
    article = read()
    assert [tag.name for tag in article.tags] == ["Ferries", "Norland", "Ilona Varga"]
    assert article.outlet_name == "Quay Gazette"
    assert article.url == "https://quaygazette.example/coast/ferry-union-votes"
    assert article.language == "en-GB"


def test_a_known_host_names_the_outlet():
    hints = OutletHints(name="The Quay Gazette", hosts=("quaygazette.example",))
    assert read(outlets=(hints,)).outlet_name == "The Quay Gazette"


def test_every_headline_offered_is_kept_with_its_origin():
    head = (
        linked(headline="Union stops ferries")
        + '<meta property="og:title" content="Crews have had enough">'
        + "<title>Union stops ferries - Quay Gazette</title><meta property='og:site_name' content='Quay Gazette'>"
    )
    article = read(page(head=head, body="<h1>Crews have had enough</h1>"))
    offered = {candidate.value: candidate.origin for candidate in article.candidates["headline"]}
    assert article.headline == "Crews have had enough"
    assert offered["Crews have had enough"] == "og:title = h1"
    assert offered["Union stops ferries"] == "JSON-LD headline = title"


def test_the_origin_an_outlet_is_known_for_goes_before_the_rule():
    head = linked(headline="Union stops ferries") + '<meta property="og:title" content="Crews have had enough">'
    data = page(head=head, body="<h1>Crews have had enough</h1>")
    hints = OutletHints(name="Quay Gazette", headline_origin="JSON-LD headline")
    assert read(data, outlet=hints).headline == "Union stops ferries"


def test_every_stretch_of_text_is_in_the_ledger_with_a_reason():
    lines = read().lines
    roles = {line.text: (line.role, line.reason) for line in lines}
    assert roles["The ferry Aldmoor at the eastern quay last winter"] == ("caption", "caption")
    assert roles["Coast"] == ("furniture", "menu")
    assert roles["Dock workers vote on a new contract"] == ("furniture", "aside")
    assert all(line.reason for line in lines if line.role != "body")
    assert [line.number for line in lines] == sorted({line.number for line in lines})


def test_no_markup_or_script_comes_through():
    head = linked(headline="<script>alert(1)</script>Ferries &lt;b&gt;stop&lt;/b&gt; at <5 knots")
    article = read(page(head=head, body="<p onclick='x()'>A <b>bold</b> claim <script>evil()</script> was made.</p>"))
    assert article.headline == "Ferries stop at <5 knots"
    assert "evil" not in article.body


def test_a_live_blog_is_a_kind_of_its_own_with_stamped_posts():
    updates = [
        {"@type": "BlogPosting", "headline": "Second", "articleBody": "B.", "datePublished": "2031-05-12T11:00:00Z"},
        {"@type": "BlogPosting", "headline": "First", "articleBody": "A.\nB.", "datePublished": "2031-05-12T10:00:00Z"},
    ]
    head = linked(**{"@type": "LiveBlogPosting", "headline": "Ferries, live", "liveBlogUpdate": updates})
    article = read(page(head=head))
    assert article.kind == "live_blog"
    assert [(post.headline, post.body, post.published.precision) for post in article.posts] == [
        ("First", "A.\nB.", "instant"),
        ("Second", "B.", "instant"),
    ]


def test_json_that_is_broken_at_its_edges_is_still_read():
    head = '<script type="application/ld+json"><!-- {"@type": "NewsArticle", "headline": "Crews\nstop",} --></script>'
    assert read(page(head=head)).headline == "Crews stop"


@pytest.mark.parametrize(
    ("encoding", "declared", "text"),
    [
        ("windows-1251", "", "Паромы остановились из-за спора о тарифах на северной линии"),
        ("windows-1251", "utf-8", "Паромы остановились из-за спора о тарифах на северной линии"),
        ("utf-16-le", "", "Ferries stop in a dispute over tariffs"),
        ("gb18030", "iso-8859-1", "渡轮工会投票决定停止北线的所有航班，部长们在星期五再次开会"),
        ("windows-1252", "", "Fähren stehen still: „Größe“ der Flotte überprüft"),
    ],
)
def test_pages_are_read_in_the_encoding_they_are_really_in(encoding, declared, text):
    charset = f"<meta charset='{declared}'>" if declared else ""
    data = f"<!doctype html><html><head>{charset}</head><body><h1>{text}</h1><p>{text}. {text}.</p></body></html>"
    assert read(data.encode(encoding)).headline == text


def test_a_page_nested_beyond_what_can_be_read_is_rejected():
    with pytest.raises(ParseError, match="nests its elements 50,0"):
        read(b"<!doctype html><html><body>" + b"<div>" * 50_000 + b"text" + b"</div>" * 50_000)


def test_unclosed_paragraphs_are_not_nesting():
    article = read(b"<!doctype html><html><body><h1>Ferries stop</h1>" + f"<p>{PROSE}".encode() * 3_000)
    assert article.headline == "Ferries stop"


def test_a_very_long_page_is_read_by_its_paragraphs():
    paragraphs = "".join(f"<p>{PROSE} Paragraph {n}.</p>" for n in range(4_000))
    article = read(f"<!doctype html><html><body><h1>Ferries stop</h1>{paragraphs}</body></html>".encode())
    assert len(article.body.split("\n")) == 4_000


@pytest.mark.parametrize("data", [b"<!doctype html>", b"<html>\x00\x00</html>", bytes(range(256)) * 20])
def test_what_holds_no_page_is_rejected_with_a_sentence_and_a_mend(data):
    with pytest.raises(ParseError) as caught:
        read(data)
    assert str(caught.value).endswith(".")
    assert caught.value.mend.endswith(".")


def test_pages_are_recognized_by_their_content():
    assert FORMAT.recognizes(PAGE, "whatever.txt") > 0.8
    assert FORMAT.recognizes("<!doctype html><p>".encode("utf-16"), "") > 0.8
    assert FORMAT.recognizes(b"<?xml version='1.0'?><nitf/>", "a.html") == 0
    assert FORMAT.recognizes(b"A plain text about <p> elements.", "a.html") == 0


def test_a_body_in_several_parts_of_the_page_is_read_whole():
    def part(first: int, last: int) -> str:
        paragraphs = "".join(f"<p>{PROSE} Paragraph {n}.</p>" for n in range(first, last))
        return f'<div class="grid"><div class="chunk">{paragraphs}</div><div class="ad">Advertisement</div></div>'

    parts = part(0, 6) + "<div><section><ul><li>Menu</li></ul></section></div>" + part(6, 14)
    article = read(f"<!doctype html><html><body><h1>Ferries stop</h1>{parts}</body></html>".encode())
    numbers = [int(line.rsplit(" ", 1)[1].rstrip(".")) for line in article.body.split("\n")]
    assert numbers == list(range(14))


def test_closing_appeals_and_lines_of_rights_are_furniture():
    closing = "<p>Follow us on Facebook and Twitter for more.</p><p>© 2031 Quay Gazette. All rights reserved.</p>"
    data = page(body="<h1>Ferries stop</h1>").replace(b"</article>", closing.encode() + b"</article>")
    assert "Follow us" not in read(data).body
    assert "rights" not in read(data).body


@pytest.mark.parametrize(
    ("head", "guid"),
    [
        (linked(headline="H", identifier="quay-4711"), "quay-4711"),
        (linked(headline="H", identifier={"@type": "PropertyValue", "value": 471100}), "471100"),
        (linked(headline="H", **{"@id": "urn:quay:4711"}), "urn:quay:4711"),
        ('<meta name="cXenseParse:articleid" content="1.4711">', "1.4711"),
        ('<link rel="shortlink" href="https://quay.example/?p=4711">' + linked(identifier="4712"),
         "https://quay.example/?p=4711"),
    ],
)  # fmt: skip
def test_the_outlet_s_own_identifier_becomes_the_guid(head, guid):
    assert read(page(head=head), url="https://quay.example/ferry").guid == guid


@pytest.mark.parametrize(
    "head",
    [
        linked(headline="H", identifier="https://quay.example/ferry"),
        linked(headline="H", **{"@id": "https://quay.example/ferry#article"}),
        linked(headline="H", **{"@id": "#article"}),
        '<meta name="dc.identifier" content="ISSN 1234-567X"><meta name="identifier" content="quay.example">',
        '<meta property="fb:app_id" content="165736473526"><link rel="shortlink" href="https://quay.example/">',
    ],
)
def test_what_names_the_site_or_only_repeats_the_address_is_no_guid(head):
    assert read(page(head=head), url="https://quay.example/ferry").guid == ""


TAGS = '<a href="/t/1">Ferries</a> <a href="/t/2">Northern line</a>'


@pytest.mark.parametrize(
    "body",
    [
        f'<h1>H</h1><ul class="article-tags"><li>{TAGS}</li></ul>',
        f'<h1>H</h1><div data-component="topic-list"><h2>Topics</h2>{TAGS}</div>',
        f"<h1>H</h1><p><strong>Tags:</strong> {TAGS}</p>",
        f"<h1>H</h1><div><span>Schlagwörter</span><div>{TAGS}</div></div>",
        f'<h1>H</h1><footer class="entry-footer"><div class="post-tags">{TAGS}</div></footer>',
        '<h1>H</h1><p>Filed: <a rel="tag" href="/t/1">Ferries</a>, <a rel="tag" href="/t/2">Northern line</a></p>',
    ],
)
def test_tags_are_read_from_the_list_that_readers_see(body):
    assert [tag.name for tag in read(page(body=body)).tags] == ["Ferries", "Northern line"]


@pytest.mark.parametrize(
    "body",
    [
        f'<nav class="topics">{TAGS}</nav><h1>H</h1>',
        f'<div class="topics">{TAGS}</div><h1>H</h1>',
        f'<h1>H</h1><aside><div class="tags">{TAGS}</div></aside>',
        f'<h1>H</h1><div class="trending-topics">{TAGS}</div>',
        '<h1>H</h1><div class="tags">A list of words that is a sentence, and one <a href="/t">link</a> in it.</div>',
    ],
)
def test_menus_and_prose_are_no_list_of_tags(body):
    assert read(page(body=body)).tags == ()


def test_what_the_page_declares_goes_before_the_list_that_readers_see():
    head = '<meta name="keywords" content="Strikes, Ferries">'
    assert [tag.name for tag in read(page(head=head, body=f"<h1>H</h1><p>Tags: {TAGS}</p>")).tags] == [
        "Strikes",
        "Ferries",
    ]


def test_a_paragraph_that_is_wrapped_in_its_source_is_one_line():
    wrapped = "The ferry stays in port.\n    Crews are to meet on\n    Monday, and the mayor\n    will be there.\n"
    body = f"<div><h1>Port</h1><p>{wrapped}</p><p><a href='/m'>More…</a></p></div>"
    small = f"<html><head><title>Port</title></head><body>{body}</body></html>"
    assert read(small.encode()).body.split("\n")[0] == " ".join(wrapped.split())
