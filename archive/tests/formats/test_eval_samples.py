"""Every well-formed sample of the evaluation data is read completely, every broken one refused in a sentence.

Nothing of their texts is repeated here: identifiers, dates, counts and hashes of what is read.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.formats import registry
from archive.formats.base import ParseError, ReadContext, Rejected

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "eval" / "formats"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the evaluation data is not beside this checkout")


def read(path):
    data = (FOLDER / path).read_bytes()
    context = ReadContext(captured_at=datetime(2026, 11, 1, tzinfo=UTC), file_name=Path(path).name)
    return list(registry.read(data, context))


@pytest.mark.parametrize(
    ("path", "guid", "published", "lines", "tags"),
    [
        ("nitf/aap.xml", "AAP.115314987.5417374", "2013-10-20T19:27:51+11:00", 13, 2),
        ("nitf/ap_media_text_nitf.xml", "", "2019-07-03T04:05:12+00:00", 20, 0),
        ("nitf/nitf-fishing.xml", "iptc.321656141.b", "2002-02-26T00:00:00", 12, 7),
        ("nitf/pa1.xml", "af1f7ad5-5619-49de-84cc-2e608538c77fSSS-3-1", "2015-10-14T04:30:01+01:00", 43, 3),
        (
            "newsml1/afp.xml",
            "urn:newsml:afp.com:20140829T135002Z:TX-PAR-FXW86",
            "2014-08-29T13:49:51+00:00",
            10,
            8,
        ),
        (
            "newsml-g2/ansa-newsmlg2-text.xml",
            "tag:ansa.it,2017-10-11:40e5fb1034e7e2b21942ea09718fc85a",
            "2017-10-11T10:41:00+01:00",
            4,
            2,
        ),
        (
            "newsml-g2/iptc_LISTING_22_Sports_story_in_NewsML-G2NITF.xml",
            "tag:xmlteam.com,2016:xt.5932656-preview",
            "2016-10-19T11:15:00-05:00",
            6,
            8,
        ),
        (
            "newsml-g2/iptc_LISTING_2_NewsML-G2_Text_Document.xml",
            "urn:newsml:acmenews.com:20161121:US-FINANCE-FED",
            "2016-11-21T15:21:06-05:00",
            2,
            4,
        ),
        ("newsml-g2/scoop.xml", "BD-20160112123540", "2016-01-12T12:35:40", 8, 0),
        ("newsml-g2/stt_newsml_test.xml", "urn:newsml:stt.fi:20171219:101801633", "2017-12-19T10:33:04+02:00", 40, 2),
        (
            "newsml-g2/tag_reuters.com_2014_newsml_KBN0FL0NM_version_10",
            "tag_reuters.com_2014_newsml_KBN0FL0NM",
            "2014-07-16T08:10:15+00:00",
            0,
            6,
        ),
        (
            "ninjs/iptc_1.4_ninjsExSimpleText1.json",
            "http://ninjs.example.com/newsitems/20130709simp123",
            "2013-07-09T10:37:00+00:00",
            4,
            0,
        ),
        ("ninjs/iptc_2.1_ntb_text.json", "urn:8d19cf88-b3ab-4972-8fec-1207599f2872", "2019-08-09T09:30:04+00:00", 1, 5),
        (
            "ninjs/iptc_3.0_dpa_text.json",
            "urn:newsml:dpa.com:20090101:190510-99-167362",
            "2019-05-10T16:02:28+02:00",
            9,
            0,
        ),
        (
            "ninjs/superdesk_ninjs1.json",
            "urn:newsml:localhost:2017-08-24T14:37:19.783611:c044162e-7f40-4d04-b700-49b6a66e652c",
            "2017-08-24T04:37:19+00:00",
            1,
            2,
        ),
        (
            "ninjs/superdesk_ninjs4.json",
            "https://www.futurezone.de/science/article216742303/China-behauptet-einen-Polizeihund-geklont-zu-haben.html",
            "2019-03-25T08:54:09+00:00",
            8,
            13,
        ),
    ],
)
def test_a_wire_sample_is_read_completely(path, guid, published, lines, tags):
    (article,) = read(path)
    assert article.headline
    assert article.guid == guid
    assert article.published.value.isoformat() == published
    assert len(article.body.splitlines()) == lines
    assert len(article.tags) == tags


@pytest.mark.parametrize(
    ("path", "headline", "lines"),
    [
        ("feeds/feedparser_entry_content_type.xml", "", 1),
        ("feeds/feedparser_item_content_encoded.xml", "", 1),
        ("feeds/feedparser_rdf_item_title.xml", "Example title", 0),
    ],
)
def test_a_feed_sample_is_read_completely(path, headline, lines):
    (article,) = read(path)
    assert (article.headline, len(article.body.splitlines())) == (headline, lines)


@pytest.mark.parametrize("path", ["warc/example.warc", "wacz/valid_example_2.wacz"])
def test_a_web_archive_sample_gives_its_page(path):
    (article,) = read(path)
    assert article.url.rstrip("/").endswith("example.com")
    assert article.captured_at and article.captured_at.year in (2017, 2020)
    assert article.headline and article.body


def test_a_web_archive_that_is_cut_short_gives_its_page_and_says_so():
    page, cut = read("warc/example-trunc.warc")
    assert page.url == "http://example.com/"
    assert isinstance(cut, Rejected) and cut.reason.endswith(".") and cut.mend


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("warc/example-bad.warc.gz.bad", "not compressed record by record"),
        ("warc/post-test.warc.gz", "no saved page"),
        ("wacz/invalid_example_1.wacz", "holds no web archive"),
    ],
)
def test_a_broken_or_empty_sample_is_refused_in_a_sentence(path, words):
    with pytest.raises(ParseError, match=words) as raised:
        read(path)
    assert str(raised.value).endswith(".") and raised.value.mend
