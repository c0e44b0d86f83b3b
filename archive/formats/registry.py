"""Which format a file is of, decided by its content, and the one door through which every file is read.

To add a format: write a module with a `FORMAT` that follows `base.Format` (or `base.Container`), and list it here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from archive.formats import (
    attachments,
    containers,
    csv_table,
    eml,
    feed,
    html_page,
    json_records,
    mhtml,
    newsml1,
    newsml_g2,
    ninjs,
    nitf,
    pdf,
    press_export,
    rtf,
    sniff,
    table,
    text_dump,
    wacz,
    warc,
    webarchive,
    word,
    xlsx,
)
from archive.formats.base import (
    Budget,
    Container,
    Format,
    Member,
    ParsedArticle,
    ParseError,
    ReadContext,
    Rejected,
)

_FORMATS: tuple[Format, ...] = (
    nitf.FORMAT,
    newsml1.FORMAT,
    newsml_g2.FORMAT,
    feed.FORMAT,
    ninjs.FORMAT,
    json_records.FORMAT,
    xlsx.FORMAT,
    csv_table.FORMAT,
    word.FORMAT,
    rtf.FORMAT,
    pdf.FORMAT,
    eml.FORMAT,
    press_export.FORMAT,
    html_page.FORMAT,
    text_dump.FORMAT,
)
_CONTAINERS: tuple[Container, ...] = (
    warc.FORMAT,
    wacz.FORMAT,
    mhtml.FORMAT,
    webarchive.FORMAT,
    attachments.FORMAT,
    containers.ZIP,
    containers.GZIP,
)
_LEAST = 0.05
# Sure enough to ask no other format.
_CERTAIN = 0.98
_BLANK = b" \t\r\n\x00\xef\xbb\xbf"


def formats() -> tuple[Format, ...]:
    """Return every format that can be read, most specific first."""
    return _FORMATS


def container_of(data: bytes, file_name: str) -> Container | None:
    """Return the container kind of these bytes, None when they are a file of articles themselves."""
    scored = [(kind.recognizes(data, file_name), -place, kind) for place, kind in enumerate(_CONTAINERS)]
    best = max(scored, key=lambda row: row[:2])
    return best[2] if best[0] >= 0.5 else None


# A file is asked for twice: whether it is a table, and to be read. Bytes keep their hash, so that it costs once.
@lru_cache(maxsize=1)
def recognize(data: bytes, file_name: str = "") -> Format:
    """Return the format of these bytes. Raises ParseError that says what the file looks like and what to do."""
    if not data[: sniff.HEAD].strip(_BLANK) and not data.strip(_BLANK):
        raise ParseError("The file is empty.", mend="Check the source and send it again.")
    best, surest = 0.0, _FORMATS[0]
    for kind in _FORMATS:
        sure = kind.recognizes(data, file_name)
        if sure > best:
            best, surest = sure, kind
        if best >= _CERTAIN:
            break
    if best < _LEAST:
        looks_like, mend = sniff.describe(data)
        raise ParseError(f"This looks like {looks_like}, which the archive does not read.", mend=mend)
    return surest


def columns_of(data: bytes, file_name: str = "") -> tuple[list[str], dict[str, str], list[list[str]]] | None:
    """Return a table's columns, the field each is taken for, and its first five rows; None for what is no table.

    An editor's choice of columns goes back in as `ReadContext.columns`. Raises ParseError.
    """
    kind = recognize(data, file_name)
    source = getattr(kind, "rows_of", None)
    return table.columns_of(source(data)) if source else None


def expand(data: bytes, context: ReadContext, budget: Budget | None = None) -> Iterator[Member | Rejected]:
    """Yield the files of articles in an upload, containers (nested ones too) opened one by one.

    A file that is no container is its own only member. A member that can't be had is a Rejected; the others go on.
    Raises ParseError when the container as a whole is broken or over `budget`.
    """
    name = context.file_name
    yield from _expand(Member(name, data, context.url), "", context, budget or Budget(), 0)


def read(data: bytes, context: ReadContext, budget: Budget | None = None) -> Iterator[ParsedArticle | Rejected]:
    """Yield every article of a file of any known format, and a Rejected for each record that can't be read.

    Raises ParseError when the file as a whole can't be read.
    """
    whole = container_of(data, context.file_name) is None
    for member in expand(data, context, budget):
        if isinstance(member, Rejected):
            yield member
            continue
        if whole:
            yield from read_member(member, context)
            continue
        try:
            for article in read_member(member, context):
                yield _placed(article, member)
        except ParseError as error:
            yield Rejected(member.name, str(error), error.mend, member.data)


def read_member(member: Member, context: ReadContext) -> Iterator[ParsedArticle | Rejected]:
    """Yield the articles of one member of `expand`. Raises ParseError."""
    if len(member.data) > context.max_bytes:
        raise ParseError(
            f"The file has {len(member.data) // 2**20} MB; at most {context.max_bytes // 2**20} MB are read.",
            mend="Split it, or raise the limit in the settings.",
        )
    inner = dataclasses.replace(
        context,
        file_name=member.name or context.file_name,
        url=member.url or context.url,
        captured_at=member.captured_at or context.captured_at,
    )
    kind = recognize(member.data, inner.file_name)
    found = False
    for article in kind.read(member.data, inner):
        found = True
        yield _with_terms(article, member) if isinstance(article, ParsedArticle) else article
    if not found:
        raise ParseError(f"The file ({kind.name}) holds no article.", mend="Check that it is the file you meant.")


def _expand(member: Member, path: str, context: ReadContext, budget: Budget, depth: int) -> Iterator[Member | Rejected]:
    kind = None if member.opened else container_of(member.data, member.name)
    if kind is None:
        yield member
        return
    budget.descend(depth + 1)
    for inner in kind.members(member.data, dataclasses.replace(context, file_name=member.name), budget):
        place = f"{path}{inner.name}" if isinstance(inner, Member) else f"{path}{inner.record}"
        if isinstance(inner, Rejected):
            yield dataclasses.replace(inner, record=place)
            continue
        placed = dataclasses.replace(
            inner,
            name=place,
            held=inner.held or member.held,
            embargoed_until=inner.embargoed_until or member.embargoed_until,
            sender=inner.sender or member.sender,
        )
        try:
            yield from _expand(placed, f"{place}/", context, budget, depth + 1)
        except ParseError as error:
            yield Rejected(place, str(error), error.mend, inner.data)


def _with_terms(article: ParsedArticle, member: Member) -> ParsedArticle:
    """Return the article with what its container says of it: a warning, the embargo and the sender of a message."""
    changes: dict[str, Any] = {}
    if member.warning:
        changes["warnings"] = (*article.warnings, member.warning)
    if member.held and article.embargoed_until is None:
        changes |= {"embargoed_until": member.embargoed_until, "editor_note": article.editor_note or member.held}
        if member.embargoed_until is None and not article.signal:
            changes["signal"] = "withhold"
    if member.sender and not article.outlet_name:
        changes |= {"outlet_name": member.sender, "outlet_evidence": "sender of the e-mail it was attached to"}
    return dataclasses.replace(article, **changes) if changes else article


def _placed(article: ParsedArticle | Rejected, member: Member) -> ParsedArticle | Rejected:
    record = f"{member.name}: {article.record}" if article.record else member.name
    if isinstance(article, Rejected):
        return dataclasses.replace(article, record=record, raw=article.raw or member.data)
    return dataclasses.replace(
        article,
        record=record,
        raw=article.raw or member.data,
        url=article.url or member.url,
        captured_at=article.captured_at or member.captured_at,
    )
