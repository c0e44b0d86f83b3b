"""A check of the structure of exports, in place of the schemas of IPTC, which no package registry offers.

It knows the elements, their order, the attributes and the forms of dates of those parts of NITF 3.6, NewsML-G2 2.35 and
ninjs 3.0 that the archive writes, as the standards define them; whatever else a document holds is reported as unknown.
It is no replacement for a validation against the schemas of the standards, where these are at hand.
"""

# ruff: noqa: E501 - tables of elements and attributes

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from archive.formats import export_newsml_g2, export_nitf, xml_tree
from archive.formats.base import ParseError
from archive.formats.xml_tree import Element

_DAY = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_MOMENT = re.compile(rf"{_DAY}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_MOMENT_OR_DAY = re.compile(rf"{_DAY}|{_MOMENT.pattern}")
_BASIC = re.compile(r"\d{8}(?:T\d{6}(?:Z|[+-]\d{4})?)?")
_QCODE = re.compile(r"[^\s:]+:\S+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")


@dataclass(frozen=True, slots=True)
class _Model:
    """The content of one element: children in order (or in any order), what is required, attributes with their form."""

    children: str = ""
    any_order: bool = False
    required: str = ""
    attributes: Mapping[str, re.Pattern[str] | None] | None = None
    must: str = ""
    text: re.Pattern[str] | None = None


_ANY = None
_NITF = {
    "nitf": _Model("head body", required="body", attributes={"version": re.compile(re.escape(export_nitf.VERSION)), "baselang": _ANY}),
    "head": _Model("title meta tobject iim docdata pubdata revision-history"),
    "meta": _Model(attributes={"name": _ANY, "content": _ANY, "http-equiv": _ANY}, must="content"),
    "tobject": _Model("tobject.property tobject.subject", attributes={"tobject.type": _ANY}),
    "tobject.subject": _Model(attributes={"tobject.subject.refnum": re.compile(r"\d{8}"), "tobject.subject.type": _ANY,
                                          "tobject.subject.matter": _ANY, "tobject.subject.detail": _ANY}),
    "docdata": _Model(
        "correction evloc doc-id del-list urgency fixture date.issue date.release date.expire doc-scope series ed-msg du-key "
        "doc.copyright doc.rights key-list identified-content",
        any_order=True,
        attributes={"management-status": re.compile("usable|embargoed|withheld|canceled"), "management-doc-idref": _ANY,
                    "management-idref-status": _ANY},
    ),
    "correction": _Model(attributes={"info": _ANY, "id-string": _ANY, "regsrc": _ANY}),
    "doc-id": _Model(attributes={"id-string": _ANY, "regsrc": _ANY}),
    "urgency": _Model(attributes={"ed-urg": re.compile("[1-9]")}),
    "date.issue": _Model(attributes={"norm": _BASIC}),
    "date.release": _Model(attributes={"norm": _BASIC}),
    "ed-msg": _Model(attributes={"info": _ANY, "msg-type": _ANY}),
    "du-key": _Model(attributes={"key": _ANY, "version": _ANY, "generation": _ANY, "part": _ANY}),
    "doc.copyright": _Model(attributes={"holder": _ANY, "year": _ANY}),
    "doc.rights": _Model(attributes={"owner": _ANY, "startdate": _BASIC, "enddate": _BASIC, "agent": _ANY, "geography": _ANY,
                                     "type": _ANY, "limitations": _ANY}),
    "key-list": _Model("keyword"),
    "keyword": _Model(attributes={"key": _ANY}),
    "identified-content": _Model("person org location event function object.title virtloc classifier", any_order=True),
    "pubdata": _Model(attributes={"type": re.compile("print|audio|video|web|appliance|other"), "name": _ANY,
                                  "date.publication": _BASIC, "edition.name": _ANY, "edition.area": _ANY,
                                  "position.section": _ANY, "position.sequence": _ANY, "ex-ref": _ANY}),
    "body": _Model("body.head body.content body.end"),
    "body.head": _Model("hedline note rights byline distributor dateline abstract series"),
    "hedline": _Model("hl1 hl2", required="hl1"),
    "abstract": _Model("p", any_order=True),
    "body.content": _Model("block p hl2 table media ul ol bq pre hr note", any_order=True),
    "media": _Model("media-metadata media-reference media-object media-caption media-producer", required="media-reference",
                    attributes={"media-type": _ANY}, must="media-type"),
    "media-reference": _Model(attributes={"mime-type": _ANY, "source": _ANY, "alternate-text": _ANY}),
}  # fmt: skip
_LEAVES = frozenset(("title", "hl1", "hl2", "byline", "distributor", "dateline", "p", "media-caption", "media-producer",
                     "person", "org", "location", "classifier"))  # fmt: skip

_LITERAL = {"literal": _ANY, "qcode": _QCODE, "uri": _URI}
_G2 = {
    "newsMessage": _Model("header itemSet", required="header itemSet"),
    "header": _Model("sent catalogRef sender transmitId priority origin", required="sent"),
    "sent": _Model(text=_MOMENT),
    "itemSet": _Model("newsItem"),
    "newsItem": _Model(
        "catalogRef hopHistory rightsInfo itemMeta contentMeta partMeta assert contentSet",
        required="catalogRef itemMeta",
        attributes={"standard": re.compile("NewsML-G2"), "standardversion": re.compile(r"\d+\.\d+"),
                    "conformance": re.compile("core|power"), "guid": _ANY, "version": re.compile(r"[1-9]\d*"),
                    xml_tree.XML_LANG: _ANY},
        must="standard standardversion guid",
    ),
    "catalogRef": _Model(attributes={"href": _URI}, must="href"),
    "rightsInfo": _Model("accountable copyrightHolder copyrightNotice usageTerms link"),
    "copyrightHolder": _Model("name", attributes=_LITERAL),
    "itemMeta": _Model(
        "itemClass provider versionCreated firstCreated embargoed pubStatus role fileName generator profile service title "
        "edNote memberOf instanceOf signal altRep deliverableOf hash expires origRep incomingFeedId link",
        required="itemClass provider versionCreated",
    ),
    "itemClass": _Model(attributes={"qcode": re.compile("ninat:text")}),
    "provider": _Model("name", attributes=_LITERAL),
    "versionCreated": _Model(text=_MOMENT),
    "firstCreated": _Model(text=_MOMENT),
    "embargoed": _Model(text=_MOMENT),
    "expires": _Model(text=_MOMENT_OR_DAY),
    "pubStatus": _Model(attributes={"qcode": re.compile("stat:(?:usable|withheld|canceled)")}),
    "signal": _Model(attributes={"qcode": re.compile("sig:(?:correction|update)")}),
    "contentMeta": _Model(
        "urgency contentCreated contentModified located infoSource creator altId language genre keyword subject slugline "
        "headline dateline by creditline description"
    ),
    "urgency": _Model(text=re.compile("[1-9]")),
    "contentCreated": _Model(text=_MOMENT_OR_DAY),
    "creator": _Model("name", attributes=_LITERAL),
    "language": _Model(attributes={"tag": _ANY}, must="tag"),
    "subject": _Model("name", attributes={**_LITERAL, "type": _QCODE}),
    "description": _Model(attributes={"role": _QCODE}),
    "contentSet": _Model("inlineXML inlineData remoteContent", any_order=True),
    "inlineXML": _Model("html", attributes={"contenttype": _ANY}, must="contenttype"),
    "html": _Model("head body", required="head body"),
    "head": _Model("title", required="title"),
    "body": _Model("p", any_order=True),
}  # fmt: skip
_G2_LEAVES = frozenset(("name", "usageTerms", "edNote", "altId", "slugline", "headline", "dateline", "by", "creditline",
                        "sender", "title", "p"))  # fmt: skip

_TEXT = re.compile(r"(?s).*")
_NINJS: dict[str, Any] = {
    "uri": _URI,
    "standard": {"name": _TEXT, "version": _TEXT, "schema": _URI},
    "type": re.compile("text"),
    "representationType": re.compile("full|partial"),
    "version": _TEXT,
    "firstCreated": _MOMENT,
    "versionCreated": _MOMENT,
    "contentCreated": _MOMENT,
    "embargoed": _MOMENT,
    "expires": _MOMENT,
    "pubStatus": re.compile("usable|withheld|canceled"),
    "urgency": int,
    "copyrightHolder": _TEXT,
    "usageTerms": _TEXT,
    "edNote": _TEXT,
    "language": _TEXT,
    "by": _TEXT,
    "slugline": _TEXT,
    "located": _TEXT,
    "headlines": [{"role": _TEXT, "contentType": _TEXT, "value": _TEXT}],
    "descriptions": [{"role": _TEXT, "contentType": _TEXT, "value": _TEXT}],
    "bodies": [{"role": _TEXT, "contentType": _TEXT, "charCount": int, "wordCount": int, "value": _TEXT}],
    "infoSources": [{"name": _TEXT, "role": _TEXT, "uri": _URI, "literal": _TEXT}],
    "subjects": [{"name": _TEXT, "rel": _TEXT, "uri": _URI, "literal": _TEXT}],
    "people": [{"name": _TEXT, "rel": _TEXT, "uri": _URI, "literal": _TEXT}],
    "organisations": [{"name": _TEXT, "rel": _TEXT, "uri": _URI, "literal": _TEXT}],
    "places": [{"name": _TEXT, "rel": _TEXT, "uri": _URI, "literal": _TEXT}],
    "altIds": [{"role": _TEXT, "value": _TEXT}],
}


def problems_of_nitf(data: bytes) -> list[str]:
    """Return what is wrong with a NITF document, nothing when its structure is right."""
    return _xml_problems(data, "nitf", export_nitf.NAMESPACE, _NITF, _LEAVES)


def problems_of_newsml_g2(data: bytes) -> list[str]:
    """Return what is wrong with a NewsML-G2 news item or message, nothing when its structure is right."""
    root = "newsMessage" if b"<newsMessage" in data[:400] else "newsItem"
    return _xml_problems(data, root, export_newsml_g2.NAMESPACE, _G2, _G2_LEAVES)


def problems_of_ninjs(data: bytes) -> list[str]:
    """Return what is wrong with a ninjs 3.0 object, nothing when its structure is right."""
    try:
        found = json.loads(data)
    except ValueError as error:
        return [f"It is not JSON: {error}."]
    if not isinstance(found, dict):
        return ["It is no object."]
    missing = [] if "uri" in found else ["The property uri is missing."]
    return [*missing, *_json_problems(found, _NINJS, "")]


def _xml_problems(
    data: bytes, root: str, namespace: str, models: Mapping[str, _Model], leaves: frozenset[str]
) -> list[str]:
    if f'xmlns="{namespace}"'.encode() not in data[:1000]:
        return [f"The namespace is not {namespace}."]
    try:
        tree = xml_tree.parse(data, root)
    except ParseError as error:
        return [str(error)]
    if tree.tag != root:
        return [f"The root is <{tree.tag}>, not <{root}>."]
    return list(_element_problems(tree, models, leaves))


def _element_problems(element: Element, models: Mapping[str, _Model], leaves: frozenset[str]) -> Iterator[str]:
    name = element.tag
    model = models.get(name)
    if model is None and name not in leaves:
        yield f"The element <{name}> is not known here."
        return
    model = model or _Model()
    allowed = model.children.split()
    places = []
    for child in element.iterchildren("*"):
        if child.tag not in allowed:
            yield f"<{child.tag}> may not stand in <{name}>."
            continue
        places.append(allowed.index(child.tag))
        yield from _element_problems(child, models, leaves)
    if not model.any_order and places != sorted(places):
        yield f"The elements in <{name}> are out of order."
    for wanted in model.required.split():
        if element.find(wanted) is None:
            yield f"<{name}> lacks <{wanted}>."
    forms = model.attributes or {}
    for attribute, value in element.attrib.items():
        form = forms.get(attribute)
        if attribute not in forms:
            yield f"<{name}> has no attribute {attribute}."
        elif form is not None and not form.fullmatch(value):
            yield f"The {attribute} of <{name}> may not be “{value}”."
    for wanted in model.must.split():
        if wanted not in element.attrib:
            yield f"<{name}> lacks the attribute {wanted}."
    if model.text is not None and not model.text.fullmatch((element.text or "").strip()):
        yield f"The text of <{name}> may not be “{element.text}”."


def _json_problems(value: Any, form: Any, path: str) -> Iterator[str]:
    if isinstance(form, dict):
        if not isinstance(value, dict):
            yield f"{path} is no object."
            return
        for name, inner in value.items():
            if name not in form:
                yield f"The property {path}{name} is not known."
            else:
                yield from _json_problems(inner, form[name], f"{path}{name}.")
    elif isinstance(form, list):
        if not isinstance(value, list):
            yield f"{path[:-1]} is no list."
            return
        for inner in value:
            yield from _json_problems(inner, form[0], path)
    elif form is int:
        if not isinstance(value, int) or isinstance(value, bool):
            yield f"{path[:-1]} is no number."
    elif not isinstance(value, str) or not form.fullmatch(value):
        yield f"{path[:-1]} may not be “{value}”."
