"""RSS, Atom and RDF feeds: each entry an article, as far as the feed gives its text.

feedparser reads them; it is given bytes in a stream (a string it would open as a file or an address), and whatever
markup it returns is reduced to text here.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax import SAXParseException

import feedparser
from lxml import etree

from archive.formats import blocks, fields, stamps, wordpress, xml_tree
from archive.formats.base import Candidate, ParsedArticle, ParsedTag, ParseError, ReadContext, Rejected
from archive.formats.sniff import xml_root

_PARENTS = frozenset(("channel", "feed", "RDF", "rss"))
# What the head of a feed says about every entry of it.
_HEAD = frozenset(
    ("channel", "title", "link", "language", "publisher", "rights", "copyright", "author", "creator", "id")
)
_ROOTS = {"rss": 0.99, "RDF": 0.95, "feed": 0.95, "channel": 0.7}


class Feed:
    """A feed of any of the usual kinds and versions."""

    name = "feed"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return up to 0.99 for XML with the root of a feed."""
        namespace, root = xml_root(data)
        if root == "feed" and namespace and "atom" not in namespace.lower():
            return 0.6
        return _ROOTS.get(root, 0.0)

    def read(self, data: bytes, context: ReadContext) -> Iterator[ParsedArticle | Rejected]:
        """Yield an article for each entry. Raises ParseError for what is no feed."""
        xml_tree.refuse_entities(data, "feed")
        try:
            found = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
        except (RecursionError, ValueError, AssertionError) as error:
            raise ParseError(
                "The feed nests too deep to be read.", mend="Ask the sender for the plain feed."
            ) from error
        entries = list(found.entries)
        broken = _broken(found)
        if not entries:
            why = f"The feed is not well-formed: {broken}." if broken else "The feed holds no entry."
            raise ParseError(why, mend="Check the address, or download it again.")
        last = len(entries) - 1
        pieces = _pieces(data, len(entries)) if last else []
        exported = wordpress.is_export(data)
        authors = wordpress.authors(data) if exported else {}
        for place, entry in enumerate(entries):
            if exported:
                if not wordpress.is_article(entry):
                    continue
                for part in entry.get("content", ()):
                    part["value"] = wordpress.to_html(part.get("value", ""))
            raw = pieces[place] if pieces else b""
            record = blocks.clean(entry.get("id") or entry.get("link") or "") or f"entry {place + 1}"
            if broken and place == last and _cut_off(data):
                why = f"The feed breaks off in this entry: {broken}."
                yield Rejected(record, why, "Download the feed again.", format="feed")
                continue
            try:
                made = _article(entry, found.feed, context)
                if exported:
                    made = _exported(made, entry, authors)
            except ParseError as error:
                yield Rejected(record, str(error), error.mend, raw, format="feed")
                continue
            yield dataclasses.replace(made, record=record if last else "", raw=raw)


FORMAT = Feed()


def _exported(made: ParsedArticle, entry: Any, authors: Mapping[str, str]) -> ParsedArticle:
    """Return an article of a WordPress export under its author's name, withheld when it was never published."""
    byline = authors.get(made.byline, made.byline)
    standfirst = made.standfirst or blocks.plain(entry.get("excerpt_encoded", ""))
    made = dataclasses.replace(made, byline=byline, authors=fields.authors_of(byline), standfirst=standfirst)
    if note := wordpress.unpublished(entry):
        return dataclasses.replace(made, signal="withhold", editor_note=note)
    return made


def _pieces(data: bytes, count: int) -> list[bytes]:
    """Return, for each entry in order, the feed with that entry alone: what is kept of a capture, and read again later.

    Of the head stays what an entry needs to be understood; the moment the feed was built does not, so that an entry
    that comes again has the same bytes. [] for feeds that are not well-formed.
    """
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError:
        return []
    entries = [node for node in root.iter("{*}item", "{*}entry") if _name(node.getparent()) in _PARENTS]
    if len(entries) != count:
        return []
    homes = [(entry, entry.getparent()) for entry in entries]
    for home in {root, *(home for _, home in homes)}:
        for child in list(home):
            if _name(child) not in _HEAD:
                home.remove(child)
    out = []
    for entry, home in homes:
        entry.tail = "\n"
        home.append(entry)
        out.append(etree.tostring(root, encoding="utf-8", xml_declaration=True))
        home.remove(entry)
    return out


def _name(node: Any) -> str:
    return etree.QName(node).localname if node is not None and isinstance(node.tag, str) else ""


def _broken(found: Any) -> str:
    error = found.get("bozo_exception") if found.get("bozo") else None
    if isinstance(error, SAXParseException):
        return f"{error.getMessage()} at line {error.getLineNumber()}"
    return ""


def _cut_off(data: bytes) -> bool:
    tail = data[-400:].lower()
    return not any(end in tail for end in (b"</rss", b"</feed", b":rdf>", b"</rdf", b"</channel"))


def _article(entry: Any, feed: Any, context: ReadContext) -> ParsedArticle:
    headline = blocks.plain(entry.get("title", ""))
    summary = blocks.from_any(entry.get("summary", ""))
    contents = [blocks.from_any(part.get("value", "")) for part in entry.get("content", ())]
    text = max(contents, key=lambda part: len(part.body), default=blocks.Blocks())
    standfirst = ""
    if not text.paragraphs or len(summary.body) > 2 * len(text.body):
        text = summary
    elif summary.body and len(summary.body) < len(text.body):
        standfirst = " ".join(summary.paragraphs)
        # A summary that is only the beginning of the text is no standfirst.
        if fields.letters(text.body).startswith(fields.letters(standfirst.rstrip(" .…[]"))):
            standfirst = ""
    paragraphs = text.paragraphs
    if paragraphs and fields.same_words(paragraphs[0], headline) and len(paragraphs) > 1:
        paragraphs = paragraphs[1:]
    link = blocks.clean(entry.get("link", ""))
    guid = blocks.clean(entry.get("id", ""))
    link = link or guid
    if not headline and not paragraphs:
        raise ParseError("The entry has neither a title nor a text.", mend="Import the page it links to instead.")
    byline = _byline(entry)
    outlet, outlets = fields.choose(*_outlets(entry, feed))
    # feedparser answers with the published date when asked for an updated one that is not there.
    dates = [(dict.get(entry, name) or "", name) for name in ("published", "created", "updated")]
    updated = dict.get(entry, "updated") or ""
    return ParsedArticle(
        format="feed",
        headline=headline,
        standfirst="" if fields.same_words(standfirst, headline) else standfirst,
        byline=byline,
        authors=fields.authors_of(byline),
        body="\n".join(paragraphs),
        language=_language(entry, feed),
        outlet_name=outlet,
        outlet_evidence=outlets[0].origin if outlets else "",
        url=link if link.startswith(("http://", "https://")) else "",
        guid=guid or link,
        published=stamps.best(
            [stamps.read_printed(value, where=f"feed {name}", context=context) for value, name in dates if value]
        ),
        issued_at=stamps.moment(updated),
        signal=fields.signal_in_words(headline),
        tags=fields.tags(
            ParsedTag(blocks.plain(tag.get("label") or tag.get("term") or "")) for tag in entry.get("tags", ())
        ),
        captions=fields.captions([*text.captions, *_media(entry)]),
        usage_terms=blocks.plain(entry.get("rights", "")),
        candidates={
            "headline": (Candidate(headline, "feed title"),) if headline else (),
            "outlet": outlets,
        },
    )


def _byline(entry: Any) -> str:
    names = [blocks.plain(author.get("name", "")) for author in entry.get("authors", ())]
    names = [name for name in dict.fromkeys(names) if name]
    if names:
        return ", ".join(names)
    author = blocks.plain(entry.get("author", ""))
    # RSS 2.0 writes authors as "address (name)".
    if "@" in author and author.endswith(")"):
        return author[author.index("(") + 1 : -1] if "(" in author else ""
    return "" if "@" in author and " " not in author else author


def _outlets(entry: Any, feed: Any) -> list[tuple[str, str]]:
    source = entry.get("source") or {}
    return [
        (blocks.plain(source.get("title", "")), "source of the entry"),
        (blocks.plain(entry.get("publisher", "")), "publisher of the entry"),
        (blocks.plain(feed.get("publisher", "")), "publisher of the feed"),
        (blocks.plain(feed.get("title", "")), "title of the feed"),
        fields.host_of(feed.get("link", "") or entry.get("link", "") or entry.get("id", "")),
    ]


def _language(entry: Any, feed: Any) -> str:
    for part in entry.get("content", ()):
        if part.get("language"):
            return str(part["language"])
    detail = entry.get("title_detail") or {}
    return str(entry.get("language") or detail.get("language") or feed.get("language") or "")


def _media(entry: Any) -> list[str]:
    # feedparser writes the description of a picture over the detail of the summary.
    detail = (entry.get("summary_detail") or {}).get("value", "")
    described = entry.get("media_description") or (detail if detail != entry.get("summary", "") else "")
    credit = " / ".join(blocks.plain(part.get("content", "")) for part in entry.get("media_credit", ()))
    caption = blocks.plain(described) if entry.get("media_content") else ""
    if not caption:
        return []
    return [f"{caption} ({credit})" if credit and credit not in caption else caption]
