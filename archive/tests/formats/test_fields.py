"""What the wire formats have in common is read the same in each."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from archive.formats import fields, registry
from archive.formats.base import ParseError, ReadContext

G2 = """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:kvarn.example:1" version="1">
<itemMeta><itemClass qcode="ninat:text"/><provider literal="Kvarnwire"/>
<versionCreated>2024-05-06T07:08:09Z</versionCreated><pubStatus qcode="stat:usable"/></itemMeta>
<contentMeta><subject qcode="kvarn:77" literal="Topic number"/><subject literal="Mills"/>
<headline>Mill turns again</headline><dateline>2024-05-06 07:08:09 GMT+00:00</dateline>
<located literal="Kvarnby"/></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><body>
<p>The old mill turned on Monday for the first time in forty years.</p></body></html></inlineXML></contentSet>
</newsItem>"""


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("2024-05-06 07:08:09 GMT+00:00", ""),
        ("20240506T070809Z", ""),
        ("2024-05-06", ""),
        ("KVARNBY, May 6", "KVARNBY, May 6"),
        ("Kvarnby 2024-05-06", "Kvarnby 2024-05-06"),
        ("", ""),
    ],
)
def test_a_time_stamp_is_no_dateline(printed, kept):
    assert fields.dateline(printed) == kept


def test_a_story_stamped_in_its_dateline_is_from_where_it_is_located_and_a_literal_beside_a_code_is_no_tag():
    context = ReadContext(captured_at=datetime(2024, 6, 1, tzinfo=UTC), file_name="mill.xml")
    (article,) = registry.read(G2.encode(), context)
    assert article.dateline == "Kvarnby"
    assert [tag.name for tag in article.tags] == ["Mills", "Kvarnby"]


NINJS = {
    "uri": "urn:kvarn:7",
    "standard": {"name": "ninjs", "version": "3.0"},
    "type": "text",
    "headlines": [{"role": "main", "value": "Mill turns again"}],
    "bodies": [{"contentType": "text/html", "value": "<p>The old mill turned on Monday.</p>"}],
    "people": [{"name": "Ada Finch", "rel": "author"}, {"name": "Bo Heron", "rel": "about"}],
}


def read_ninjs(**changed):
    context = ReadContext(captured_at=datetime(2024, 6, 1, tzinfo=UTC), file_name="mill.json")
    return next(iter(registry.read(json.dumps(NINJS | changed).encode(), context)))


def test_a_person_who_wrote_the_text_is_its_author_and_no_tag():
    article = read_ninjs()
    assert article.authors == ("Ada Finch",)
    assert [tag.name for tag in article.tags] == ["Bo Heron"]


def test_an_item_that_is_no_text_is_named_for_what_it_is():
    with pytest.raises(ParseError, match="of the type event"):
        read_ninjs(type="event", headlines=[], bodies=[])
    with pytest.raises(ParseError, match="of the type picture"):
        read_ninjs(type="picture")
