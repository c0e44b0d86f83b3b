"""A row of named values as an article: the columns of spreadsheets and the keys of JSON records, mapped to fields.

The mapping an editor chose (`ReadContext.columns`, column name to field name) wins; for the rest the usual names of
columns in several languages are known, and tables without any known name are guessed from what stands in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from archive.formats import blocks, fields, stamps
from archive.formats.base import DateReading, ParsedArticle, ParsedTag, ParseError, ReadContext, TagKind

# Each field that a column can be mapped to, with the names it is known by, surest first.
SYNONYMS: dict[str, str] = {
    "headline": "headline hed title articletitle webtitle headlinetext head überschrift titel schlagzeile titre título "
    "titulo titolo titular заголовок otsikko rubrik overskrift tytuł 标题 標題 見出し العنوان",
    "standfirst": "standfirst subheadline subhead subtitle deck dek abstract summary description teaser excerpt lede "
    "trailtext snippet metadescription untertitel vorspann unterzeile chapô chapo soustitre entradilla "
    "resumen sommario лид подзаголовок",
    "body": "body bodytext bodyhtml articlebody fulltext articletext maintext text content contenthtml contenttext "
    "textcontent article story html plaintext inhalt volltext artikeltext texte contenu texto contenido testo "
    "текст содержание 正文 内容 本文 النص",
    "byline": "byline by authors author authornames writer reporter journalist creator autor autoren verfasser auteur "
    "auteurs autore autori автор forfatter författare 作者",
    "published_at": "dategmt publisheddategmt publishedutc dateutc publishedat datepublished publicationdate "
    "publishdate pubdate datepublication published "
    "publicationdatetime webpublicationdate publishedtime articlepublishedtime publishtime datetime date "
    "firstpublished timestamp issued firstcreated createdat created datecreated datum datumveröffentlichung "
    "erscheinungsdatum datedepublication fecha fechapublicación data datapubblicazione дата datapublikacji "
    "päivä dato 日期 التاريخ time day",
    "issued_at": "issuedat updatedat dateupdated updated datemodified modified modifiedat lastmodified versioncreated",
    "outlet": "outlet outletname publication publicationname newspaper sourcename publisher sitename medianame "
    "mediaoutlet medium source media site quelle zeitung journal periódico periodico testata источник издание "
    "来源",
    "url": "url link weburl articleurl canonicalurl permalink href address webaddress adresse enlace ссылка uri",
    "guid": "guid articleid docid documentid uuid uniqueid identifier accessionnumber an recordid newsid storyid id "
    "key",
    "language": "language lang languagecode sprache langue idioma lingua язык",
    "dateline": "dateline ort",
    "credit": "credit creditline",
    "source_line": "sourceline",
    "slugline": "slugline slug",
    "page": "page pages pagenumber pageno printpage seite pagina página страница",
    "edition": "edition ausgabe édition edición",
    "provider_version": "version revision versionnumber",
    "editor_note": "editornote ednote editorsnote note",
    "embargoed_until": "embargoeduntil embargo embargoed embargodate sperrfrist",
    "urgency": "urgency priority",
    "usage_terms": "usageterms rights usage license licence",
    "usage_expires_at": "usageexpiresat rightsexpire rightsexpiry expires expiresat",
    "status": "status pubstatus signal",
    "captions": "captions caption imagecaption photocaption bildunterschrift",
    "tags": "tags tag topics topic keywords keyword subjects subject categories category section sections sectionname "
    "labels label desk ressort rubric schlagworte schlagwörter thema themen motsclés palabrasclave argomenti "
    "теги 标签",
    "places": "places place locations location countries country geo city region orte lieux lugares",
    "people": "people person persons names personen personnes personas",
    "organisations": "organisations organisation organizations organization orgs org companies company firmen "
    "exchanges",
}
FIELDS: tuple[str, ...] = tuple(SYNONYMS)
_TAG_FIELDS: dict[str, TagKind] = {
    "tags": "topic",
    "places": "place",
    "people": "person",
    "organisations": "organisation",
}
_MANY = frozenset((*_TAG_FIELDS, "captions", "byline"))
_KNOWN = {name: (field, rank) for field, names in SYNONYMS.items() for rank, name in enumerate(names.split())}
_NESTED = ("_source", "fields", "attributes", "article", "record", "doc", "item", "meta", "metadata", "data", "source")
_TEXT_KEYS = ("rendered", "main", "value", "original", "#text", "text", "html", "content", "name", "title", "webTitle")
_TAG_KINDS: dict[str, TagKind] = {
    "person": "person",
    "persons": "person",
    "people": "person",
    "place": "place",
    "location": "place",
    "locations": "place",
    "glocations": "place",
    "geo": "place",
    "country": "place",
    "organisation": "organisation",
    "organization": "organisation",
    "organizations": "organisation",
    "company": "organisation",
}
_SEPARATORS = re.compile(r"\s*[;|\n\t]\s*")
_CLOCK = re.compile(r"\d\d:\d\d(?::\d\d)?$")
_COMMA = re.compile(r"\s*,\s*")
_LEAST_EPOCH, _MOST_EPOCH = 315_532_800, 4_102_444_800  # 1980 to 2100: a smaller number is no moment of news


def key(name: str) -> str:
    """Return a column name as it is compared: "Published_At" and "published at" are one."""
    return "".join(char for char in name.casefold() if char.isalnum())


def guess(names: Iterable[str]) -> dict[str, str]:
    """Return the field of each column whose name is known. Two columns may share a field; the surer name is read
    first."""
    return {name: _KNOWN[key(name)][0] for name in names if key(name) in _KNOWN}


def mapping(names: Sequence[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Return column to field: what was chosen, then what is known by its name. A choice of "" leaves a column out.

    Raises ParseError for a field that does not exist.
    """
    for column, field in chosen.items():
        if field and field not in SYNONYMS:
            raise ParseError(
                f"The column “{column}” is mapped to “{field}”, which is no field of an article.",
                mend=f"Choose one of {', '.join(FIELDS)}.",
            )
    by_key = {key(column): field for column, field in chosen.items()}
    taken = {field for field in by_key.values() if field and field not in _MANY}
    found: dict[str, str] = {}
    for name in names:
        if key(name) in by_key:
            if by_key[key(name)]:
                found[name] = by_key[key(name)]
        elif (field := _KNOWN.get(key(name), ("", 0))[0]) and field not in taken:
            found[name] = field
    return found


def article(
    row: Mapping[str, Any],
    context: ReadContext,
    *,
    kind: str,
    record: str = "",
    columns: Mapping[str, str] | None = None,
) -> ParsedArticle:
    """Return the article that a row describes. Raises ParseError when it has neither headline nor text.

    `columns` is a mapping made once for many rows; without it the row's own keys are mapped.
    """
    flattened = flat(row) if columns is None else row
    columns = columns if columns is not None else mapping(list(flattened), context.columns)
    values: dict[str, list[tuple[int, str, Any]]] = {}
    for name, field in columns.items():
        value = flattened.get(name)
        if value is not None and value != "" and value != []:
            rank = -1 if name in context.columns else _KNOWN.get(key(name), ("", 99))[1]
            values.setdefault(field, []).append((rank, name, value))
    for offers in values.values():
        offers.sort(key=lambda offer: offer[0])

    def line(field: str) -> str:
        return next((text for _, _, value in values.get(field, ()) if (text := blocks.plain(_text(value)))), "")

    headline, headlines = fields.choose(
        *((blocks.plain(_text(value)), _origin(name)) for _, name, value in values.get("headline", ()))
    )
    text = _longest(_text(value) for _, _, value in values.get("body", ()))
    paragraphs = text.paragraphs
    if paragraphs and fields.same_words(paragraphs[0], headline):
        paragraphs = paragraphs[1:]
    if not headline and not paragraphs:
        raise ParseError("The record has neither a headline nor a text.", mend="Check which columns hold them.")
    byline = "; ".join(dict.fromkeys(filter(None, (_names(value) for _, _, value in values.get("byline", ())[:1]))))
    address = line("url")
    issued = line("issued_at")
    urgency = line("urgency")
    standfirst = line("standfirst")
    outlet, evidence = line("outlet"), _origin(values["outlet"][0][1]) if line("outlet") else ""
    if not outlet and address.startswith(("http://", "https://")):
        outlet, evidence = fields.host_of(address)
    return ParsedArticle(
        format=kind,
        headline=headline,
        standfirst="" if fields.same_words(standfirst, headline) else standfirst,
        byline=byline,
        authors=_authors(values.get("byline", ()), byline),
        dateline=line("dateline"),
        credit=line("credit"),
        source_line=line("source_line"),
        body="\n".join(paragraphs),
        language=line("language"),
        outlet_name=outlet,
        outlet_evidence=evidence,
        url=address if address.startswith(("http://", "https://")) else "",
        guid=line("guid") or (address if not address.startswith(("http://", "https://")) else ""),
        published=_published(values.get("published_at", ()), context, line("language")),
        issued_at=stamps.moment(issued),
        provider_version=line("provider_version"),
        signal=fields.gravest(fields.signal_of(line("status")), fields.signal_in_words(headline, line("editor_note"))),
        editor_note=line("editor_note"),
        embargoed_until=stamps.hold_until(line("embargoed_until"), context),
        urgency=int(urgency) if urgency.isdigit() and 0 < int(urgency) < 10 else None,
        slugline=line("slugline"),
        tags=_tags(values),
        captions=tuple(dict.fromkeys([*text.captions, *_lines(values.get("captions", ()))])),
        usage_terms=line("usage_terms"),
        usage_expires_at=stamps.expires_at(line("usage_expires_at"), context),
        page=line("page"),
        edition=line("edition"),
        candidates={"headline": headlines} if headlines else {},
        record=record,
    )


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row with the usual envelopes of APIs opened; a name at the top wins over one inside."""
    found = dict(row)
    for name in _NESTED:
        inner = row.get(name)
        if isinstance(inner, Mapping) and not any(text in inner for text in ("rendered", "#text", "name")):
            del found[name]
            for inner_name, value in inner.items():
                found.setdefault(inner_name, value)
    return found


def _origin(name: str) -> str:
    return name if name.startswith("column ") else f"column {name}"


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Mapping):
        return next((text for name in _TEXT_KEYS if name in value and (text := _text(value[name]))), "")
    if isinstance(value, Sequence):
        return "\n\n".join(filter(None, (_text(item) for item in value)))
    return str(value)


def _longest(texts: Iterable[str]) -> blocks.Blocks:
    return max((blocks.from_any(text) for text in texts), key=lambda found: len(found.body), default=blocks.Blocks())


def _names(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(filter(None, (blocks.plain(_text(item)) for item in value)))
    return blocks.plain(_text(value))


def _authors(offers: Sequence[tuple[int, str, Any]], byline: str) -> tuple[str, ...]:
    """Return the authors: a list is a list of names, a string is a byline."""
    for _, _, value in offers:
        if isinstance(value, Sequence) and not isinstance(value, str):
            return tuple(dict.fromkeys(filter(None, (blocks.plain(_text(item)) for item in value))))
    return fields.authors_of(byline)


def _published(offers: Sequence[tuple[int, str, Any]], context: ReadContext, language: str) -> DateReading:
    return stamps.best([_date(value, _origin(name), context, language) for _, name, value in offers])


def _date(value: Any, where: str, context: ReadContext, language: str) -> DateReading:
    if isinstance(value, datetime) and value.tzinfo is None and not (value.hour or value.minute or value.second):
        value = value.date()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = value / 1000 if value > _MOST_EPOCH else value
        if _LEAST_EPOCH <= seconds < _MOST_EPOCH:
            return stamps.read_epoch(seconds, printed=_text(value), where=where, context=context)
    text = blocks.plain(_text(value))
    if text.isdigit() and len(text) in (10, 13) and _LEAST_EPOCH <= int(text[:10]) < _MOST_EPOCH:
        return stamps.read_epoch(int(text) / 10 ** (len(text) - 10), printed=text, where=where, context=context)
    if key(where).endswith(("gmt", "utc")) and _CLOCK.search(text):
        return stamps.read_printed(f"{text} UTC", where=where, context=context, language=language)
    return stamps.read_printed(text, where=where, context=context, language=language)


def _tags(values: Mapping[str, list[tuple[int, str, Any]]]) -> tuple[ParsedTag, ...]:
    found: list[ParsedTag | None] = []
    for field, kind in _TAG_FIELDS.items():
        for _, _, value in values.get(field, ()):
            found += _tags_of(value, kind)
    return fields.tags(found)


def _tags_of(value: Any, kind: TagKind) -> list[ParsedTag | None]:
    if isinstance(value, str):
        text = blocks.plain(value.strip("[]")) if "\n" not in value else value
        parts = _SEPARATORS.split(text)
        if len(parts) == 1:
            parts = _COMMA.split(text)
        return [ParsedTag(part.strip(" '\""), kind) for part in parts if 0 < len(part.strip()) <= 200]
    if isinstance(value, Mapping):
        sort = str(value.get("kind") or value.get("type") or "").lower()
        if not sort and "value" in value:
            sort = str(value.get("name") or "").lower()
        name = _text(value.get("value") if sort and "value" in value else value)
        return [fields.subject_tag(str(value.get("code") or ""), name, _TAG_KINDS.get(sort, kind))]
    if isinstance(value, Sequence):
        return [
            tag
            for item in value
            for tag in ([ParsedTag(blocks.plain(item), kind)] if isinstance(item, str) else _tags_of(item, kind))
        ]
    text = _text(value)
    return [ParsedTag(text, kind)] if text else []


def _lines(offers: Sequence[tuple[int, str, Any]]) -> list[str]:
    found: list[str] = []
    for _, _, value in offers:
        items = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        found += [line for item in items if (line := blocks.plain(_text(item)))]
    return found


def tags_in(value: str) -> tuple[ParsedTag, ...]:
    """Return the topics that a printed list of tags names."""
    return fields.tags(_tags_of(value, "topic")) if value else ()
