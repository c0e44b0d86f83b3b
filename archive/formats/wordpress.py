"""What an export of WordPress says beyond the feed that it is: which items are articles, which are published, who wrote
them, and its own marks in the texts.

Pictures, menus and settings travel as items of the same feed and are no articles. What was never published comes in
withheld, so that nobody takes a draft for what an outlet said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

_MARK = b"wordpress.org/export/"
_NO_ARTICLES = re.compile(
    r"attachment|nav_menu_item|revision|custom_css|customize_changeset|oembed_cache|user_request|wp_(?!post)\w+|acf-.*"
)
_PUBLISHED = ("", "publish", "inherit")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CAPTION = re.compile(r"\[caption\b[^\]]*\](.*?)\[/caption\]", re.DOTALL | re.IGNORECASE)
_PICTURE = re.compile(r"\s*(?:<a\b[^>]*>\s*)?<img\b[^>]*>\s*(?:</a>)?\s*", re.IGNORECASE)
# The author's own brackets have spaces or capitals in them: "[sic]" and "[The mayor]" stay.
_SHORTCODE = re.compile(
    r"\[/?(?:gallery|embed|video|audio|playlist|youtube|vimeo|twitter|instagram|facebook|contact-form-7|vc_\w+|et_pb_\w+)"
    r"\b[^\]]*\]",
    re.IGNORECASE,
)
_BLOCK = re.compile(
    r"</?(?:p|div|ul|ol|li|table|h[1-6]|blockquote|figure|pre|section|article|dl|hr|iframe|script)\b", re.IGNORECASE
)
_BLANK_LINE = re.compile(r"\n\s*\n")


def is_export(data: bytes) -> bool:
    """Say whether a feed is an export of WordPress."""
    return _MARK in data[:8192]


def authors(data: bytes) -> dict[str, str]:
    """Return the names of an export's authors by the names they sign in with."""
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError:
        return {}
    found = {}
    for author in root.iterfind("channel/{*}author"):
        login, name = author.findtext("{*}author_login"), author.findtext("{*}author_display_name")
        if login and name:
            found[login.strip()] = name.strip()
    return found


def is_article(entry: Mapping[str, Any]) -> bool:
    """Say whether an item is an article, not a picture, a menu or a setting of the site."""
    return not _NO_ARTICLES.fullmatch(str(entry.get("wp_post_type") or "post")) and _state(entry) != "auto-draft"


def unpublished(entry: Mapping[str, Any]) -> str:
    """Return what to say of an item that was not published, "" for one that was."""
    state = _state(entry)
    return "" if state in _PUBLISHED else f"Not published at the outlet: its state in WordPress was “{state}”."


def _state(entry: Mapping[str, Any]) -> str:
    return str(entry.get("wp_status") or "").strip().lower()


def to_html(text: str) -> str:
    """Return a text as WordPress shows it: paragraphs at blank lines, captions below pictures, no shortcodes."""
    text = _COMMENT.sub("\n\n", text.replace("\r\n", "\n"))
    text = _CAPTION.sub(lambda found: f"\n\n{_figure(found[1])}\n\n", text)
    parts = (part.strip() for part in _BLANK_LINE.split(_SHORTCODE.sub("", text)))
    return "\n".join(
        part if _BLOCK.match(part) else f"<p>{part.replace(chr(10), '<br/>')}</p>" for part in parts if part
    )


def _figure(inside: str) -> str:
    return f"<figure><figcaption>{_PICTURE.sub('', inside).strip()}</figcaption></figure>"
