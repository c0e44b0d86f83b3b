"""ninjs 1.0 to 3.x, IPTC's news in JSON, with what Superdesk adds to it.

The generations differ in case (`versioncreated`, `versionCreated`) and shape (`body_xhtml`, `bodies`); keys are
compared without case and underscores, and both shapes are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archive.formats import blocks, fields, live_posts, stamps
from archive.formats.base import DateReading, ParsedArticle, ParsedTag, ParseError, Post, ReadContext, TagKind
from archive.formats.json_text import load
from archive.formats.sniff import head_text

_MARKS = (
    "versioncreated",
    "pubstatus",
    "firstcreated",
    "bodyxhtml",
    "bodytext",
    "bodyhtml",
    "bodies",
    "headlines",
    "copyrightholder",
    "usageterms",
    "slugline",
    "rightsinfo",
    "contentcreated",
    "descriptiontext",
    "urgency",
)
_MEDIA = ("picture", "photo", "image", "graphic", "video", "audio", "still", "animation")
_SUMMARIES = ("", "summary", "abstract", "lead", "short", "main", "teaser", "standfirst")
# Some agencies send the text itself as a description of this role.
_TEXT_ROLES = ("text", "body", "article")
# How a person is related to the text who is its author, not its subject.
_WRITERS = ("author", "writer", "reporter", "byline", "creator")
_ENTITIES: tuple[tuple[str, TagKind], ...] = (
    ("subject", "topic"),
    ("subjects", "topic"),
    ("keywords", "topic"),
    ("person", "person"),
    ("people", "person"),
    ("persons", "person"),
    ("organisation", "organisation"),
    ("organisations", "organisation"),
    ("organizations", "organisation"),
    ("place", "place"),
    ("places", "place"),
)
_TITLE_ROLES = ("", "main", "headline", "long", "medium", "short")


class Ninjs:
    """A ninjs object in a file of its own; many in one file are JSON records."""

    name = "ninjs"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.95 for one JSON object with the keys of ninjs."""
        if not head_text(data, 64).lstrip().startswith("{"):
            return 0.0
        try:
            found = load(data, self.name)
        except ParseError:
            return 0.0
        return 0.95 if isinstance(found, Mapping) and looks_like(found) else 0.0

    def read(self, data: bytes, context: ReadContext) -> Iterator[ParsedArticle]:
        """Yield the article, or those of a package. Raises ParseError."""
        yield from articles(load(data, self.name), context)


FORMAT = Ninjs()


def looks_like(found: Mapping[str, Any]) -> bool:
    """Say whether a JSON object is ninjs: it says so, or has an identifier and two keys that nothing else has."""
    keys = {_key(name) for name in found}
    standard = found.get("standard")
    if isinstance(standard, Mapping) and _string(standard.get("name")).lower() == "ninjs":
        return True
    if not ({"uri", "guid"} & keys) or ({"versions", "captures"} <= keys):
        return False
    return sum(mark in keys for mark in _MARKS) >= 2


def articles(found: Any, context: ReadContext, record: str = "") -> Iterator[ParsedArticle]:
    """Yield the article of a ninjs object, or the texts inside a package that has none of its own."""
    item = {_key(name): value for name, value in found.items()}
    if item.get("type") == "composite" and not _body(item).paragraphs:
        inside = [
            inner
            for _, inner in _associated(item)
            if inner.get("type", "text") in ("text", "composite") and _body(inner).paragraphs
        ]
        if inside and live_posts.is_live(item):
            yield _article(item, context, record, live_posts.posts_in(inside, context))
            return
        if inside:
            for place, inner in enumerate(inside, 1):
                yield _article(inner, context, f"{record} item {place}".strip())
            return
    yield _article(item, context, record, live_posts.posts_of(item, context))


def _key(name: str) -> str:
    return str(name).lower().replace("_", "").replace("-", "")


def _article(item: dict[str, Any], context: ReadContext, record: str, posts: tuple[Post, ...] = ()) -> ParsedArticle:
    sort = str(item.get("type") or "text").lower()
    if sort in _MEDIA or sort in ("event", "planning"):
        raise ParseError(f"The ninjs item is of the type {sort}, not a text.", mend="Import the texts instead.")
    text = _body(item)
    headline, headlines = fields.choose(*_headlines(item))
    byline = blocks.plain(_string(item.get("byline") or item.get("by")))
    authors = _authors(item)
    above, paragraphs = fields.byline_above(text.paragraphs, authors or fields.authors_of(byline))
    if paragraphs and fields.same_words(paragraphs[0], headline):
        paragraphs = paragraphs[1:]
    others = {_role(entry): _string(entry.get("value")) for entry in _parts(item.get("altids"))}
    guid = others.get("guid") or _string(item.get("uri") or item.get("guid"))
    address = others.get("url") or guid
    note = blocks.plain(_string(item.get("ednote")))
    slugline = blocks.plain(_string(item.get("slugline")))
    signal = fields.gravest(
        fields.signal_of(_string(item.get("pubstatus")), *_codes(item.get("signal")), *_codes(item.get("signals"))),
        fields.signal_in_words(headline, note, slugline),
    )
    if not headline and not paragraphs and not signal and not posts:
        raise ParseError("The ninjs item has neither a headline nor a text.", mend="Check that it was sent whole.")
    outlet, outlets = fields.choose(*_outlets(item, guid))
    standfirst = _standfirst(item, headline)
    rights = _rights(item)
    created = _string(item.get("versioncreated"))
    return ParsedArticle(
        format="ninjs",
        headline=headline,
        standfirst=standfirst,
        byline=above or byline or ", ".join(authors),
        authors=authors or fields.authors_of(above or byline),
        dateline=fields.dateline(blocks.plain(_string(item.get("dateline")) or _string(item.get("located")))),
        credit=blocks.plain(_string(item.get("creditline")) or _string(item.get("source"))),
        body="\n".join(paragraphs) or live_posts.text_of(posts),
        kind="live_blog" if posts else "article",
        posts=posts,
        language=_string(item.get("language")),
        outlet_name=outlet,
        outlet_evidence=outlets[0].origin if outlets else "",
        url=address if address.startswith(("http://", "https://")) else "",
        guid=guid,
        about_guid=_string(item.get("evolvedfrom") or item.get("rewriteof")),
        published=_published(item, others.get("published", ""), context),
        issued_at=stamps.moment(created),
        provider_version=_string(item.get("version")),
        signal=signal,
        editor_note=note,
        embargoed_until=stamps.hold_until(_string(item.get("embargoed") or item.get("embargoeduntil")), context),
        urgency=_urgency(item.get("urgency")),
        slugline=slugline,
        tags=_tags(item),
        captions=fields.captions([*_captions(item), *text.captions]),
        usage_terms=" / ".join(dict.fromkeys(filter(None, rights))),
        usage_expires_at=stamps.expires_at(_string(item.get("expires")), context),
        candidates={"headline": headlines, "outlet": outlets},
        record=record,
    )


def _string(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        return next(
            (found for name in ("value", "name", "literal", "text", "city") if (found := _string(value.get(name)))), ""
        )
    if isinstance(value, Sequence):
        return _string(value[0]) if value else ""
    return "" if value is None or isinstance(value, bool) else str(value)


def _parts(value: Any) -> list[dict[str, Any]]:
    """Return the entries of a list such as `bodies` with their keys normalised."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    return [{_key(name): part for name, part in entry.items()} for entry in value if isinstance(entry, Mapping)]


def _body(item: dict[str, Any]) -> blocks.Blocks:
    offers: list[tuple[bool, str]] = []
    for part in _parts(item.get("bodies")):
        markup = "html" in f"{part.get('contenttype', '')} {part.get('role', '')}".lower()
        offers.append((markup, _string(part.get("value"))))
    for name, value in item.items():
        if name.startswith("body") and name != "bodies" and isinstance(value, str):
            offers.append(("html" in name, value))
    if not any(value for _, value in offers):
        offers = [
            ("html" in _string(part.get("contenttype")), _string(part.get("value")))
            for part in _parts(item.get("descriptions"))
            if _role(part) in _TEXT_ROLES
        ]
    if not any(value for _, value in offers):
        return blocks.Blocks()
    # Markup says where paragraphs begin; a text that says much more is another, longer version of the story.
    found = [(markup, blocks.from_any(value)) for markup, value in offers if value]
    longest = max(len(text.body) for _, text in found)
    return next(text for _, text in sorted(found, key=lambda row: not row[0]) if len(text.body) >= 0.6 * longest)


def _headlines(item: dict[str, Any]) -> list[tuple[str, str]]:
    offers = [(blocks.plain(_string(item.get("headline"))), "headline")]
    parts = sorted(_parts(item.get("headlines")), key=lambda part: _rank(_role(part)))
    offers += [
        (blocks.plain(_string(part.get("value"))), f"headlines {_role(part)}".strip())
        for part in parts
        if _role(part) in _TITLE_ROLES
    ]
    offers += [
        (blocks.plain(value), name)
        for name, value in item.items()
        if name.startswith("headline") and name not in ("headline", "headlines") and isinstance(value, str)
    ]
    return [
        *offers,
        (blocks.plain(_string(item.get("title"))), "title"),
        (blocks.plain(_string(item.get("name"))), "name"),
    ]


def _role(part: Mapping[str, Any]) -> str:
    return _string(part.get("role")).rpartition(":")[2].lower()


def _rank(role: str) -> int:
    return _TITLE_ROLES.index(role) if role in _TITLE_ROLES else 99


def _standfirst(item: dict[str, Any], headline: str) -> str:
    offers = [_string(item.get("subheadline"))]
    offers += [
        _string(p.get("value")) for p in _parts(item.get("headlines")) if "sub" in _role(p) or "deck" in _role(p)
    ]
    offers += [_string(item.get(name)) for name in ("descriptiontext", "abstract", "descriptionhtml", "description")]
    offers += [_string(p.get("value")) for p in _parts(item.get("descriptions")) if _role(p) in _SUMMARIES]
    texts = [" ".join(blocks.from_any(offer).paragraphs) for offer in offers if offer]
    return next((text for text in texts if text and not fields.same_words(text, headline)), "")


def _authors(item: dict[str, Any]) -> tuple[str, ...]:
    entries = _parts(item.get("authors")) or _parts(item.get("by") if isinstance(item.get("by"), list) else None)
    if not entries:
        people = _parts(item.get("people") or item.get("person"))
        entries = [one for one in people if _string(one.get("rel")).rpartition(":")[2].lower() in _WRITERS]
    names = [blocks.plain(_string(entry.get("name"))) for entry in entries]
    return tuple(dict.fromkeys(name for name in names if name and "/" not in name))


def _codes(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    codes = []
    for entry in _parts(value):
        codes += [_string(entry.get(name)) for name in ("code", "qcode", "uri", "name", "literal")]
    return [code.replace("/", ":") for code in codes if code]


def _outlets(item: dict[str, Any], guid: str) -> list[tuple[str, str]]:
    offers = [
        (blocks.plain(_string(item.get("source"))), "source"),
        (blocks.plain(_string(item.get("provider"))), "provider"),
    ]
    for entry in _parts(item.get("infosources") or item.get("infosource")):
        offers.append((blocks.plain(_string(entry)), f"infosources {_role(entry)}".strip()))
    offers.append((blocks.plain(_string(item.get("copyrightholder"))), "copyrightholder"))
    if guid.startswith("urn:newsml:") and "." in guid.split(":")[2]:
        offers.append((guid.split(":")[2], "provider in the uri"))
    if guid.startswith(("http://", "https://")):
        offers.append(fields.host_of(guid))
    return offers


def _published(item: dict[str, Any], printed: str, context: ReadContext) -> DateReading:
    extra = item.get("extra")
    original = extra.get("original_published_at") if isinstance(extra, Mapping) else ""
    offers = [(printed, "altIds published"), (_string(original), "extra original_published_at")]
    offers += [
        (_string(item.get(name)), name)
        for name in ("firstpublished", "firstcreated", "contentcreated", "versioncreated")
    ]
    return stamps.best([stamps.read(value, where=where, context=context) for value, where in offers if value])


def _urgency(value: Any) -> int | None:
    text = _string(value)
    return int(text) if text.isdigit() and 0 < int(text) < 10 else None


def _tags(item: dict[str, Any]) -> tuple[ParsedTag, ...]:
    found: list[ParsedTag | None] = []
    for name, kind in _ENTITIES:
        values = item.get(name)
        for value in values if isinstance(values, Sequence) and not isinstance(values, str) else []:
            if isinstance(value, str):
                found.append(ParsedTag(blocks.plain(value), kind))
            elif isinstance(value, Mapping):
                entry = {_key(part): text for part, text in value.items()}
                if kind == "person" and _string(entry.get("rel")).rpartition(":")[2].lower() in _WRITERS:
                    continue
                code = next(
                    (_string(entry.get(part)) for part in ("code", "uri", "qcode", "literal") if entry.get(part)), ""
                )
                code = code.rpartition("/mediatopic/")[2] if "/mediatopic/" in code else code
                scheme = _string(entry.get("scheme")).lower()
                media_topic = "medtop" in scheme or "mediatopic" in scheme
                found.append(
                    fields.subject_tag(
                        f"medtop:{code}" if media_topic and code.isdigit() else code, _string(entry.get("name")), kind
                    )
                )
    return fields.tags(found)


def _associated(item: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = item.get("associations")
    if isinstance(found, Mapping):
        pairs = [(str(name), value) for name, value in found.items()]
    elif isinstance(found, Sequence) and not isinstance(found, str):
        pairs = [(_string(value.get("name")) if isinstance(value, Mapping) else "", value) for value in found]
    else:
        pairs = []
    return [
        (name, {_key(part): text for part, text in value.items()})
        for name, value in pairs
        if isinstance(value, Mapping)
    ]


def _captions(item: dict[str, Any]) -> list[str]:
    captions = [
        blocks.plain(_string(part.get("value")))
        for part in _parts(item.get("descriptions"))
        if _role(part) == "caption"
    ]
    for _, inner in _associated(item):
        if str(inner.get("type") or "").lower() not in _MEDIA:
            continue
        descriptions = [_string(part.get("value")) for part in _parts(inner.get("descriptions"))]
        text = blocks.plain(
            _string(inner.get("descriptiontext"))
            or next(iter(filter(None, descriptions)), "")
            or _string(inner.get("headline"))
        )
        credit = blocks.plain(_string(inner.get("byline") or inner.get("by")))
        if text:
            captions.append(f"{text} ({credit})" if credit and credit not in text else text)
    return captions


def _rights(item: dict[str, Any]) -> list[str]:
    info = item.get("rightsinfo")
    entries = info if isinstance(info, Sequence) and not isinstance(info, str) else [info]
    found = [blocks.plain(_string(item.get("usageterms")))]
    for entry in entries:
        if isinstance(entry, Mapping):
            inner = {_key(name): value for name, value in entry.items()}
            found += [blocks.plain(_string(inner.get(name))) for name in ("usageterms", "usageterm")]
    return found
