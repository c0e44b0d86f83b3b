"""Everything a page says about its article, field by field, with where it says it. Nothing is chosen here."""

# ruff: noqa: E501 - tables of names and patterns

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from archive.formats.html_jsonld import Graph, Node, text_in, types_of
from archive.formats.html_marks import identifier, tag_list
from archive.formats.html_tree import Element, text_of
from archive.text.normalize import clean_line
from archive.text.sanitize import plain_text

_HEADLINE_META = ("og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title", "title")
_AUTHOR_META = (
    "author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "citation_author",
    "byl", "og:article:author", "cxenseparse:author", "article.author", "authors", "content_author",
)  # fmt: skip
_DATE_META = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time", "parsely-pub-date",
    "sailthru.date", "datepublished", "date.published", "dc.date.issued", "dcterms.created", "dc.date", "dc.date.created",
    "dcterms.date", "publishdate", "publish_date", "publish-date", "pubdate", "publication_date", "ptime", "date",
    "originalpublicationdate", "article_date_original", "cxenseparse:recs:publishtime", "citation_publication_date",
    "rnews:datepublished", "displaydate", "iso-8601-publish-date", "article.published", "created",
)  # fmt: skip
_UPDATED_META = (
    "article:modified_time",
    "og:updated_time",
    "last-modified",
    "lastmod",
    "article:modified",
    "dcterms.modified",
    "revised",
)
_KEYWORD_META = (
    "news_keywords",
    "keywords",
    "parsely-tags",
    "sailthru.tags",
    "article:tag",
    "og:article:tag",
    "cxenseparse:kw",
    "dc.subject",
)
_BYLINE_CLASS = re.compile(
    r"(?:^|[-_\s])(?:by-?line|author(?:s)?|article-?author|autor(?:en|es)?|auteur)(?:[-_\s]|$)|byline|author",
    re.IGNORECASE,
)
_NOT_BYLINE_CLASS = re.compile(
    r"bio|avatar|image|img|photo|social|follow|comment|more|related|description|info-?box|box", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Offer:
    """One value that a page offers, as plain text, and its origin."""

    value: str
    origin: str


@dataclass(slots=True)
class Offers:
    """What a page offers for each field, best origin first."""

    headline: list[Offer] = field(default_factory=list)
    authors: list[tuple[list[str], str]] = field(default_factory=list)
    published: list[Offer] = field(default_factory=list)
    updated: list[Offer] = field(default_factory=list)
    keywords: list[tuple[list[str], str]] = field(default_factory=list)
    outlet: list[Offer] = field(default_factory=list)
    description: list[Offer] = field(default_factory=list)
    language: str = ""
    url: str = ""
    guid: str = ""
    node: Node | None = None
    graph: Graph | None = None
    metas: dict[str, list[str]] = field(default_factory=dict)


def collect(root: Element, address: str) -> Offers:
    """Return the offers of a page whose address is `address` ("" when it is not known)."""
    offers = Offers()
    offers.metas = _metas(root)
    graph = offers.graph = Graph(root)
    offers.url = _canonical(root, offers.metas, address)
    h1s = [text_of(h1) for h1 in root.iter("h1")]
    title = text_of(root.find(".//head/title")) if root.find(".//head/title") is not None else ""
    og_title = next(iter(offers.metas.get("og:title", [])), "")
    node = offers.node = graph.article(address or offers.url, (og_title, title, *h1s[:3]))
    _headlines(offers, root, node, h1s, title)
    _authors(offers, root, node, graph)
    _dates(offers, root, node)
    _keywords(offers, root, node, graph)
    _outlets(offers, node, graph, title)
    if node is not None:
        _add(offers.description, text_in(node.get("description")), "JSON-LD description")
    for name in ("og:description", "description", "twitter:description"):
        for value in offers.metas.get(name, [])[:1]:
            _add(offers.description, value, name)
    offers.language = _language(root, node, offers.metas)
    offers.guid = identifier(root, node, offers.metas, offers.url)
    return offers


def _metas(root: Element) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        content = meta.get("content")
        if not content:
            continue
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            for name in (meta.get(attribute) or "").lower().split():
                out.setdefault(name if attribute != "itemprop" else f"itemprop:{name}", []).append(
                    clean_line(plain_text(content))
                )
    return out


def _add(offers: list[Offer], value: str, origin: str) -> None:
    value = clean_line(value)
    if value:
        offers.append(Offer(value, origin))


def _canonical(root: Element, metas: dict[str, list[str]], address: str) -> str:
    for link in root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            href = (link.get("href") or "").strip()
            if href.startswith("//"):
                href = "https:" + href
            if urlsplit(href).scheme in ("http", "https") and len(urlsplit(href).path) > 1:
                return href
    for value in metas.get("og:url", []):
        if urlsplit(value).scheme in ("http", "https") and len(urlsplit(value).path) > 1:
            return value
    return address


def _headlines(offers: Offers, root: Element, node: Node | None, h1s: list[str], title: str) -> None:
    if node is not None:
        _add(offers.headline, text_in(node.get("headline")), "JSON-LD headline")
        _add(offers.headline, text_in(node.get("name")), "JSON-LD name")
        _add(offers.headline, text_in(node.get("alternativeHeadline")), "JSON-LD alternativeHeadline")
    for name in _HEADLINE_META:
        for value in offers.metas.get(name, [])[:1]:
            _add(offers.headline, value, name)
    for element in root.iterfind(".//*[@itemprop='headline']"):
        _add(offers.headline, element.get("content") or text_of(element), "itemprop headline")
        break
    for h1 in h1s[:4]:
        _add(offers.headline, h1, "h1")
    _add(offers.headline, title, "title")


def _authors(offers: Offers, root: Element, node: Node | None, graph: Graph) -> None:
    def add(names: list[str], origin: str) -> None:
        names = [clean_line(name) for name in names if clean_line(name)]
        if names:
            offers.authors.append((names, origin))

    if node is not None:
        add(graph.names(node.get("author")), "JSON-LD author")
        add(graph.names(node.get("creator")), "JSON-LD creator")
        add(graph.names(node.get("contributor")), "JSON-LD contributor")
    for name in _AUTHOR_META:
        add([value for value in offers.metas.get(name, []) if not value.startswith(("http:", "https:"))], name)
    add(_rel_author(root), "rel=author")
    add(_itemprop_author(root), "itemprop author")
    add(_byline_elements(root), "byline element")


def _rel_author(root: Element) -> list[str]:
    found = [text_of(a) for a in root.iterfind(".//a[@rel]") if "author" in a.get("rel", "").lower().split()]
    return [name for name in dict.fromkeys(found) if 2 < len(name) < 60][:8]


def _itemprop_author(root: Element) -> list[str]:
    out: list[str] = []
    for element in root.iterfind(".//*[@itemprop='author']"):
        names = [name.get("content") or text_of(name) for name in element.iterfind(".//*[@itemprop='name']")]
        out.extend(names or [element.get("content") or text_of(element)])
    return [name for name in dict.fromkeys(out) if 2 < len(name) < 80][:8]


def _byline_elements(root: Element) -> list[str]:
    out: list[str] = []
    for element in root.iter():
        mark = element.get("class")
        # Most elements have a class, and few of them one of these.
        if not mark or not ("aut" in (lowered := mark.lower()) or "by" in lowered):
            continue
        if not _BYLINE_CLASS.search(mark) or _NOT_BYLINE_CLASS.search(mark) or element.tag in ("body", "html", "img"):
            continue
        text = text_of(element)
        if 3 < len(text) < 120:
            out.append(text)
            if len(out) >= 8:
                break
    return list(dict.fromkeys(out))


def _dates(offers: Offers, root: Element, node: Node | None) -> None:
    if node is not None:
        _add(offers.published, text_in(node.get("datePublished")), "JSON-LD datePublished")
        _add(offers.updated, text_in(node.get("dateModified")), "JSON-LD dateModified")
    for name in _DATE_META:
        for value in offers.metas.get(name, [])[:1]:
            _add(offers.published, value, name)
    for value in offers.metas.get("itemprop:datepublished", [])[:1]:
        _add(offers.published, value, "itemprop datePublished")
    for element in root.iterfind(".//*[@itemprop='datePublished']"):
        if element.tag != "meta":
            _add(
                offers.published,
                element.get("datetime") or element.get("content") or text_of(element),
                "itemprop datePublished",
            )
            break
    if node is not None:
        _add(offers.published, text_in(node.get("dateCreated")), "JSON-LD dateCreated")
        _add(offers.published, text_in(node.get("uploadDate")), "JSON-LD uploadDate")
    for name in _UPDATED_META:
        for value in offers.metas.get(name, [])[:1]:
            _add(offers.updated, value, name)
    for place, element in enumerate(root.iterfind(".//time")):
        if place >= 6:
            break
        _add(offers.published, element.get("datetime") or text_of(element), f"time element {place + 1}")


def _keywords(offers: Offers, root: Element, node: Node | None, graph: Graph) -> None:
    def add(names: list[str], origin: str) -> None:
        names = [name for name in (clean_line(name) for name in names) if name]
        if names:
            offers.keywords.append((names, origin))

    if node is not None:
        add(graph.names(node.get("keywords")), "JSON-LD keywords")
        add(graph.names(node.get("about")), "JSON-LD about")
        add(graph.names(node.get("mentions")), "JSON-LD mentions")
        add(graph.names(node.get("articleSection")), "JSON-LD articleSection")
    for name in _KEYWORD_META:
        add(offers.metas.get(name, []), name)
    add(offers.metas.get("article:section", [])[:1], "article:section")
    add([text_of(a) for a in root.iterfind(".//a[@rel]") if "tag" in a.get("rel", "").lower().split()][:30], "rel=tag")
    add(tag_list(root), "tag list")


def _outlets(offers: Offers, node: Node | None, graph: Graph, title: str) -> None:
    if node is not None:
        for name in graph.names(node.get("publisher"))[:1]:
            _add(offers.outlet, name, "JSON-LD publisher")
    for name in ("og:site_name", "application-name", "apple-mobile-web-app-title", "dc.publisher", "publisher"):
        for value in offers.metas.get(name, [])[:1]:
            if not value.startswith(("http:", "https:")):
                _add(offers.outlet, value, name)
    for _, other in graph.nodes:
        if types_of(other) & {"NewsMediaOrganization", "WebSite"}:
            _add(offers.outlet, text_in(other.get("name")), "JSON-LD WebSite")
            break
    tail = re.split(r"\s+[|–—•·-]\s+", title)
    if len(tail) > 1 and len(tail[-1]) <= 40:
        _add(offers.outlet, tail[-1], "end of the title")


def _language(root: Element, node: Node | None, metas: dict[str, list[str]]) -> str:
    options: Iterator[str] = iter(
        [
            text_in(node.get("inLanguage")) if node else "",
            root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "",
            *metas.get("og:locale", [])[:1],
            *metas.get("content-language", [])[:1],
        ]
    )
    for option in options:
        if match := re.match(r"\s*([a-zA-Z]{2,3})(?:[-_]([a-zA-Z]{2,4}))?\b", option):
            return match[1].lower() + (f"-{match[2].upper()}" if match[2] and len(match[2]) == 2 else "")
    return ""
