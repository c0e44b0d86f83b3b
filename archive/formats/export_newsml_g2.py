"""Articles written as NewsML-G2 2.35 news items, alone or in a news message, the text as XHTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lxml import etree

from archive.formats.export_article import ExportArticle, fit, uri_of, utc
from archive.formats.xml_tree import XML_LANG, Element

NAMESPACE = "http://iptc.org/std/nar/2006-10-01/"
XHTML = "http://www.w3.org/1999/xhtml"
STANDARD_VERSION = "2.35"
CATALOG = "http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_38.xml"
_NATURES = {
    "topic": "cpnat:abstract",
    "person": "cpnat:person",
    "organisation": "cpnat:organisation",
    "place": "cpnat:geoArea",
}


def news_item(article: ExportArticle) -> bytes:
    """Return the article as a news item of its own, in UTF-8."""
    return etree.tostring(_item(article), xml_declaration=True, encoding="UTF-8", pretty_print=True)


def news_message(articles: Sequence[ExportArticle], *, sent_at: datetime, sender: str) -> bytes:
    """Return the articles as one news message, in UTF-8."""
    root = etree.Element(f"{{{NAMESPACE}}}newsMessage", nsmap={None: NAMESPACE})
    header = _add(root, "header")
    _add(header, "sent", utc(sent_at))
    _add(header, "sender", sender)
    items = _add(root, "itemSet")
    for article in articles:
        items.append(_item(article))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add(parent: Element, name: str, text: str = "", /, **attributes: str) -> Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    if text:
        child.text = fit(text)
    for key, value in attributes.items():
        child.set(key, fit(value))
    return child


def _item(article: ExportArticle) -> Element:
    root = etree.Element(f"{{{NAMESPACE}}}newsItem", nsmap={None: NAMESPACE})
    root.set("standard", "NewsML-G2")
    root.set("standardversion", STANDARD_VERSION)
    root.set("conformance", "power")
    root.set("guid", fit(article.guid) or uri_of(article.url))
    root.set("version", str(article.version))
    if article.language:
        root.set(XML_LANG, article.language)
    _add(root, "catalogRef", href=CATALOG)
    rights = _add(root, "rightsInfo")
    _add(_add(rights, "copyrightHolder", literal=article.outlet_name), "name", article.outlet_name)
    if article.usage_terms:
        _add(rights, "usageTerms", article.usage_terms)
    _item_meta(root, article)
    _content_meta(root, article)
    content = _add(_add(root, "contentSet"), "inlineXML", contenttype="application/xhtml+xml")
    html = etree.SubElement(content, f"{{{XHTML}}}html", nsmap={None: XHTML})
    etree.SubElement(etree.SubElement(html, f"{{{XHTML}}}head"), f"{{{XHTML}}}title").text = fit(article.headline)
    body = etree.SubElement(html, f"{{{XHTML}}}body")
    for paragraph in article.paragraphs:
        etree.SubElement(body, f"{{{XHTML}}}p").text = paragraph
    return root


def _item_meta(root: Element, article: ExportArticle) -> None:
    meta = _add(root, "itemMeta")
    _add(meta, "itemClass", qcode="ninat:text")
    _add(_add(meta, "provider", literal=article.outlet_name), "name", article.outlet_name)
    _add(meta, "versionCreated", utc(article.issued_at))
    if article.published_at is not None and article.has_instant:
        _add(meta, "firstCreated", utc(article.published_at))
    if article.embargoed_until:
        _add(meta, "embargoed", utc(article.embargoed_until))
    _add(meta, "pubStatus", qcode=f"stat:{article.status}")
    if article.editor_note:
        _add(meta, "edNote", article.editor_note)
    if article.signal:
        _add(meta, "signal", qcode=f"sig:{article.signal}")
    if article.usage_expires_at:
        _add(meta, "expires", utc(article.usage_expires_at))


def _content_meta(root: Element, article: ExportArticle) -> None:
    meta = _add(root, "contentMeta")
    if article.urgency:
        _add(meta, "urgency", str(article.urgency))
    if article.published_at is not None:
        # The standard wants a zone beside a clock; where none is known, the day is all that can be said.
        created = utc(article.published_at) if article.has_instant else article.published_at.strftime("%Y-%m-%d")
        _add(meta, "contentCreated", created)
    for author in article.authors:
        _add(_add(meta, "creator", literal=author), "name", author)
    if article.url:
        _add(meta, "altId", article.url)
    if article.language:
        _add(meta, "language", tag=article.language)
    for tag in article.tags:
        code = {"qcode": tag.code} if tag.code.startswith("medtop:") else {"literal": tag.name}
        _add(_add(meta, "subject", type=_NATURES[tag.kind], **code), "name", tag.name)
    if article.slugline:
        _add(meta, "slugline", article.slugline)
    _add(meta, "headline", article.headline)
    if article.dateline:
        _add(meta, "dateline", article.dateline)
    if article.byline:
        _add(meta, "by", article.byline)
    if article.credit:
        _add(meta, "creditline", article.credit)
    if article.standfirst:
        _add(meta, "description", article.standfirst, role="drol:summary")
    for caption in article.captions:
        _add(meta, "description", caption, role="drol:caption")
