"""Hostile and broken files are refused in one sentence, quickly, and never harm what is read beside them."""

import gzip
import io
import json
import random
import time
import zipfile
from datetime import UTC, datetime

import docx
import openpyxl
import pytest

from archive.formats import registry
from archive.formats.base import ParsedArticle, ParseError, ReadContext, Rejected
from archive.tests.formats.samples_json import SAMPLES, samples

NITF = (
    "<nitf><body><body.head><hedline><hl1>%s</hl1></hedline></body.head><body.content>%s</body.content></body></nitf>"
)


def read(data, name="file"):
    context = ReadContext(captured_at=datetime(2026, 4, 1, tzinfo=UTC), file_name=name)
    return list(registry.read(data, context))


def refused(data, name="file"):
    """Return the error of a file that can't be read: one sentence for a person, and a mend."""
    with pytest.raises(ParseError) as raised:
        read(data, name)
    message = str(raised.value)
    assert message.endswith(".") and "\n" not in message and "Traceback" not in message and len(message) < 400
    assert raised.value.mend.endswith(".")
    return message


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY file SYSTEM "file:///etc/passwd">]>'
ROOTS = {
    "nitf": NITF % ("&{entity};", "<p>x</p>"),
    "NewsML": "<NewsML><NewsItem><NewsComponent>&{entity};</NewsComponent></NewsItem></NewsML>",
    "newsItem": '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/"><contentMeta><headline>&{entity};</headline></contentMeta></newsItem>',
    "rss": "<rss><channel><item><title>&{entity};</title></item></channel></rss>",
    "feed": '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>&{entity};</title></entry></feed>',
}


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize(("prolog", "entity"), [(LAUGHS, "j"), (EXTERNAL, "file")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_declared_entities_are_refused(root, prolog, entity, encoding):
    text = (prolog.replace("{root}", root) + ROOTS[root].replace("{entity}", entity)).encode(encoding)
    started = time.monotonic()
    assert "entities" in refused(text)
    assert time.monotonic() - started < 2


def test_entities_hidden_behind_a_long_comment_are_refused():
    prolog = f"<?xml version='1.0'?><!--{'x' * 100_000}-->" + EXTERNAL.replace('<?xml version="1.0"?>', "").replace(
        "{root}", "nitf"
    )
    with pytest.raises(ParseError):
        read((prolog + NITF % ("&file;", "<p>x</p>")).encode())


def test_an_external_document_type_is_not_fetched_and_the_article_is_read():
    data = '<!DOCTYPE nitf SYSTEM "http://127.0.0.1:9/nitf.dtd">' + NITF % (
        "Ferry",
        "<p>It stopped&nbsp;&ndash; today.</p>",
    )
    (article,) = read(data.encode())
    assert article.body == "It stopped – today."


def test_markup_nested_without_end_in_a_feed_is_refused_or_rejected_quickly():
    deep = "&lt;div&gt;" * 50_000 + "words"
    items = f"<item><title>Deep</title><description>{deep}</description></item><item><title>Next</title></item>"
    data = f"<rss><channel>{items}</channel></rss>"
    started = time.monotonic()
    first, second = read(data.encode())
    assert time.monotonic() - started < 10
    assert isinstance(first, Rejected) and "256 deep" in first.reason
    assert second.headline == "Next"


def test_xml_nested_without_end_is_refused():
    assert "256" in refused((NITF % ("Deep", "<block>" * 50_000 + "</block>" * 50_000)).encode())


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_json_nested_without_end_is_refused(opening):
    assert refused((opening * 200_000).encode(), "deep.json")


@pytest.mark.parametrize(
    "path", [str(p.relative_to(SAMPLES)) for p in samples() if p.suffix in (".xml", ".json", ".jsonl", ".csv", ".eml")]
)
def test_nul_bytes_never_get_into_a_text(path):
    data = (SAMPLES / path).read_bytes()
    cut = len(data) // 2
    try:
        found = read(data[:cut] + b"\x00\x00" + data[cut:])
    except ParseError:
        return
    for article in found:
        if isinstance(article, ParsedArticle):
            assert "\x00" not in f"{article.headline}{article.body}{article.byline}{article.guid}{article.url}"


def test_nul_and_control_characters_that_json_escapes_are_taken_out():
    (article,) = read(
        rb'{"headline": "Fer\u0000ry \u202estops\ud800", "body": "It\u0007 stopped.", "guid": "g\u0000\u001b"}'
    )
    assert (article.headline, article.body, article.guid) == ("Ferry stops", "It stopped.", "g")


@pytest.mark.parametrize("path", [str(path.relative_to(SAMPLES)) for path in samples()])
@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_sample_is_read_or_refused_but_never_raises_anything_else(path, seed):
    data = bytearray((SAMPLES / path).read_bytes())
    chance = random.Random(f"{path}{seed}")
    if seed % 2:
        del data[chance.randrange(len(data) // 4, len(data)) :]
    for _ in range(1 + len(data) // 500 if seed > 1 else 3):
        data[chance.randrange(len(data))] = chance.randrange(256)
    try:
        found = read(bytes(data), path)
    except ParseError as error:
        assert str(error).endswith(".")
        return
    assert all(isinstance(item, (ParsedArticle, Rejected)) for item in found)


@pytest.mark.parametrize(
    ("declared", "really"),
    [
        ("iso-8859-1", "windows-1251"),
        ("utf-8", "windows-1251"),
        ("iso-8859-1", "utf-8"),
        ("windows-1252", "utf-16"),
        ("us-ascii", "utf-8"),
        ("utf-16", "utf-8"),
    ],
)
def test_a_wrongly_declared_encoding_is_seen_through(declared, really):
    words = "Паром между городом и островами остановился в среду, когда водолазы нашли трещину в корпусе."
    text = f'<?xml version="1.0" encoding="{declared}"?>' + NITF % ("Паром стоит у причала", f"<p>{words}</p>")
    (article,) = read(text.encode(really))
    assert article.headline == "Паром стоит у причала"
    assert article.body == words


def test_gb18030_declared_as_utf_8_is_seen_through():
    words = "渡轮星期三停航,潜水员在船体上发现了一道裂缝,公司说一周之内就会修好并且恢复航行。"
    text = '<?xml version="1.0" encoding="utf-8"?>' + NITF % ("渡轮停航", f"<p>{words}</p>")
    (article,) = read(text.encode("gb18030"))
    assert article.body == words


@pytest.mark.parametrize(
    "cell", ["=1+1", "=cmd|' /C calc'!A0", "+SUM(A1:A2)", "-2+3+cmd|' /C calc'!A0", "@SUM(1)", '=HYPERLINK("http://x")']
)
def test_a_formula_in_a_table_is_plain_text(cell):
    table = io.StringIO()
    table.write('headline,body\n"' + cell.replace('"', '""') + '","Words that stay as they are."\n')
    (article,) = read(table.getvalue().encode(), "a.csv")
    assert article.headline == f"'{cell}"
    assert "formula" in article.warnings[0]


@pytest.mark.parametrize(
    "line", ["- a dash begins this line", "+++ breaking +++", "@harbour says hello", "-5 degrees at noon"]
)
def test_words_that_only_look_like_a_formula_are_left_alone(line):
    (article,) = read(f"headline,body\n{line},Words.\n".encode(), "a.csv")
    assert article.headline == line


def test_scripts_and_handlers_never_reach_a_text():
    markup = (
        '<p onclick="steal()">Ferry<script>steal()</script><img src=x onerror="steal()"> stops</p><style>p{}</style>'
    )
    record = json.dumps(
        {"headline": f"<b>Big</b> {markup}", "body": markup, "byline": "<script>steal()</script>Ada Ek"}
    )
    (article,) = read(record.encode())
    assert "steal" not in f"{article.headline}{article.body}{article.byline}"
    assert article.body == "Ferry stops"


def office(kind):
    buffer = io.BytesIO()
    if kind == "docx":
        document = docx.Document()
        document.add_paragraph("Ferry stops")
        document.save(buffer)
    else:
        openpyxl.Workbook().save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(("kind", "part"), [("docx", "word/document.xml"), ("xlsx", "xl/workbook.xml")])
def test_an_office_file_that_declares_entities_is_refused(kind, part):
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(office(kind))) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, b'<!DOCTYPE x [<!ENTITY a "b">]>' + content if name == part else content)
    assert "entities" in refused(changed.getvalue())


@pytest.mark.parametrize(("kind", "part"), [("docx", "word/document.xml"), ("xlsx", "xl/workbook.xml")])
def test_an_office_file_that_is_a_bomb_is_refused(kind, part):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(part, b"<x>" + b" " * 40_000_000)
    assert "bomb" in refused(bomb.getvalue())


def test_a_pdf_without_text_says_that_it_is_a_scan():
    buffer = io.BytesIO()
    import pypdf

    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(buffer)
    assert "pictures of pages" in refused(buffer.getvalue())


def test_a_locked_pdf_says_so():
    import pypdf

    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    assert "password" in refused(buffer.getvalue())


def test_a_package_of_knowledge_is_refused_by_name():
    data = b'<knowledgeItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:k"><itemMeta/></knowledgeItem>'
    assert "knowledge item" in refused(data)


def test_xml_of_an_unknown_kind_is_named():
    assert "<invoice>" in refused(b"<invoice><total>3</total></invoice>")


def test_a_zip_of_everything_is_read_and_its_broken_parts_are_rejected():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.xml", NITF % ("Ferry", "<p>It stopped.</p>"))
        archive.writestr("bad.xml", "<nitf><body>")
        archive.writestr("bomb.xml", LAUGHS.replace("{root}", "nitf") + NITF % ("&j;", "<p>x</p>"))
        archive.writestr("picture.jpg", b"\xff\xd8\xff\xe0rest")
        archive.writestr("lines.jsonl.gz", gzip.compress(b'{"headline": "One"}\n{"headline": \n{"headline": "Two"}\n'))
        archive.writestr("../up.xml", "x")
    found = read(buffer.getvalue(), "all.zip")
    assert [a.headline for a in found if isinstance(a, ParsedArticle)] == ["Ferry", "One", "Two"]
    rejected = [r.record for r in found if isinstance(r, Rejected)]
    assert rejected == ["bad.xml", "bomb.xml", "picture.jpg", "lines.jsonl.gz/lines.jsonl: line 2", "../up.xml"]
    assert all(r.reason.endswith(".") and r.mend for r in found if isinstance(r, Rejected))
