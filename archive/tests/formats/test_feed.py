"""The entries of a feed are kept one by one, each in bytes of its own that can be read again."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from archive.formats import registry
from archive.formats.base import ReadContext

CONTEXT = ReadContext(captured_at=datetime(2026, 4, 1, 12, tzinfo=UTC), file_name="feed.xml")
RSS = """<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><title>Gull Bay Gazette</title>
<link>https://gull.example/</link><language>en-gb</language><lastBuildDate>{built}</lastBuildDate>
<item><title>Ferry returns – at last</title><link>https://gull.example/1</link><guid>g-1</guid>
<description>The ferry returns on Friday.</description></item>
<item><title>Mussels for all</title><link>https://gull.example/2</link><guid>g-2</guid>
<description>The banks are open again.</description></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Gull Bay Gazette</title>
<updated>2026-03-01T00:00:00Z</updated>
<entry><id>a-1</id><title>Ferry returns</title><summary>On Friday.</summary></entry>
<entry><id>a-2</id><title>Mussels</title><summary>Open again.</summary></entry></feed>"""


def rss(built="Mon, 02 Mar 2026 10:00:00 GMT", encoding="utf-8"):
    return RSS.format(built=built, encoding=encoding).encode(encoding)


@pytest.mark.parametrize("data", [rss(), rss(encoding="windows-1252"), ATOM.encode()])
def test_an_entry_read_again_from_its_own_bytes_is_the_same_article(data):
    for article in registry.read(data, CONTEXT):
        (again,) = registry.read(article.raw, CONTEXT)
        assert again == replace(article, raw=b"", record="")


def test_the_bytes_of_an_entry_hold_nothing_of_the_others_and_stay_when_the_feed_is_built_anew():
    first, second = registry.read(rss(), CONTEXT)
    assert b"Mussels" not in first.raw and b"Ferry" not in second.raw and b"lastBuildDate" not in first.raw
    assert [one.raw for one in registry.read(rss("Tue, 03 Mar 2026 10:00:00 GMT"), CONTEXT)] == [first.raw, second.raw]


def test_a_feed_that_is_not_well_formed_is_read_and_kept_whole():
    found = list(registry.read(rss().replace(b"at last</title>", b"at & last</title>"), CONTEXT))
    assert len(found) == 2 and not any(one.raw for one in found)
