"""No markup that was received reaches a page alive.

Bodies are stored as plain text and escaped by the templates; what little HTML is ever shown passes `safe_html`.
"""

from __future__ import annotations

import html
import re

import nh3

_TAGS = {"p", "br", "em", "strong", "b", "i", "q", "blockquote", "ul", "ol", "li", "h2", "h3", "h4", "a", "ins", "del"}
_TAG_SHAPE = re.compile(r"<[a-zA-Z/!?][^<>]*>")


def safe_html(markup: str) -> str:
    """Return `markup` with a few text elements and http(s) links left; scripts, styles and handlers are gone."""
    return nh3.clean(
        markup,
        tags=_TAGS,
        clean_content_tags={"script", "style", "template", "noscript", "iframe", "object", "svg", "math"},
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def plain_text(markup: str) -> str:
    """Return the text of an inline piece of HTML (a headline, a name): no element left, character references resolved.

    A "<" that opens no element ("profits < 5 %") stays. References are resolved once more after the elements are gone,
    because feeds and JSON-LD often escape twice; what that uncovers is dropped again rather than kept.
    """
    text = markup
    for _ in range(3):
        if "<" in text and _TAG_SHAPE.search(text):
            text = html.unescape(
                nh3.clean(text, tags=set(), clean_content_tags={"script", "style", "template", "iframe", "object"})
            )
        if "&" not in text:
            break
        resolved = html.unescape(text)
        if resolved == text:
            break
        text = resolved
    return _TAG_SHAPE.sub("", text) if "<" in text else text
