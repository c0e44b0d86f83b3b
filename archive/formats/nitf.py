"""NITF 3.x (and the 2.x and unversioned documents that look like it): one document, one article.

Follows the News Industry Text Format of IPTC: `docdata` manages, `body.head` is printed, `body.content` is the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from archive.formats import blocks, fields, stamps, xml_tree
from archive.formats.base import (
    Candidate,
    DateReading,
    ParsedArticle,
    ParsedTag,
    ParseError,
    ReadContext,
    Signal,
    TagKind,
)
from archive.formats.sniff import xml_root
from archive.formats.xml_tree import Element, attribute, first_text

_SLUG_NAMES = ("slugline", "slug", "anpa-keyword", "sluglin")
_PAGE_NAMES = ("print_page_number", "page", "print-page")
_ENTITIES: dict[str, TagKind] = {"person": "person", "org": "organisation", "location": "place"}


class Nitf:
    """A NITF document."""

    name = "nitf"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.99 for XML whose root is <nitf>."""
        return 0.99 if xml_root(data)[1] == "nitf" else 0.0

    def read(self, data: bytes, context: ReadContext) -> Iterator[ParsedArticle]:
        """Yield the article. Raises ParseError."""
        yield article(xml_tree.parse(data, "NITF"), context)


FORMAT = Nitf()


def article(root: Element, context: ReadContext) -> ParsedArticle:
    """Return the article of a <nitf> element. Raises ParseError when there is neither headline nor text."""
    head, top = root.find("head"), root.find("body/body.head")
    docdata = root.find("head/docdata")
    pubdata = root.find("head/pubdata")
    meta = {
        (item.get("name") or "").lower(): blocks.clean(item.get("content") or "") for item in root.iterfind("head/meta")
    }
    headline, headlines = fields.choose(
        (first_text(top, "hedline/hl1", "headline/hl1", "hedline/hl2[@class='print_headline']"), "hl1"),
        (first_text(head, "title"), "head title"),
        (first_text(top, "hedline/hl2", "hedline", "headline"), "hl2"),
    )
    content, captions = _content(root)
    if content and fields.same_words(content[0], headline):
        content = content[1:]
    if not headline and not content:
        raise ParseError("The NITF file has neither a headline nor a text.", mend="Check that it was sent whole.")
    byline, authors = _byline(top)
    note = " / ".join(
        filter(None, [attribute(docdata, "ed-msg", "info"), attribute(docdata, "correction", "info"), *_notes(top)])
    )
    slugline, used_keyword = _slugline(meta, docdata, top)
    signal, about = _signal(docdata, headline, note, slugline)
    release = attribute(docdata, "date.release", "norm")
    outlet, outlets = _outlet(docdata, pubdata, top)
    warnings = []
    status = (docdata.get("management-status") or "").lower() if docdata is not None else ""
    if status == "embargoed" and not release:
        warnings.append("The file says it is embargoed but not until when.")
    return ParsedArticle(
        format="nitf",
        headline=headline,
        standfirst=_standfirst(top, headline),
        byline=byline,
        authors=authors,
        dateline=fields.dateline(first_text(top, "dateline")),
        credit=first_text(top, "distributor", "rights"),
        body="\n".join(content),
        language=_language(root),
        outlet_name=outlet,
        outlet_evidence=outlets[0].origin if outlets else "",
        url=_url(pubdata),
        guid=attribute(docdata, "doc-id", "id-string"),
        about_guid=about,
        published=_published(docdata, pubdata, top, context),
        issued_at=stamps.moment(attribute(docdata, "date.issue", "norm")),
        provider_version=_version(docdata),
        signal=signal,
        editor_note=note,
        embargoed_until=_embargo(docdata, release, status, context),
        urgency=_urgency(docdata),
        slugline=slugline,
        tags=_tags(docdata, head, used_keyword),
        captions=tuple(captions),
        usage_terms=_terms(docdata),
        usage_expires_at=_expiry(docdata, context),
        page=_page(pubdata, meta),
        edition=_attr(pubdata, "edition.name") or _attr(pubdata, "edition.area"),
        candidates={"headline": headlines, "outlet": outlets},
        warnings=tuple(warnings),
    )


def _attr(element: Element | None, name: str) -> str:
    return xml_tree.one_line(element.get(name) or "") if element is not None else ""


def _content(root: Element) -> tuple[list[str], list[str]]:
    content = root.find("body/body.content")
    if content is None:
        body = root.find("body")
        content = body if body is not None and body.find("body.head") is None else None
    if content is None:
        return [], []
    # Archives of newspapers keep the first paragraph a second time beside the full text.
    full = content.find("block[@class='full_text']")
    found = blocks.from_element(full if full is not None else content)
    end = root.find("body/body.end")
    closing = blocks.from_element(end).paragraphs if end is not None else []
    return [*found.paragraphs, *closing], found.captions


def _standfirst(top: Element | None, headline: str) -> str:
    if top is None:
        return ""
    abstract = top.find("abstract")
    lines = blocks.from_element(abstract).paragraphs if abstract is not None else []
    below = (hl2 for hl2 in top.iterfind("hedline/hl2") if "headline" not in (hl2.get("class") or ""))
    text = " ".join(lines) or next(filter(None, map(xml_tree.text, below)), "")
    return "" if fields.same_words(text, headline) else text


def _byline(top: Element | None) -> tuple[str, tuple[str, ...]]:
    if top is None:
        return "", ()
    lines: list[str] = []
    names: list[str] = []
    for element in top.iterfind("byline"):
        if element.get("class") == "normalized_byline":
            continue
        title = first_text(element, "byttl")
        persons = [xml_tree.text(person) for person in element.iterfind(".//person")]
        whole = " ".join(" ".join(_runs(element)).split()).rstrip(" ,;")
        line = whole if not title else f"{whole}, {title}" if whole else title
        if line and line not in lines:
            lines.append(line)
        names += [name for person in persons for name in fields.authors_of(person)] or fields.authors_of(whole)
    return "; ".join(lines), tuple(dict.fromkeys(names))


def _runs(element: Element) -> Iterator[str]:
    """Yield the texts of a byline with a space between elements, the title of the author left out."""
    yield element.text or ""
    for child in element:
        if child.tag != "byttl":
            yield " ".join(child.itertext())
        yield (child.tail or "").strip(" ,")


def _notes(top: Element | None) -> list[str]:
    if top is None:
        return []
    return [" ".join(blocks.from_element(note).paragraphs) for note in top.iterfind("note")]


def _slugline(meta: dict[str, str], docdata: Element | None, top: Element | None) -> tuple[str, str]:
    """Return the slugline and the keyword that served as one."""
    for name in _SLUG_NAMES:
        if meta.get(name):
            return meta[name], ""
    if value := first_text(top, "slugline"):
        return value, ""
    keys = _keys(docdata)
    if len(keys) == 1:
        return keys[0], keys[0]
    return attribute(docdata, "du-key", "key") or attribute(docdata, "fixture", "fix-id"), ""


def _keys(docdata: Element | None) -> list[str]:
    if docdata is None:
        return []
    found = [blocks.clean(item.get("key") or "") for item in docdata.iterfind("key-list/keyword")]
    return [key for key in dict.fromkeys(found) if key]


def _signal(docdata: Element | None, headline: str, note: str, slugline: str) -> tuple[Signal, str]:
    words = fields.signal_in_words(headline, note, slugline)
    if docdata is None:
        return words, ""
    signal = fields.gravest(fields.signal_of(docdata.get("management-status") or ""), words)
    about = _attr(docdata, "management-doc-idref")
    if fields.signal_of(_attr(docdata, "management-idref-status")) == "correction":
        signal = fields.gravest(signal, "correction")
    correction = docdata.find("correction")
    if correction is not None:
        signal = fields.gravest(signal, "correction")
        about = about or _attr(correction, "id-string")
    guid = attribute(docdata, "doc-id", "id-string")
    if about and about != guid and not signal:
        signal = "update"
    return signal, "" if about == guid else about


def _outlet(docdata: Element | None, pubdata: Element | None, top: Element | None) -> tuple[str, tuple[Candidate, ...]]:
    sources = docdata.findall("del-list/from-src") if docdata is not None else []
    return fields.choose(
        (_attr(pubdata, "name"), "pubdata name"),
        (attribute(docdata, "doc.copyright", "holder"), "doc.copyright holder"),
        (first_text(top, "distributor"), "distributor"),
        (attribute(docdata, "doc-id", "regsrc"), "doc-id regsrc"),
        (_attr(sources[0] if sources else None, "src-name"), "del-list from-src"),
    )


def _url(pubdata: Element | None) -> str:
    address = _attr(pubdata, "ex-ref")
    return address if address.startswith(("http://", "https://")) else ""


def _published(
    docdata: Element | None, pubdata: Element | None, top: Element | None, context: ReadContext
) -> DateReading:
    readings = []
    offers = (
        (_attr(pubdata, "date.publication"), "pubdata date.publication"),
        (attribute(docdata, "date.issue", "norm"), "date.issue"),
        (attribute(docdata, "date.release", "norm"), "date.release"),
        (attribute(top, "dateline/story.date", "norm"), "story.date"),
    )
    for value, where in offers:
        if value:
            readings.append(_day_if_midnight(stamps.read(value, where=where, context=context)))
    return stamps.best(readings)


def _day_if_midnight(reading: DateReading) -> DateReading:
    """Return a day for a date of publication whose clock was never set."""
    value = reading.value
    if (
        value is None
        or reading.where != "pubdata date.publication"
        or (value.hour, value.minute, value.second) != (0, 0, 0)
    ):
        return reading
    return DateReading(
        value=datetime(value.year, value.month, value.day),
        precision="day",
        printed=reading.printed,
        where=reading.where,
        rule="a date of publication at midnight is a day",
        candidates=reading.candidates,
    )


def _embargo(docdata: Element | None, release: str, status: str, context: ReadContext) -> datetime | None:
    """Return when a release date ends an embargo: only one after the date of issue, or said to be one, does."""
    until = stamps.hold_until(release, context)
    if until is None or status == "embargoed":
        return until
    issued = stamps.hold_until(attribute(docdata, "date.issue", "norm"), context)
    return until if issued is not None and until > issued else None


def _expiry(docdata: Element | None, context: ReadContext) -> datetime | None:
    ends = [
        stamps.expires_at(attribute(docdata, "doc.rights", "enddate"), context),
        stamps.expires_at(attribute(docdata, "date.expire", "norm"), context),
    ]
    return min((end for end in ends if end), default=None)


def _terms(docdata: Element | None) -> str:
    if docdata is None:
        return ""
    parts = []
    for rights in docdata.iterfind("doc.rights"):
        parts += [_attr(rights, name) for name in ("type", "limitations", "geography")]
        parts.append(xml_tree.text(rights))
    return " / ".join(dict.fromkeys(filter(None, parts)))


def _urgency(docdata: Element | None) -> int | None:
    value = attribute(docdata, "urgency", "ed-urg")
    return int(value) if value.isdigit() and 0 < int(value) < 10 else None


def _version(docdata: Element | None) -> str:
    key = docdata.find("du-key") if docdata is not None else None
    return ".".join(filter(None, [_attr(key, "generation"), _attr(key, "version")]))


def _page(pubdata: Element | None, meta: dict[str, str]) -> str:
    section, number = _attr(pubdata, "position.section"), _attr(pubdata, "position.sequence")
    named = next((meta[name] for name in _PAGE_NAMES if meta.get(name)), "")
    return (number and f"{section}{number}") or named or section


def _language(root: Element) -> str:
    for element in (root, root.find("body"), root.find("body/body.content"), root.find("body/body.content/p")):
        if element is None:
            continue
        if value := element.get(xml_tree.XML_LANG) or element.get("lang") or element.get("baselang"):
            return value.strip()
    return ""


def _tags(docdata: Element | None, head: Element | None, used_keyword: str) -> tuple[ParsedTag, ...]:
    found: list[ParsedTag | None] = []
    if head is not None:
        for subject in head.iterfind("tobject/tobject.subject"):
            name = next(
                (
                    _attr(subject, f"tobject.subject.{part}")
                    for part in ("detail", "matter", "type")
                    if _attr(subject, f"tobject.subject.{part}")
                ),
                "",
            )
            found.append(fields.subject_tag(_attr(subject, "tobject.subject.refnum"), name))
    if docdata is not None:
        found += [ParsedTag(key) for key in _keys(docdata) if key != used_keyword]
        for element in docdata.iterfind("identified-content/*"):
            kind = _ENTITIES.get(element.tag, "topic")
            found.append(ParsedTag(xml_tree.text(element) or _attr(element, "value"), kind))
        for place in docdata.iterfind("evloc"):
            found.append(ParsedTag(_attr(place, "city") or xml_tree.text(place), "place"))
    return fields.tags(found)
