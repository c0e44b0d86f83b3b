"""WARC, WACZ, MHTML and .webarchive give each saved page with its address and the moment it was fetched."""

import gzip
import hashlib
import io
import json
import plistlib
import zipfile
import zlib
from datetime import UTC, datetime

import brotli
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.formats import registry
from archive.formats.base import Member, ParsedArticle, ParseError, ReadContext, Rejected

PAGE = (
    "<!doctype html><html lang=en><head><title>Ferry stops</title></head><body><h1>Ferry stops</h1>"
    "<p>The ferry between Aldermouth and the islands stopped on Wednesday – after divers found a crack in its hull.</p>"
    "<p>It will sail again within a week, said the owner of the boat, who had hoped for a shorter break.</p>"
    "</body></html>"
)
FETCHED = datetime(2026, 3, 11, 6, 15, tzinfo=UTC)


def expand(data, name="x", **changes):
    context = ReadContext(captured_at=datetime(2026, 4, 1, tzinfo=UTC), file_name=name, **changes)
    return list(registry.expand(data, context))


def warc(*responses, compressed=True):
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=compressed)
    writer.write_record(writer.create_warcinfo_record("x.warc", {"software": "test"}))
    for url, status, media_type, content in responses:
        headers = StatusAndHeaders(f"{status} X", [("Content-Type", media_type)], protocol="HTTP/1.1")
        record = writer.create_warc_record(
            url,
            "response",
            payload=io.BytesIO(content),
            http_headers=headers,
            warc_headers_dict={"WARC-Date": "2026-03-11T06:15:00Z"},
        )
        writer.write_record(record)
    return buffer.getvalue()


def page_response(url="https://courier.example/ferry", content=None):
    return (url, 200, "text/html; charset=utf-8", content or PAGE.encode())


@pytest.mark.parametrize("compressed", [True, False])
def test_a_warc_gives_its_pages_and_leaves_the_rest_out(compressed):
    data = warc(
        page_response(),
        ("https://courier.example/p.jpg", 200, "image/jpeg", b"\xff\xd8\xff"),
        ("https://courier.example/old", 301, "text/html", b"<html>moved</html>"),
        ("https://courier.example/none", 404, "text/html", b"<html>not found</html>"),
        page_response("https://courier.example/trains"),
        compressed=compressed,
    )
    found = expand(data)
    assert [(m.url, m.captured_at) for m in found] == [
        ("https://courier.example/ferry", FETCHED),
        ("https://courier.example/trains", FETCHED),
    ]


def test_a_page_in_a_warc_becomes_an_article_with_the_moment_it_was_fetched():
    (article,) = registry.read(warc(page_response()), ReadContext(captured_at=datetime(2026, 4, 1, tzinfo=UTC)))
    assert isinstance(article, ParsedArticle)
    assert (article.headline, article.url) == ("Ferry stops", "https://courier.example/ferry")
    assert article.captured_at == FETCHED
    assert article.raw.removeprefix(b"\xef\xbb\xbf").decode() == PAGE


def test_a_page_without_a_declared_encoding_in_its_markup_keeps_that_of_its_header():
    data = warc(
        ("https://courier.example/ru", 200, "text/html; charset=windows-1251", "<p>Паром стоит</p>".encode("cp1251"))
    )
    assert "Паром стоит" in expand(data)[0].data.decode("utf-8-sig")


def test_a_warc_that_is_cut_off_gives_what_came_before():
    data = warc(page_response(), page_response("https://courier.example/trains"), compressed=False)
    page, cut = expand(data[: len(data) - 300])
    assert isinstance(page, Member) and page.url.endswith("/ferry")
    assert isinstance(cut, Rejected) and "cut" in cut.reason


def test_a_page_that_does_not_match_its_checksum_is_read_with_a_warning():
    data = warc(page_response(), compressed=False).replace(b"Wednesday", b"Wednesdax")
    (article,) = registry.read(data, ReadContext(captured_at=datetime(2026, 4, 1, tzinfo=UTC)))
    assert "Wednesdax" in article.body
    assert any("checksum" in warning for warning in article.warnings)


def test_a_page_that_matches_its_checksum_has_no_such_warning():
    (article,) = registry.read(warc(page_response()), ReadContext(captured_at=datetime(2026, 4, 1, tzinfo=UTC)))
    assert not any("checksum" in warning for warning in article.warnings)


def test_a_warc_without_a_page_is_refused():
    with pytest.raises(ParseError, match="no saved page"):
        expand(warc(("https://courier.example/p.jpg", 200, "image/jpeg", b"x")))


def test_a_warc_compressed_as_one_piece_is_refused_with_its_reason():
    with pytest.raises(ParseError, match="not compressed record by record"):
        expand(gzip.compress(warc(page_response(), compressed=False)))


def test_a_page_beyond_the_limit_is_refused_and_the_others_read():
    large = page_response("https://courier.example/large", b"<html>" + b"x" * 5000)
    found = expand(warc(large, page_response()), max_bytes=3000)
    assert isinstance(found[0], Rejected) and "larger than" in found[0].reason
    assert found[1].url.endswith("/ferry")


def wacz(content, digest=None, name="archive/data.warc.gz"):
    digest = digest or f"sha256:{hashlib.sha256(content).hexdigest()}"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("datapackage.json", json.dumps({"resources": [{"path": name, "hash": digest}]}))
        package.writestr(name, content)
    return buffer.getvalue()


def test_a_wacz_gives_the_pages_of_its_web_archive():
    (page,) = expand(wacz(warc(page_response())))
    assert (page.url, page.captured_at) == ("https://courier.example/ferry", FETCHED)


def test_a_wacz_that_does_not_match_its_checksum_is_rejected():
    (rejected,) = expand(wacz(warc(page_response()), digest=f"sha256:{'0' * 64}"))
    assert isinstance(rejected, Rejected) and "checksum" in rejected.reason


def test_a_wacz_without_a_web_archive_is_refused():
    with pytest.raises(ParseError, match="holds no web archive"):
        expand(wacz(b"words", name="data/words.txt"))


MHTML = (
    "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://courier.example/ferry\r\nSubject: Ferry stops\r\n"
    "Date: Wed, 11 Mar 2026 06:15:00 -0000\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/related; type="text/html"; boundary="----b"\r\n\r\n'
    "------b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"
    "Content-Location: https://courier.example/ferry\r\n\r\n"
    '<!doctype html><html><head><meta charset=3D"utf-8"><title>Ferry</title></head><body><h1>Ferry stops</h1>'
    "<p>A crack =E2=80=93 two metres long.</p></body></html>\r\n"
    "------b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n------b--\r\n"
)


def test_a_page_saved_as_mhtml_gives_its_html_and_address():
    (page,) = expand(MHTML.encode())
    assert page.url == "https://courier.example/ferry"
    assert "A crack – two metres long." in page.data.decode()


def test_mhtml_without_a_page_is_refused():
    with pytest.raises(ParseError, match="holds no HTML"):
        expand(MHTML.replace("text/html\r\nContent-Transfer", "text/css\r\nContent-Transfer").encode())


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_a_page_saved_by_safari_gives_its_html_and_address(form):
    main = {
        "WebResourceData": "<p>Fähre</p>".encode("latin-1"),
        "WebResourceURL": "https://courier.example/ferry",
        "WebResourceMIMEType": "text/html",
        "WebResourceTextEncodingName": "iso-8859-1",
    }
    (page,) = expand(plistlib.dumps({"WebMainResource": main}, fmt=form))
    assert page.url == "https://courier.example/ferry"
    assert page.data.decode("utf-8-sig") == "<p>Fähre</p>"


def test_a_damaged_webarchive_is_refused():
    with pytest.raises(ParseError, match="damaged"):
        expand(b"bplist00 WebMainResource \xff\xff")


def chunked(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content)


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({"Content-Encoding": "br"}, brotli.compress(PAGE.encode())),
        ({"Content-Encoding": "gzip"}, gzip.compress(PAGE.encode())),
        ({"Content-Encoding": "deflate"}, zlib.compress(PAGE.encode())),
        ({"Transfer-Encoding": "chunked"}, chunked(PAGE.encode())),
        ({"Content-Encoding": "br", "Transfer-Encoding": "chunked"}, chunked(brotli.compress(PAGE.encode()))),
        # Recorders that unpack a page often leave the headers as they were.
        ({"Content-Encoding": "br"}, PAGE.encode()),
        ({"Content-Encoding": "gzip", "Transfer-Encoding": "chunked"}, PAGE.encode()),
    ],
)
def test_a_page_is_read_however_it_was_sent(headers, content):
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True)
    told = [("Content-Type", "text/html; charset=utf-8"), *headers.items()]
    sent = StatusAndHeaders("200 OK", told, protocol="HTTP/1.1")
    address = "https://courier.example/ferry"
    writer.write_record(writer.create_warc_record(address, "response", payload=io.BytesIO(content), http_headers=sent))
    (page,) = expand(buffer.getvalue())
    assert (page.url, page.data.decode().strip("\ufeff")) == (address, PAGE)


@pytest.mark.parametrize("compressed", [False, True])
def test_the_older_arc_gives_its_pages_too(compressed):
    about = b"1 0 Courier\nURL IP-address Archive-date Content-type Archive-length\n"
    answer = b"HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + PAGE.encode()
    records = [
        b"filedesc://x.arc 0.0.0.0 20260311061500 text/plain %d\n%b\n" % (len(about), about),
        b"https://courier.example/ferry 127.0.0.1 20260311061500 text/html %d\n%b\n" % (len(answer), answer),
    ]
    data = b"".join(gzip.compress(one) if compressed else one for one in records)
    (page,) = expand(data)
    assert (page.url, page.captured_at) == ("https://courier.example/ferry", FETCHED)
    assert "crack in its hull" in page.data.decode()
