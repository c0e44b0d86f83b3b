"""A live blog is a kind of its own in every format that can carry one, its posts stamped and oldest first."""

import json
from datetime import UTC, datetime

import pytest

from archive.formats import registry
from archive.formats.base import ReadContext

CONTEXT = ReadContext(captured_at=datetime(2026, 4, 1, 12, tzinfo=UTC), file_name="live")
WIRE = {"uri": "urn:quay:live", "type": "text", "versioncreated": "2026-03-11T10:00:00Z", "pubstatus": "usable",
        "headline": "Ferry strike, hour by hour"}  # fmt: skip
LATE = {"headline": "Talks fail", "body_html": "<p>The owner left the room.</p>", "published": "2026-03-11T09:30:00Z"}
EARLY = {"headline": "Crews walk out", "body_html": "<p>All boats lie at the quay.</p>",
         "published": "2026-03-11T06:15:00Z"}  # fmt: skip
G2 = """<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>
<packageItem guid="urn:quay:live"><itemMeta><versionCreated>2026-03-11T10:00:00Z</versionCreated></itemMeta>
<contentMeta><genre qcode="genre:Live_Blog"/><headline>Ferry strike, hour by hour</headline></contentMeta></packageItem>
{items}</itemSet></newsMessage>"""
G2_ITEM = """<newsItem guid="{guid}"><itemMeta><itemClass qcode="ninat:text"/><versionCreated>{at}</versionCreated>
</itemMeta><contentMeta><headline>{headline}</headline></contentMeta><contentSet><inlineXML>
<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html></inlineXML></contentSet></newsItem>"""


def g2(*posts, genre="Live_Blog"):
    items = "".join(
        G2_ITEM.format(guid=n, at=one["published"], headline=one["headline"], body=one["body_html"])
        for n, one in enumerate(posts)
    )
    return G2.format(items=items).replace("Live_Blog", genre).encode()


def as_items(*posts):
    return {f"post{n}": {**post, "uri": f"urn:p:{n}", "type": "text"} for n, post in enumerate(posts)}


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(WIRE | {"profile": "liveblog", "posts": [LATE, EARLY]}).encode(),
        json.dumps(WIRE | {"type": "composite", "genre": [{"name": "Live blog"}],
                           "associations": as_items(LATE, EARLY)}).encode(),
        json.dumps({"@type": "LiveBlogPosting", "headline": "Ferry strike, hour by hour", "liveBlogUpdate": [
            {"@type": "BlogPosting", "headline": one["headline"], "articleBody": one["body_html"],
             "datePublished": one["published"]} for one in (LATE, EARLY)]}).encode(),
        g2(LATE, EARLY),
    ],
    ids=["ninjs posts", "ninjs package", "json", "newsml-g2"],
)  # fmt: skip
def test_posts_are_stamped_entries_of_one_article(data):
    (blog,) = registry.read(data, CONTEXT)
    assert (blog.kind, blog.headline) == ("live_blog", "Ferry strike, hour by hour")
    assert [(post.headline, post.body) for post in blog.posts] == [
        ("Crews walk out", "All boats lie at the quay."),
        ("Talks fail", "The owner left the room."),
    ]
    assert [post.published.value for post in blog.posts] == [
        datetime(2026, 3, 11, 6, 15, tzinfo=UTC),
        datetime(2026, 3, 11, 9, 30, tzinfo=UTC),
    ]
    assert blog.body.split("\n")[:2] == ["Crews walk out", "All boats lie at the quay."]


def test_a_stamp_after_the_capture_is_no_stamp():
    future = LATE | {"published": "2027-01-01T00:00:00Z"}
    (blog,) = registry.read(json.dumps(WIRE | {"profile": "liveblog", "posts": [future]}).encode(), CONTEXT)
    assert blog.posts[0].published.value is None and blog.posts[0].published.printed


def test_a_package_that_is_no_live_blog_stays_a_package_of_articles():
    assert [one.kind for one in registry.read(g2(LATE, EARLY, genre="Feature"), CONTEXT)] == ["article", "article"]
    package = json.dumps(WIRE | {"type": "composite", "associations": as_items(LATE, EARLY)}).encode()
    assert [one.headline for one in registry.read(package, CONTEXT)] == ["Talks fail", "Crews walk out"]
