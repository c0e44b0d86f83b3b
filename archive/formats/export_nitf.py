"""Articles written as NITF 3.6, the elements in the order the standard demands."""

from __future__ import annotations

from lxml import etree

from archive.formats.export_article import ExportArticle, basic, fit
from archive.formats.xml_tree import Element

NAMESPACE = "http://iptc.org/std/NITF/2006-10-18/"
VERSION = "-//IPTC//DTD NITF 3.6//EN"
_ENTITIES = {"person": "person", "organisation": "org", "place": "location"}


def nitf(article: ExportArticle) -> bytes:
    """Return the article as a NITF document in UTF-8."""
    root = etree.Element(f"{{{NAMESPACE}}}nitf", nsmap={None: NAMESPACE}, version=VERSION)
    if article.language:
        root.set("baselang", article.language)
    _head(root, article)
    body = _add(root, "body")
    _body_head(body, article)
    content = _add(body, "body.content")
    for caption in article.captions:
        media = _add(content, "media", **{"media-type": "image"})
        _add(media, "media-reference", **{"mime-type": "image/*"})
        _add(media, "media-caption", caption)
    for paragraph in article.paragraphs:
        _add(content, "p", paragraph)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add(parent: Element, tag: str, text: str = "", /, **attributes: str) -> Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
    if text:
        child.text = fit(text)
    for key, value in attributes.items():
        if value:
            child.set(key, fit(value))
    return child


def _head(root: Element, article: ExportArticle) -> None:
    head = _add(root, "head")
    _add(head, "title", article.headline)
    if article.slugline:
        _add(head, "meta", name="slugline", content=article.slugline)
    subjects = [tag for tag in article.tags if tag.kind == "topic" and tag.code]
    if subjects:
        tobject = _add(head, "tobject", **{"tobject.type": "news"})
        for tag in subjects:
            number = tag.code.rpartition(":")[2]
            attributes = {"tobject.subject.refnum": number, "tobject.subject.type": tag.name}
            _add(tobject, "tobject.subject", **attributes)
    docdata = _add(head, "docdata", **{"management-status": "embargoed" if _held(article) else article.status})
    if article.signal == "correction":
        _add(docdata, "correction", info=article.editor_note, **{"id-string": article.guid})
    _add(docdata, "doc-id", regsrc=article.outlet_name, **{"id-string": article.guid})
    if article.urgency:
        _add(docdata, "urgency", **{"ed-urg": str(article.urgency)})
    _add(docdata, "date.issue", norm=basic(article.issued_at))
    if article.embargoed_until:
        _add(docdata, "date.release", norm=basic(article.embargoed_until))
    _add(docdata, "du-key", key=article.slugline or article.guid, version=str(article.version))
    if article.editor_note and article.signal != "correction":
        _add(docdata, "ed-msg", info=article.editor_note)
    _add(docdata, "doc.copyright", holder=article.outlet_name)
    if article.usage_terms or article.usage_expires_at:
        end = basic(article.usage_expires_at) if article.usage_expires_at else ""
        _add(docdata, "doc.rights", limitations=article.usage_terms, enddate=end)
    words = [tag.name for tag in article.tags if tag.kind == "topic" and not tag.code]
    # Agencies send the slugline as the only keyword, and a lone keyword is read as one.
    alone = words if len(words) == 1 and not article.slugline else []
    if words and not alone:
        keys = _add(docdata, "key-list")
        for word in words:
            _add(keys, "keyword", key=word)
    entities = [tag for tag in article.tags if tag.kind in _ENTITIES]
    if entities or alone:
        content = _add(docdata, "identified-content")
        for word in alone:
            _add(content, "classifier", word)
        for tag in entities:
            _add(content, _ENTITIES[tag.kind], tag.name)
    published = basic(article.published_at, article.published_precision) if article.published_at else ""
    attributes = {
        "type": "print" if article.page else "web",
        "name": article.outlet_name,
        "date.publication": published,
        "edition.name": article.edition,
        "position.sequence": article.page,
        "ex-ref": article.url,
    }
    _add(head, "pubdata", **attributes)


def _held(article: ExportArticle) -> bool:
    return article.status == "usable" and article.embargoed_until is not None


def _body_head(body: Element, article: ExportArticle) -> None:
    head = _add(body, "body.head")
    hedline = _add(head, "hedline")
    _add(hedline, "hl1", article.headline)
    if article.byline or article.authors:
        _add(head, "byline", article.byline or ", ".join(article.authors))
    if article.credit:
        _add(head, "distributor", article.credit)
    if article.dateline:
        _add(head, "dateline", article.dateline)
    if article.standfirst:
        _add(_add(head, "abstract"), "p", article.standfirst)
