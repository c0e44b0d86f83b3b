"""NewsML-G2: news messages, single news items, and packages; the text as inline NITF, XHTML or plain text.

An item of pictures adds its caption to the texts beside it. A package whose texts are in the same message says nothing
more; one that comes alone is kept as an article without a body. Concepts, knowledge, planning and catalogs are refused.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from archive.formats import blocks, fields, live_posts, nitf, stamps, xml_tree
from archive.formats.base import (
    Candidate,
    DateReading,
    ParsedArticle,
    ParsedTag,
    ParseError,
    Post,
    ReadContext,
    Rejected,
    Signal,
    TagKind,
)
from archive.formats.sniff import xml_root
from archive.formats.xml_tree import Element, attribute, first_text

_ITEMS = ("newsItem", "packageItem", "conceptItem", "knowledgeItem", "planningItem", "catalogItem")
_ROOTS = frozenset(("newsMessage", *_ITEMS))
_OTHER = {
    "conceptItem": "a concept",
    "knowledgeItem": "a knowledge item (a list of concepts)",
    "planningItem": "a plan of coverage",
    "catalogItem": "a catalog",
}
_MEDIA = ("picture", "graphic", "video", "audio", "animation", "still")
_KINDS: dict[str, TagKind] = {
    "person": "person",
    "organisation": "organisation",
    "organization": "organisation",
    "company": "organisation",
    "team": "organisation",
    "geoarea": "place",
    "city": "place",
    "country": "place",
    "location": "place",
    "poi": "place",
    "cptype:5": "place",
}
_SUMMARY = ("summary", "abstract", "lead", "teaser", "standfirst")
_SUBHEAD = ("subheadline", "subhead", "sub", "deck", "subtitle")


class NewsMlG2:
    """A NewsML-G2 message or item."""

    name = "newsml_g2"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.99 for XML whose root is one of the items of the standard."""
        return 0.99 if xml_root(data)[1] in _ROOTS else 0.0

    def read(self, data: bytes, context: ReadContext) -> Iterator[ParsedArticle | Rejected]:
        """Yield the articles of the message. Raises ParseError when it holds none."""
        root = xml_tree.parse(data, "NewsML-G2")
        items = [root] if root.tag in _ITEMS else [item for item in root.iter(*_ITEMS) if item is not root]
        yield from _articles(items, root, context)


FORMAT = NewsMlG2()


def _articles(items: list[Element], root: Element, context: ReadContext) -> Iterator[ParsedArticle | Rejected]:
    texts: list[ParsedArticle] = []
    captions: list[str] = []
    left_out: list[str] = []
    bare: list[str] = []
    packages: list[ParsedArticle] = []
    live: ParsedArticle | None = None
    for item in items:
        name = item.get("guid") or item.tag
        if item.tag in _OTHER:
            left_out.append(f"{name} is {_OTHER[item.tag]}, not an article.")
            continue
        made = _article(item, root, context)
        if item.tag == "packageItem":
            if made.headline and _is_live(item):
                live = made
            elif made.headline:
                packages.append(made)
            else:
                bare.append(f"{name} is a package without a headline, not an article.")
            continue
        media = _media(item)
        if media and not made.body:
            captions += made.captions
            left_out.append(f"{name} is a {media}, not an article.")
            continue
        if not made.headline and not made.body and not made.signal:
            left_out.append(f"{name} has neither a headline nor a text.")
            continue
        texts.append(made)
    if live is not None:
        # The texts beside it are its entries.
        texts = [_live_blog(live, texts)]
    if not texts:
        texts = [_as_article(package) for package in packages]
    if not texts:
        left_out += bare
        what = f"No text in the NewsML-G2 file: {' '.join(left_out[:3])}" if left_out else "The file holds no item."
        raise ParseError(what, mend="Import the text items instead.")
    if len(texts) == 1 and (captions or left_out):
        only = texts[0]
        yield dataclasses.replace(
            only,
            captions=tuple(dict.fromkeys([*only.captions, *captions])),
            warnings=(*only.warnings, *(f"Left out: {what}" for what in left_out)),
        )
        return
    for made in texts:
        yield dataclasses.replace(made, record=made.guid if len(texts) > 1 else "")
    for what in left_out:
        if " is a " not in what or "not an article" not in what:
            yield Rejected(record=what.split()[0], reason=what, mend="Check the file.", format="newsml_g2")


def _is_live(item: Element) -> bool:
    said = [*item.iterfind("contentMeta/genre"), *item.iterfind("itemMeta/profile"), *item.iterfind("itemMeta/role")]
    return live_posts.is_live({"genre": [[*found.attrib.values(), xml_tree.text(found)] for found in said]})


def _live_blog(package: ParsedArticle, texts: list[ParsedArticle]) -> ParsedArticle:
    posts = live_posts.in_order(
        Post(one.headline, one.body, one.published) for one in texts if one.body or one.headline
    )
    captions = tuple(dict.fromkeys(caption for one in (package, *texts) for caption in one.captions))
    body = package.body or live_posts.text_of(posts)
    return dataclasses.replace(package, kind="live_blog", posts=posts, body=body, captions=captions)


def _as_article(package: ParsedArticle) -> ParsedArticle:
    return dataclasses.replace(
        package, warnings=(*package.warnings, "A package: its texts are sent as items of their own.")
    )


def _media(item: Element) -> str:
    for path, name in (("itemMeta/itemClass", "qcode"), ("itemMeta/itemClass", "uri")):
        kind = attribute(item, path, name).lower().replace("/", ":").rpartition(":")[2]
        if kind in _MEDIA:
            return "picture" if kind == "still" else kind
    return ""


class _Text(NamedTuple):
    paragraphs: list[str]
    captions: list[str]
    wrapped: ParsedArticle | None


def _article(item: Element, root: Element, context: ReadContext) -> ParsedArticle:
    meta, content, rights = item.find("itemMeta"), item.find("contentMeta"), item.find("rightsInfo")
    text = _content(item, context)
    wrapped = text.wrapped
    by_role = _headlines(content)
    headline, headlines = fields.choose(
        *((value, f"headline {role}".strip()) for role, value in by_role if role not in _SUBHEAD),
        (wrapped.headline if wrapped else "", "NITF headline"),
        (first_text(meta, "title"), "title"),
        (
            first_text(item, "groupSet/group/itemRef/headline", "groupSet/group/itemRef/title"),
            "headline of its first item",
        ),
    )
    paragraphs = text.paragraphs
    if paragraphs and fields.same_words(paragraphs[0], headline):
        paragraphs = paragraphs[1:]
    own_byline = first_text(content, "by")
    byline = own_byline or (wrapped.byline if wrapped else "")
    authors = fields.authors_of(own_byline) or (wrapped.authors if wrapped else ()) or _creators(content)
    above, paragraphs = fields.byline_above(paragraphs, authors)
    note = " / ".join(filter(None, (xml_tree.text(found) for found in item.iterfind("itemMeta/edNote"))))
    outlet, outlets = _outlet(item, root)
    slugline = first_text(content, "slugline") or (wrapped.slugline if wrapped else "")
    created = first_text(meta, "versionCreated")
    warnings = []
    embargo = first_text(meta, "embargoed")
    embargoed_until = stamps.hold_until(embargo, context)
    if not embargo and item.find("itemMeta/embargoed") is not None:
        warnings.append("The file has an embargo element without a date.")
    if embargo and embargoed_until is None:
        warnings.append(f"The embargo “{embargo}” is no date that can be read.")
    media = _media(item)
    described = [xml_tree.text(found) for role, found in _descriptions(content) if media or "caption" in role]
    return ParsedArticle(
        format="newsml_g2",
        headline=headline,
        standfirst=_standfirst(content, by_role, wrapped, headline),
        byline=above or byline,
        authors=authors or fields.authors_of(above),
        dateline=_dateline(content, wrapped),
        credit=first_text(content, "creditline") or (wrapped.credit if wrapped else ""),
        body="\n".join(paragraphs),
        language=attribute(content, "language", "tag") or (item.get(xml_tree.XML_LANG) or ""),
        outlet_name=outlet,
        outlet_evidence=outlets[0].origin if outlets else "",
        url=_url(item),
        guid=item.get("guid") or "",
        about_guid=_about(item),
        published=_published(item, root, context),
        issued_at=stamps.moment(created),
        provider_version=item.get("version") or "",
        signal=_signal(item, headline, note, slugline),
        editor_note=note,
        embargoed_until=embargoed_until,
        urgency=_urgency(content),
        slugline=slugline,
        tags=_tags(content, wrapped, headline),
        captions=fields.captions([*text.captions, *(d for d in described if d and not d.endswith(headline))]),
        usage_terms=" / ".join(dict.fromkeys(filter(None, (xml_tree.text(t) for t in item.iterfind(".//usageTerms"))))),
        usage_expires_at=_expiry(item, rights, context),
        candidates={"headline": headlines, "outlet": outlets},
        warnings=tuple(warnings),
    )


def _content(item: Element, context: ReadContext) -> _Text:
    """Return the text: inline NITF first, then XHTML, then plain text, each the longest of its kind."""
    best = _Text([], [], None)
    for inline in item.iterfind("contentSet/inlineXML"):
        document = inline.find("nitf")
        if document is not None:
            try:
                wrapped = nitf.article(document, context)
            except ParseError:
                continue
            return _Text(wrapped.body.split("\n") if wrapped.body else [], list(wrapped.captions), wrapped)
        found = blocks.from_element(inline)
        if len(found.body) > len("\n".join(best.paragraphs)):
            best = _Text(found.paragraphs, found.captions, None)
    if best.paragraphs:
        return best
    for inline in item.iterfind("contentSet/inlineData"):
        raw = "".join(inline.itertext())
        found = _data(raw, inline.get("contenttype") or "")
        if len(found.body) > len("\n".join(best.paragraphs)):
            best = _Text(found.paragraphs, found.captions, None)
    return best


def _data(raw: str, media_type: str) -> blocks.Blocks:
    """Return the text of inlineData; a plain text that is wrapped in one tag keeps the layout of its lines."""
    if "html" in media_type or not blocks.looks_like_html(raw):
        return blocks.from_any(raw)
    found = blocks.from_html(raw)
    if len(found.paragraphs) == 1 and raw.strip().count("\n") > 2:
        bare = raw.strip()
        if bare.lower().startswith("<p>") and bare.lower().endswith("</p>"):
            bare = bare[3:-4]
        if not blocks.looks_like_html(bare):
            return blocks.from_text(bare)
    return found


def _headlines(content: Element | None) -> list[tuple[str, str]]:
    if content is None:
        return []
    found = [((e.get("role") or "").rpartition(":")[2].lower(), xml_tree.text(e)) for e in content.iterfind("headline")]
    return sorted(found, key=lambda row: row[0] not in ("", "main", "headline"))


def _descriptions(content: Element | None) -> list[tuple[str, Element]]:
    if content is None:
        return []
    return [((e.get("role") or "").rpartition(":")[2].lower(), e) for e in content.iterfind("description")]


def _standfirst(
    content: Element | None, by_role: list[tuple[str, str]], wrapped: ParsedArticle | None, headline: str
) -> str:
    offers = [value for role, value in by_role if role in _SUBHEAD]
    offers += [" ".join(blocks.from_element(e).paragraphs) for role, e in _descriptions(content) if role in _SUMMARY]
    offers += [" ".join(blocks.from_element(e).paragraphs) for role, e in _descriptions(content) if not role]
    offers.append(wrapped.standfirst if wrapped else "")
    return next((offer for offer in offers if offer and not fields.same_words(offer, headline)), "")


def _dateline(content: Element | None, wrapped: ParsedArticle | None) -> str:
    printed = fields.dateline(first_text(content, "dateline")) or (wrapped.dateline if wrapped else "")
    if printed:
        return printed
    return first_text(content, "located/name") or attribute(content, "located", "literal")


def _creators(content: Element | None) -> tuple[str, ...]:
    if content is None:
        return ()
    names = [first_text(e, "name") for e in content.iterfind("creator")]
    return tuple(dict.fromkeys(name for value in names if " " in value for name in fields.authors_of(value)))


def _outlet(item: Element, root: Element) -> tuple[str, tuple[Candidate, ...]]:
    offers: list[tuple[str, str]] = []
    for path in ("itemMeta/provider", "contentMeta/infoSource", "rightsInfo/copyrightHolder"):
        for element in item.iterfind(path):
            word = path.rpartition("/")[2]
            offers.append((first_text(element, "name") or blocks.clean(element.get("literal") or ""), word))
    offers.append((first_text(root, "header/sender", "Header/sender", "Header/Sender"), "sender"))
    for element in item.iterfind("itemMeta/provider"):
        coded = element.get("qcode") or element.get("uri") or ""
        offers.append((coded.rpartition(":")[2] if "://" not in coded else coded, "provider code"))
    holder = next((offer for offer in offers if offer[1] == "copyrightHolder" and offer[0]), None)
    provider = next((offer for offer in offers if offer[1] == "provider" and offer[0]), None)
    if holder and (provider is None or len(provider[0]) <= 2 or "." in provider[0]):
        offers.insert(0, holder)
    elif provider and len(provider[0]) <= 2:
        offers.sort(key=lambda offer: offer == provider)
    return fields.choose(*offers)


def _url(item: Element) -> str:
    for other in item.iterfind("contentMeta/altId"):
        if (address := xml_tree.text(other)).startswith(("http://", "https://")):
            return address
    for link in item.iterfind("itemMeta/link"):
        address = link.get("href") or ""
        rel = (link.get("rel") or "").lower()
        if address.startswith(("http://", "https://")) and ("canonical" in rel or "permalink" in rel or "web" in rel):
            return address
    return ""


def _about(item: Element) -> str:
    guid = item.get("guid") or ""
    for link in item.iterfind("itemMeta/link"):
        rel = (link.get("rel") or "").rpartition(":")[2].lower()
        target = link.get("guidref") or link.get("residref") or ""
        if (
            target
            and target != guid
            and rel in ("replaces", "corrects", "correctionof", "previousversion", "updates", "kills")
        ):
            return target
    return ""


def _published(item: Element, root: Element, context: ReadContext) -> DateReading:
    offers = (
        (first_text(item, "itemMeta/firstCreated"), "firstCreated"),
        (first_text(item, "contentMeta/contentCreated"), "contentCreated"),
        (first_text(item, "itemMeta/versionCreated"), "versionCreated"),
        (first_text(root, "header/sent", "Header/Sent", "Header/sent"), "sent"),
    )
    return stamps.best([stamps.read(value, where=where, context=context) for value, where in offers if value])


def _signal(item: Element, headline: str, note: str, slugline: str) -> Signal:
    states = [e.get("qcode") or e.get("uri") or "" for e in item.iterfind("itemMeta/pubStatus")]
    states += [e.get("qcode") or e.get("uri") or "" for e in item.iterfind("itemMeta/signal")]
    states = [state.replace("/", ":") for state in states]
    rels = [(link.get("rel") or "").lower() for link in item.iterfind("itemMeta/link")]
    if any("correct" in rel for rel in rels):
        states.append("correction")
    return fields.gravest(fields.signal_of(*states), fields.signal_in_words(headline, note, slugline))


def _urgency(content: Element | None) -> int | None:
    value = first_text(content, "urgency")
    return int(value) if value.isdigit() and 0 < int(value) < 10 else None


def _expiry(item: Element, rights: Element | None, context: ReadContext) -> datetime | None:
    ends = [e.get("rightsexpires") or e.get("expires") or "" for e in item.iterfind(".//remoteContent")]
    ends += [first_text(item, "contentMeta/rightsExpires", "itemMeta/expires", "contentMeta/expires")]
    ends.append((rights.get("validto") or "") if rights is not None else "")
    found = [stamps.expires_at(end, context) for end in ends]
    return min((end for end in found if end), default=None)


def _tags(content: Element | None, wrapped: ParsedArticle | None, headline: str) -> tuple[ParsedTag, ...]:
    if content is None:
        return wrapped.tags if wrapped else ()
    found: list[ParsedTag | None] = []
    for element in content.iterfind("subject"):
        code = (element.get("qcode") or element.get("uri") or "").replace(
            "http://cv.iptc.org/newscodes/mediatopic/", "medtop:"
        )
        sort = (element.get("type") or "").lower()
        kind = _KINDS.get(sort) or _KINDS.get(sort.rpartition(":")[2], "topic")
        name = _name(element)
        found.append(fields.subject_tag(code, "" if fields.same_words(name, headline) else name, kind))
    found += [ParsedTag(xml_tree.text(e)) for e in content.iterfind("keyword")]
    found += [
        ParsedTag(first_text(e, "name") or blocks.clean(e.get("literal") or ""), "place")
        for e in content.iterfind("located")
    ]
    return fields.tags([*found, *(wrapped.tags if wrapped else ())])


def _name(element: Element) -> str:
    """Return the name of a concept, in English where it comes in several languages.

    A literal is the name only of what has no code: beside a code it says what kind of thing the code is for.
    """
    names = element.findall("name")
    english = next((n for n in names if (n.get(xml_tree.XML_LANG) or "").startswith("en")), None)
    if english is not None:
        return xml_tree.text(english)
    if names:
        return xml_tree.text(names[0])
    return "" if element.get("qcode") or element.get("uri") else blocks.clean(element.get("literal") or "")
