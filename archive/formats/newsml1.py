"""NewsML 1.0 to 1.2: each news item an article, or several where its components have headlines of their own."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import datetime

from archive.formats import blocks, fields, nitf, stamps, xml_tree
from archive.formats.base import Candidate, ParsedArticle, ParsedTag, ParseError, ReadContext, Rejected, Signal
from archive.formats.sniff import xml_root
from archive.formats.xml_tree import Element, attribute, first_text

_REVISION = re.compile(r":\d+[A-Z]?$")
_TEXTLESS = {"photo", "picture", "image", "graphic", "video", "audio", "animation", "complexdata"}
_SUBJECTS = ("Subject", "SubjectMatter", "SubjectDetail", "SubjectQualifier")


class NewsMl1:
    """A NewsML 1.x document."""

    name = "newsml1"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.99 for XML whose root is <NewsML>."""
        return 0.99 if xml_root(data)[1] == "NewsML" else 0.0

    def read(self, data: bytes, context: ReadContext) -> Iterator[ParsedArticle | Rejected]:
        """Yield an article for each text of each news item. Raises ParseError when there is none."""
        root = xml_tree.parse(data, "NewsML")
        items = root.findall("NewsItem")
        if not items:
            raise ParseError("The NewsML file holds no news item.", mend="Check that it was sent whole.")
        texts = [list(_articles(item, root, context)) for item in items]
        if not any(texts):
            raise ParseError(
                "The NewsML file holds only pictures, sound or catalogs, no text.", mend="Import the texts instead."
            )
        several = sum(map(len, texts)) > 1
        for found in texts:
            for made in found:
                yield dataclasses.replace(made, record=made.guid if several else "")


FORMAT = NewsMl1()


def _articles(item: Element, root: Element, context: ReadContext) -> Iterator[ParsedArticle]:
    top = item.find("NewsComponent")
    signal = _signal(item)
    texts = _texts(top) if top is not None else []
    if not texts and signal in ("kill", "withhold") and top is not None:
        texts = [top]
    captions = tuple(_captions(top)) if top is not None else ()
    for place, component in enumerate(texts):
        made = _article(item, root, top, component, context, signal)
        if place:
            part = component.get("Euid") or component.get("Duid") or str(place + 1)
            made = dataclasses.replace(made, guid=f"{made.guid}#{part}" if made.guid else "")
        else:
            made = dataclasses.replace(made, captions=(*made.captions, *captions))
        yield made


def _texts(component: Element) -> list[Element]:
    """Return the components that hold a text with a headline of their own; one for them all when none has."""
    holders = [part for part in component.iter("NewsComponent") if _own_text(part) and not _is_caption(part)]
    headed = [part for part in holders if first_text(part, "NewsLines/HeadLine")]
    if len({first_text(part, "NewsLines/HeadLine") for part in headed}) > 1:
        return headed
    return [headed[0] if headed else holders[0]] if holders else []


def _own_text(component: Element) -> bool:
    return any(_is_text(content) for content in component.iterfind("ContentItem"))


def _is_text(content: Element) -> bool:
    media = attribute(content, "MediaType", "FormalName").lower()
    data = content.find("DataContent")
    return media not in _TEXTLESS and data is not None and bool(xml_tree.text(data))


def _is_caption(component: Element) -> bool:
    role = attribute(component, "Role", "FormalName").lower()
    return "caption" in role or any(
        attribute(c, "MediaType", "FormalName").lower() in _TEXTLESS for c in component.iterfind("ContentItem")
    )


def _captions(component: Element) -> Iterator[str]:
    for part in component.iter("NewsComponent"):
        if _is_caption(part):
            for content in part.iterfind("ContentItem"):
                data = content.find("DataContent")
                if _is_text(content) and data is not None:
                    yield " ".join(_content(data).paragraphs)


def _content(data: Element) -> blocks.Blocks:
    markup = data.find("nitf")
    if markup is None:
        markup = next((child for child in data.iterchildren("*")), None)
    if markup is not None:
        return blocks.from_element(data)
    return blocks.from_any("".join(data.itertext()))


def _article(
    item: Element, root: Element, top: Element, component: Element, context: ReadContext, signal: Signal
) -> ParsedArticle:
    management = item.find("NewsManagement")
    inner = next(
        (
            found
            for content in component.iterfind("ContentItem")
            if (found := content.find("DataContent/nitf")) is not None
        ),
        None,
    )
    wrapped = _wrapped(inner, context)
    texts = [_content(c.find("DataContent")) for c in component.iterfind("ContentItem") if _is_text(c)]
    paragraphs = wrapped.body.split("\n") if wrapped and wrapped.body else [p for t in texts for p in t.paragraphs]
    lines = [component.find("NewsLines"), top.find("NewsLines")]

    def line(*names: str) -> str:
        return next((value for place in lines if (value := first_text(place, *names))), "")

    headline, headlines = fields.choose(
        (line("HeadLine"), "HeadLine"),
        (wrapped.headline if wrapped else "", "NITF hl1"),
        (first_text(item, "Identification/NameLabel"), "NameLabel") if not paragraphs else ("", ""),
    )
    if paragraphs and fields.same_words(paragraphs[0], headline):
        paragraphs = paragraphs[1:]
    byline = line("ByLine") or (wrapped.byline if wrapped else "")
    outlet, outlets = _outlet(item, root, component, top)
    note = " / ".join(
        xml_tree.text(found)
        for found in [*item.iterfind(".//Instruction"), *item.iterfind("Identification/Comment")]
        if xml_tree.text(found)
    )
    created = first_text(management, "ThisRevisionCreated")
    return ParsedArticle(
        format="newsml1",
        headline=headline,
        standfirst=line("SubHeadLine") or (wrapped.standfirst if wrapped else ""),
        byline=byline,
        authors=fields.authors_of(byline) or (wrapped.authors if wrapped else ()),
        dateline=fields.dateline(line("DateLine")) or (wrapped.dateline if wrapped else ""),
        credit=line("CreditLine"),
        body="\n".join(paragraphs),
        language=_language(item, component, top),
        outlet_name=outlet,
        outlet_evidence=outlets[0].origin if outlets else "",
        guid=_guid(item),
        about_guid=_about(item),
        published=stamps.best(
            [
                stamps.read(value, where=where, context=context)
                for value, where in (
                    (first_text(management, "FirstCreated"), "FirstCreated"),
                    (created, "ThisRevisionCreated"),
                    (first_text(root, "NewsEnvelope/DateAndTime"), "NewsEnvelope DateAndTime"),
                )
                if value
            ]
        ),
        issued_at=stamps.moment(created),
        provider_version=first_text(item, "Identification/NewsIdentifier/RevisionId"),
        signal=fields.gravest(signal, fields.signal_in_words(headline, note, line("SlugLine"))),
        editor_note=note,
        embargoed_until=_embargo(management, context),
        urgency=_urgency(management, root),
        slugline=line("SlugLine") or first_text(item, "Identification/NameLabel"),
        tags=_tags(component, top),
        captions=tuple(caption for text in texts for caption in text.captions),
        usage_terms=_terms(component, top),
        usage_expires_at=min(
            filter(None, (stamps.expires_at(xml_tree.text(end), context) for end in item.iter("EndDate"))), default=None
        ),
        candidates={"headline": headlines, "outlet": outlets},
    )


def _wrapped(element: Element | None, context: ReadContext) -> ParsedArticle | None:
    if element is None:
        return None
    try:
        return nitf.article(element, context)
    except ParseError:
        return None


def _guid(item: Element) -> str:
    """Return the identifier that all revisions share: the public one without its revision."""
    identifier = item.find("Identification/NewsIdentifier")
    parts = [first_text(identifier, name) for name in ("ProviderId", "DateId", "NewsItemId")]
    if all(parts):
        return f"urn:newsml:{':'.join(parts)}"
    return _REVISION.sub("", first_text(identifier, "PublicIdentifier"))


def _about(item: Element) -> str:
    for name in ("DerivedFrom", "AssociatedWith"):
        for link in item.iterfind(f"NewsManagement/{name}"):
            kind = fields.signal_of(attribute(link, ".", "FormalName"), first_text(link, "Comment"))
            if name == "DerivedFrom" or kind:
                return _REVISION.sub("", link.get("NewsItem") or "")
    return ""


def _signal(item: Element) -> Signal:
    states = [
        attribute(item, "NewsManagement/Status", "FormalName"),
        *[found.get("FormalName") or "" for found in item.iterfind("NewsManagement/Instruction")],
        *[found.get("FormalName") or "" for found in item.iterfind("NewsManagement/NewsItemType")],
    ]
    revision = item.find("Identification/NewsIdentifier/RevisionId")
    changed = revision is not None and (revision.get("PreviousRevision") or "0") != "0"
    signal = fields.signal_of(*states)
    return signal or ("update" if changed else "")


def _embargo(management: Element | None, context: ReadContext) -> datetime | None:
    if attribute(management, "Status", "FormalName").lower() != "embargoed":
        return None
    for change in management.iterfind("StatusWillChange") if management is not None else ():
        if attribute(change, "FutureStatus", "FormalName").lower() == "usable":
            return stamps.hold_until(first_text(change, "DateAndTime"), context)
    return None


def _urgency(management: Element | None, root: Element) -> int | None:
    for value in (
        attribute(management, "Urgency", "FormalName"),
        attribute(root, "NewsEnvelope/Priority", "FormalName"),
    ):
        if value.isdigit() and 0 < int(value) < 10:
            return int(value)
    return None


def _language(item: Element, component: Element, top: Element) -> str:
    for part in (component, top):
        if value := attribute(part, "DescriptiveMetadata/Language", "FormalName"):
            return value
    return next((value for part in (component, top, item) if (value := part.get(xml_tree.XML_LANG))), "")


def _outlet(item: Element, root: Element, component: Element, top: Element) -> tuple[str, tuple[Candidate, ...]]:
    offers = []
    for part in (component, top):
        offers += [
            (attribute(part, "AdministrativeMetadata/Provider/Party", "FormalName"), "Provider"),
            (attribute(part, "AdministrativeMetadata/Source/Party", "FormalName"), "Source"),
            (first_text(part, "NewsLines/CreditLine"), "CreditLine"),
            (attribute(part, "AdministrativeMetadata/Creator/Party", "FormalName"), "Creator"),
        ]
    offers += [
        (attribute(root, "NewsEnvelope/SentFrom/Party", "FormalName"), "SentFrom"),
        (first_text(item, "Identification/NewsIdentifier/ProviderId"), "ProviderId"),
    ]
    order = ("Provider", "Source", "CreditLine", "Creator", "SentFrom", "ProviderId")
    return fields.choose(*sorted(offers, key=lambda offer: order.index(offer[1])))


def _tags(component: Element, top: Element) -> tuple[ParsedTag, ...]:
    found: list[ParsedTag | None] = []
    for part in dict.fromkeys((component, top)):
        metadata = part.find("DescriptiveMetadata")
        if metadata is None:
            continue
        for element in metadata.iter(*_SUBJECTS):
            found.append(fields.subject_tag(element.get("FormalName") or "", element.get("Name") or ""))
        for element in metadata.iterfind("Property"):
            if (element.get("FormalName") or "").lower() == "keyword":
                found.append(ParsedTag(blocks.clean(element.get("Value") or "")))
        for element in metadata.iterfind("Location//Property"):
            if (element.get("FormalName") or "").lower() == "city":
                found.append(ParsedTag(blocks.clean(element.get("Value") or ""), "place"))
        for line in part.iterfind("NewsLines/KeywordLine"):
            found += [ParsedTag(word.strip()) for word in xml_tree.text(line).replace(";", ",").split(",")]
    return fields.tags(found)


def _terms(component: Element, top: Element) -> str:
    parts = []
    for part in dict.fromkeys((component, top)):
        for rights in part.iterfind("RightsMetadata/UsageRights"):
            parts += [first_text(rights, name) for name in ("UsageType", "Limitations", "Geography")]
    return " / ".join(dict.fromkeys(filter(None, parts)))
