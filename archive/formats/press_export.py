"""Exports of press databases: many articles in one document, each with its labelled fields and a mark where it ends.

Known are the layouts of Nexis (labels such as "LENGTH:" and "Body", "1 of 50 DOCUMENTS", "End of Document"), Factiva
(the count of words above the date, or two-letter field codes, and "Document XXXX…" below) and ProQuest ("Title:" to
"Full text:" between rules). The text may come from a text file, or out of PDF, DOCX and RTF, which hand in their lines.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from archive.formats import blocks, fields, rows, stamps
from archive.formats.base import Candidate, ParsedArticle, ParsedTag, ReadContext, Rejected, TagKind
from archive.formats.sniff import is_binary
from archive.text import dates
from archive.text.encoding import UndecodableText, decode

_BEGIN = re.compile(r"^\s*(?:Document\s+)?\d+ of \d+ DOCUMENTS?\s*$|^\s*Document \d+ of \d+\s*$", re.I)
_END = re.compile(r"^\s*(?:End of Document|Document [A-Z]{2,}[A-Za-z0-9]{12,}|AN\s+Document [A-Za-z0-9]{12,})\s*$")
_RULE = re.compile(r"^\s*(?:_{20,}|={20,}|-{40,})\s*$")
_ACCESSION = re.compile(r"Document ([A-Z]{2,}[A-Za-z0-9]{12,})")
_LABEL = re.compile(r"^\s*([A-Z][A-Za-z][A-Za-z /-]{1,28}?)\s*:\s?(.*)$")
_CODE = re.compile(
    r"^(SE|HD|BY|CR|WC|PD|ET|SN|SC|ED|PG|VOL|LA|CY|LP|TD|CT|RF|CO|IN|NS|RE|IPC|IPD|PUB|AN|ART|CX)(?:\s{1,8}(.*))?$"
)
_WORDS = re.compile(r"^\s*[\d,.]+ (?:words|Wörter|mots|palabras)\s*$", re.I)
_COPYRIGHT = re.compile(r"^\s*(?:©|\(c\)|Copyright\b|All Rights Reserved)", re.I)
_BODY = re.compile(r"^\s*(?:Body|BODY:?|Full text:?|FULL TEXT:?|Text:)\s*$")
_BODY_INLINE = re.compile(r"^\s*(?:Full text|BODY|Body):\s+(\S.*)$")
_TAIL_LABELS = frozenset(
    (
        "classification",
        "loaddate",
        "language",
        "publicationtype",
        "journalcode",
        "subject",
        "company",
        "industry",
        "geographic",
        "person",
        "organization",
        "graphic",
        "notes",
        "pub-type",
        "documenttype",
    )
)
_LABELS_OF_EXPORTS = (
    {"proquestdocumentid", "publicationtitle"},
    {"length", "section"},
    {"length", "byline"},
)
_PAGE_NUMBER = re.compile(r"^\s*(?:Page|Seite|p\.)?\s*\d+(?:\s*(?:of|von|/)\s*\d+)?\s*$", re.I)
_PAGE = re.compile(r"(?:Pg\.?|Page|Pages|S\.|Seite|p\.)\s*([A-Z]{0,3}\d+[\w,\-– ]*)", re.I)
_EDITION = re.compile(r"^[\w .-]{0,40}\b(?:edition|ausgabe|édition|edición)\b[\w .-]{0,12}$", re.I)
_WEIGHT = re.compile(r"\s*\(\d{1,3}%\)")
_RIGHTS = re.compile(r"copyright|©|all rights", re.I)
# The names that databases give to fields, besides those that tables use too; "" is known and not kept.
_FIELD_NAMES = {
    "": "length wc copyright loaddate publicationtype journalcode links documenttype sourcetype issn "
    "placeofpublication countryofpublication publicationyear database lastupdated type publisher ct rf "
    "sc cy vol ipc ipd pub cx",
    "headline": "hd headline",
    "byline": "by",
    "body": "lp td",
    "outlet": "sn publication publicationtitle",
    "published_at": "pd publicationdate",
    "time": "et",
    "section": "se section",
    "page": "pg pages firstpage",
    "edition": "ed",
    "language": "la languageofpublication",
    "standfirst": "highlight",
    "credit": "cr",
    "guid": "an proquestdocumentid",
    "url": "documenturl",
    "tags": "ns subject in industry",
    "places": "re geographic",
    "people": "person",
    "organisations": "co company organization",
    "captions": "graphic art",
}
_NAMES = {name: field for field, names in _FIELD_NAMES.items() for name in names.split()}
_LANGUAGES = dict(
    re.findall(
        r"(\w+):(\w+)",
        """english:en german:de deutsch:de french:fr français:fr spanish:es español:es italian:it italiano:it
        portuguese:pt dutch:nl russian:ru polish:pl swedish:sv danish:da norwegian:no finnish:fi turkish:tr arabic:ar
        chinese:zh japanese:ja ukrainian:uk""",
    )
)


class PressExport:
    """A text file that a press database exported."""

    name = "press_export"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.9 for text with the marks of an export."""
        if data[:256].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{", b"[") or is_binary(data):
            return 0.0
        try:
            return 0.9 if looks_like(decode(data[:200_000]).splitlines()) else 0.0
        except UndecodableText:
            return 0.0

    def read(self, data: bytes, context: ReadContext) -> Iterator[ParsedArticle | Rejected]:
        """Yield each article of the export."""
        yield from articles(decode(data).splitlines(), context, self.name)


FORMAT = PressExport()


@dataclass(slots=True)
class _Document:
    """What the labels and the layout of one document say."""

    values: dict[str, list[str]] = field(default_factory=dict)
    body: list[str] = field(default_factory=list)
    top: list[str] = field(default_factory=list)
    usage: str = ""

    def put(self, name: str, value: str) -> None:
        if value.strip():
            self.values.setdefault(name, []).append(value.strip())

    def first(self, name: str) -> str:
        return blocks.clean(next(iter(self.values.get(name, ())), ""))


def looks_like(lines: Sequence[str]) -> bool:
    """Say whether lines carry the marks of a press database: ends of documents, or the labels around one."""
    marks = sum(1 for line in lines if "document" in line.casefold() and (_BEGIN.match(line) or _END.match(line)))
    if marks:
        body = any(_BODY.match(line) or _WORDS.match(line) or _CODE.match(line) for line in lines)
        return body or marks > 1
    labels = {rows.key(match[1]) for line in lines[:400] if ":" in line and (match := _LABEL.match(line))}
    if not any(known <= labels for known in _LABELS_OF_EXPORTS):
        return False
    return bool({"fulltext", "body"} & labels) or any(_BODY.match(line) for line in lines[:400])


def articles(
    lines: Sequence[str], context: ReadContext, kind: str, *, flowing: bool = False
) -> Iterator[ParsedArticle | Rejected]:
    """Yield the article of each document of an export. `flowing` says that every line is a whole paragraph already."""
    found = list(_documents(lines))
    for place, part in enumerate(found, 1):
        document = _codes(part) or _labels(part)
        made = _article(document, context, kind, flowing=flowing)
        record = f"document {place}" if len(found) > 1 else ""
        raw = "\n".join(part).encode("utf-8") if len(found) > 1 else b""
        if made is None:
            yield Rejected(
                f"document {place}", "The document has no text.", "Export it again with its full text.", raw, kind
            )
            continue
        yield dataclasses.replace(made, record=record, raw=raw)


def _documents(lines: Sequence[str]) -> Iterator[list[str]]:
    """Yield the lines of each document; what stands before the first and after the last is the cover of the export."""
    part: list[str] = []
    for line in lines:
        if _BEGIN.match(line) or _RULE.match(line):
            if _is_document(part):
                yield part
            part = []
        elif _END.match(line):
            part.append(line)
            if _is_document(part):
                yield part
            part = []
        else:
            part.append(line)
    if _is_document(part):
        yield part


def _is_document(part: Sequence[str]) -> bool:
    filled = [line for line in part if line.strip()]
    if len(filled) < 3:
        return False
    return any(
        _BODY.match(line) or _BODY_INLINE.match(line) or _WORDS.match(line) or line[:3].strip() in ("TD", "LP")
        for line in filled
    )


def _codes(part: Sequence[str]) -> _Document | None:
    """Return a document written with two-letter codes, None when it is not."""
    starts = [match for line in part if (match := _CODE.match(line))]
    if len({match[1] for match in starts} & {"HD", "PD", "SN", "LP", "TD", "WC", "AN"}) < 4:
        return None
    document = _Document()
    name = ""
    for line in part:
        match = _CODE.match(line)
        if match:
            name = _NAMES.get(match[1].lower(), "")
            value = match[2] or ""
        else:
            value = line
        if name == "body":
            document.body.append(value)
        elif name and value.strip():
            joined = " ".join([*document.values.pop(name, []), value.strip()])
            document.put(name, joined)
    return document


def _labels(part: Sequence[str]) -> _Document:
    """Return a document with labels in words, or Factiva's bare layout, above and below its text."""
    document = _Document()
    lines = [
        line
        for line in part
        if not (
            _PAGE_NUMBER.match(line) and not _WORDS.match(line) and line.strip().lower().startswith(("page", "seite"))
        )
    ]
    start = next((n for n, line in enumerate(lines) if _BODY.match(line) or _BODY_INLINE.match(line)), -1)
    counted = next((n for n, line in enumerate(lines) if _WORDS.match(line)), -1)
    if start < 0 <= counted:
        return _factiva(lines, counted)
    head, below = lines[:start], lines[start + 1 :]
    if inline := _BODY_INLINE.match(lines[start]):
        below.insert(0, inline[1])
    name = ""
    for line in head:
        match = _LABEL.match(line)
        known = match and _field(match[1])
        if match and known is not None:
            name = known or "-"
            document.put(name, match[2])
        elif not line.strip():
            name = ""
        elif _COPYRIGHT.match(line):
            document.usage = document.usage or blocks.clean(line)
            name = ""
        elif name and name != "-" and document.values.get(name):
            document.values[name][-1] += f" {line.strip()}"
        else:
            document.top.append(line.strip())
    end = _tail(below)
    document.body = below[:end]
    graphic = next((n for n, line in enumerate(document.body) if n and line.strip() == "Graphic"), end)
    for line in document.body[graphic + 1 :]:
        document.put("captions", line)
    document.body = document.body[:graphic]
    _below(document, below[end:])
    return document


def _tail(below: Sequence[str]) -> int:
    """Return where the labels below the text begin."""
    for place in range(len(below)):
        line = below[place]
        if line.strip() in ("Classification", "Load-Date"):
            return place
        match = _LABEL.match(line)
        if match and rows.key(match[1]) in _TAIL_LABELS and match[1].replace("-", "").replace(" ", "")[:1].isupper():
            rest = [rows.key(m[1]) for other in below[place:] if (m := _LABEL.match(other))]
            if sum(name in _TAIL_LABELS or name in _NAMES for name in rest) >= 2:
                return place
        if _COPYRIGHT.match(line) and place > len(below) * 0.5:
            return place
        if _END.match(line):
            return place
        if (
            match
            and _field(match[1]) is not None
            and place > 0
            and sum(1 for other in below[place:] if (m := _LABEL.match(other)) and _field(m[1]) is not None) >= 3
        ):
            return place
    return len(below)


def _below(document: _Document, lines: Sequence[str]) -> None:
    name = ""
    for line in lines:
        match = _LABEL.match(line)
        if match:
            known = _field(match[1])
            name = known or "-"
            if known:
                document.put(known, match[2])
        elif _COPYRIGHT.match(line):
            document.usage = document.usage or blocks.clean(line)
        elif accession := _ACCESSION.search(line):
            document.put("guid", accession[1])
        elif line.strip() and name and name != "-" and document.values.get(name):
            document.values[name][-1] += f" {line.strip()}"


def _field(label: str) -> str | None:
    """Return the field of a label, "" for one that is known and not kept, None for one that is not known."""
    name = rows.key(label)
    if name in _NAMES:
        return _NAMES[name]
    return rows.guess([label]).get(label)


def _factiva(lines: Sequence[str], counted: int) -> _Document:
    """Return a document in Factiva's layout: headline and byline above the count of words, the rest below it."""
    document = _Document()
    above = [line.strip() for line in lines[:counted] if line.strip()][-4:]
    if len(above) > 1 and (
        fields.authors_of(above[-1]) and (above[-1].lower().startswith(("by ", "von ", "par ")) or _is_name(above[-1]))
    ):
        document.put("byline", above.pop())
    if above:
        document.put("headline", above.pop())
    if above and len(above[-1]) < 40:
        document.put("section", above[-1])
    place = counted + 1
    rest = [(n, line.strip()) for n, line in enumerate(lines) if n > counted and line.strip()]
    for n, line in rest[:9]:
        place = n + 1
        if _COPYRIGHT.match(line):
            document.usage = line
            break
        if line.lower() in _LANGUAGES:
            document.put("language", line)
        elif "published_at" not in document.values and dates.read_date(line):
            document.put("published_at", line)
        elif re.fullmatch(r"\d{1,2}:\d\d", line):
            document.put("time", line)
        elif "outlet" not in document.values:
            document.put("outlet", line)
        elif re.fullmatch(r"[A-Z]?\d{1,3}|[A-Z]{1,2}\d{1,3}", line):
            document.put("page", line)
        elif re.fullmatch(r"[A-Z0-9]{3,8}", line):
            continue
        elif len(line) > 60:
            place = n
            break
        else:
            document.put("edition", line)
    body = list(lines[place:])
    while body and (_END.match(body[-1]) or not body[-1].strip()):
        if accession := _ACCESSION.search(body[-1]):
            document.put("guid", accession[1])
        body.pop()
    document.body = body
    return document


def _is_name(line: str) -> bool:
    words = line.split()
    return (
        2 <= len(words) <= 4
        and all(word[:1].isupper() for word in words)
        and not any(c.isdigit() for c in line)
        and len(line) < 32
    )


def _article(document: _Document, context: ReadContext, kind: str, *, flowing: bool) -> ParsedArticle | None:
    _from_top(document)
    if flowing:
        text = blocks.Blocks([cleaned for line in document.body if (cleaned := blocks.clean(line))])
    else:
        text = blocks.from_text("\n".join(document.body))
    headline = document.first("headline")
    paragraphs = text.paragraphs
    if not paragraphs:
        return None
    if fields.same_words(paragraphs[0], headline):
        paragraphs = paragraphs[1:]
    byline = document.first("byline")
    language = _LANGUAGES.get(
        document.first("language").lower().split(";")[0].strip(), document.first("language").lower()[:2]
    )
    section = document.first("section")
    page = document.first("page") or (m[1].strip() if (m := _PAGE.search(section)) else "")
    printed = " ".join(filter(None, [document.first("published_at"), document.first("time")]))
    accession = document.first("guid").removeprefix("Document ").strip()
    usage = document.usage if _RIGHTS.search(document.usage) else ""
    topic = re.split(r"[;,]", section)[0].strip()
    return ParsedArticle(
        format=kind,
        headline=headline,
        standfirst=document.first("standfirst"),
        byline=byline,
        authors=_authors(byline, inverted=bool(accession.isdigit())),
        dateline=document.first("dateline"),
        credit=document.first("credit"),
        body="\n".join(paragraphs),
        language=language,
        outlet_name=document.first("outlet"),
        outlet_evidence="name of the publication" if document.first("outlet") else "",
        url=document.first("url") if document.first("url").startswith("http") else "",
        guid=accession,
        published=stamps.read_printed(
            _first_date(printed), where="date of the document", context=context, language=language
        ),
        signal=fields.signal_in_words(headline),
        tags=fields.tags([*([ParsedTag(topic)] if topic and not _PAGE.match(topic) else []), *_tags(document)]),
        captions=fields.captions([blocks.clean(text) for text in document.values.get("captions", ())]),
        usage_terms=usage,
        page=re.sub(r"^(?:Pg\.?|Page|S\.|Seite)\s*", "", page),
        edition=document.first("edition"),
        candidates={"headline": (Candidate(headline, "headline of the document"),)} if headline else {},
    )


def _authors(byline: str, *, inverted: bool) -> tuple[str, ...]:
    """Return the authors; ProQuest, whose identifiers are numbers, puts the family name first."""
    if not inverted or "," not in byline:
        return fields.authors_of(byline)
    names = []
    for name in byline.split(";"):
        family, _, given = name.partition(",")
        names.append(f"{given.strip()} {family.strip()}".strip())
    return tuple(dict.fromkeys(filter(None, names)))


def _first_date(printed: str) -> str:
    found = dates.find_dates(printed, limit=1)
    return found[0].printed if found else printed


def _from_top(document: _Document) -> None:
    """Sort the unlabelled lines above the labels: the date is known by itself, the others by where they stand."""
    top = document.top
    place = next((n for n in range(len(top) - 1, -1, -1) if len(top[n]) < 60 and dates.read_date(top[n])), -1)
    if place < 0:
        if top and not document.values.get("headline"):
            document.put("headline", top[-1])
        return
    document.put("published_at", top[place])
    after = []
    for line in top[place + 1 :]:
        if _EDITION.match(line):
            document.put("edition", line)
        elif not _PAGE_NUMBER.match(line):
            after.append(line)
    before = top[:place]
    if before and not document.values.get("outlet"):
        document.put("outlet", before.pop())
    if not document.values.get("headline"):
        if after:
            document.put("headline", " ".join(after))
        elif before:
            document.put("headline", before[-1])


def _tags(document: _Document) -> list[ParsedTag | None]:
    found: list[ParsedTag | None] = []
    kinds: tuple[tuple[str, TagKind], ...] = (
        ("tags", "topic"),
        ("people", "person"),
        ("places", "place"),
        ("organisations", "organisation"),
    )
    for name, kind in kinds:
        for value in document.values.get(name, ()):
            for part in re.split(r"\s*[;|]\s*", value):
                # Factiva writes "code : name".
                word = _WEIGHT.sub("", part.rpartition(" : ")[2]).strip(" .")
                if word:
                    found.append(ParsedTag(word, kind))
    return found
