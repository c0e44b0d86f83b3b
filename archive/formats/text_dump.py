"""A plain-text dump of a whole page is read as well as the page: nothing is thrown away without a reason in the ledger.

The order of work: blocks with their shapes, a score for each smoothed over the sequence, the headline as the place to
cut, then everything between headline and body and below it. Every non-blank line of the dump ends in `lines`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archive.formats import sniff
from archive.formats.base import Candidate, Line, OutletHints, ParsedArticle, ParsedTag, ParseError, ReadContext
from archive.formats.dump_blocks import Block, read_blocks
from archive.formats.dump_fields import (
    headline_index,
    is_reading_time,
    read_byline,
    read_outlet,
    read_published,
    read_source,
    read_tags,
)
from archive.formats.dump_model import Linear, block_scores, smooth
from archive.formats.dump_patterns import BYLINE, READ_MORE, SOURCE
from archive.text.encoding import UndecodableText, decode
from archive.text.language import guess_language
from archive.text.normalize import words

NAME = "text_dump"
_MAX_CHARACTERS = 4_000_000
_URL = re.compile(r"^(?:url|link|address|source url)?\s*:?\s*(https?://[^\s<>\"]{6,500})$", re.IGNORECASE)


class TextDump:
    """Plain text saved from a page, or a clean text: headline first, one paragraph a line."""

    name = NAME

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.3 for anything that is text and not marked up otherwise: other formats are surer of theirs."""
        head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
        if re.match(rb"<[!?a-zA-Z]", head) and not sniff.is_stray_markup(data):
            return 0.0
        # "MZ" and "GIF8" open programs and pictures, but also sentences.
        if sniff.is_json(data) or (not head[:64].isascii() and sniff.kind_of_binary(data)):
            return 0.0
        try:
            text = decode(data[:20_000])
        except UndecodableText:
            return 0.0
        if not text.strip():
            return 0.0
        return 0.35 if file_name.lower().endswith((".txt", ".text", ".dump", ".md")) else 0.3

    def read(self, data: bytes, context: ReadContext) -> Iterator[ParsedArticle]:
        """Yield the one article of the dump. Raises ParseError when there is no text in it."""
        try:
            text = decode(data)
        except UndecodableText as error:
            raise ParseError(str(error), mend="Save the page as plain text in UTF-8 and import that file.") from error
        if len(text) > _MAX_CHARACTERS:
            raise ParseError(
                f"The text has {len(text):,} characters; a page dump of more than {_MAX_CHARACTERS:,} is not read.",
                mend="Split it into one file an article.",
            )
        if not text.strip():
            raise ParseError("The file holds no text.", mend="Check that the right file was chosen.")
        yield read_dump(text, context)


FORMAT = TextDump()


def read_dump(text: str, context: ReadContext, models: tuple[Linear, Linear] | None = None) -> ParsedArticle:
    """Return the article in the text of a dump, with a complete ledger. Raises ParseError for a dump without words."""
    hints = context.outlet
    language = guess_language(longest_lines(text)) or (hints.language if hints else "")
    blocks = read_blocks(text, language)
    if not any(block.shape.key for block in blocks):
        raise ParseError("The file holds no words, only signs.", mend="Check that the right file was chosen.")
    scores = _with_hints(blocks, block_scores(blocks, models), hints)
    inside = smooth(scores)
    top = headline_index(blocks, inside)
    if top is None:
        top = _title_of_short_text(blocks)
    headline = _mark_above(blocks, inside, top)
    start = top + 1 if top is not None else 0
    url = _mark_lines_of_their_own(blocks, headline)
    first = _first_body(blocks, inside, start)
    byline, authors = read_byline(blocks[max(0, start - 4) : first + 2])
    source_line = read_source(blocks[max(0, start - 2) :][: first - start + 12])
    _settle_cross_references(blocks, inside, start)
    last = _last_body(blocks, inside, first)
    _mark_captions(blocks, start, last)
    tags = read_tags(blocks, last + 1, [*([blocks[top]] if top is not None else []), *blocks[start : last + 1]])
    near = range(max(0, start - 4), min(first + 1, len(blocks)))
    published = read_published(blocks, near, context.captured_at)
    standfirst = _standfirst(blocks, inside, start, first)
    body = [
        block
        for i, block in enumerate(blocks)
        if start <= i <= last and inside[i] and not block.role and block.shape.key
    ]
    for block in body:
        block.role = "body"
    _give_reasons(blocks, start, last, headline)
    outlet_name, outlet_evidence, outlet_candidates = read_outlet(blocks, body, context.outlets)
    candidates = {"published_at": published.candidates, "outlet": tuple(outlet_candidates)}
    if headline and top is not None:
        candidates["headline"] = (Candidate(headline, f"line {blocks[top].numbers[0]}"),)
    if byline:
        candidates["byline"] = (Candidate(byline, "byline line"),)
    return ParsedArticle(
        format=NAME,
        headline=headline,
        standfirst=standfirst,
        byline=byline,
        authors=authors,
        source_line=source_line,
        body="\n".join(block.text for block in body),
        language=language,
        outlet_name=outlet_name,
        outlet_evidence=outlet_evidence,
        url=context.url or url,
        published=published,
        tags=tuple(ParsedTag(tag) for tag in tags),
        captions=tuple(block.text for block in blocks if block.role == "caption"),
        candidates={name: offered for name, offered in candidates.items() if offered},
        lines=_ledger(blocks),
        warnings=() if body else ("No running text was found in this dump.",),
    )


def longest_lines(text: str) -> str:
    """Return the lines that are likely prose, for guessing the language."""
    lines = [line for line in text.splitlines() if len(line) > 60]
    return "\n".join(lines[:200]) or text


def _with_hints(blocks: Sequence[Block], scores: list[float], hints: OutletHints | None) -> list[float]:
    if hints is None:
        return scores
    out = []
    for block, score in zip(blocks, scores, strict=True):
        if block.shape.furniture_key in hints.body_lines:
            score = 50.0
        elif block.shape.furniture_key in hints.furniture:
            score, block.role, block.reason = -50.0, "furniture", "recurs on this outlet's pages"
        out.append(score)
    return out


def _title_of_short_text(blocks: Sequence[Block]) -> int | None:
    """Return 0 when the text opens with a title-shaped line above something longer."""
    if (
        len(blocks) > 1
        and not blocks[0].shape.sentence
        and 2 <= blocks[0].shape.words <= 30
        and blocks[1].shape.words > blocks[0].shape.words
    ):
        return 0
    return None


def _mark_above(blocks: Sequence[Block], inside: list[bool], top: int | None) -> str:
    if top is None:
        return ""
    headline = blocks[top]
    headline.role, headline.reason = "headline", "headline"
    for i in range(top):
        block = blocks[i]
        if block.role:
            continue
        if block.shape.key == headline.shape.key:
            block.role, block.reason = "furniture", "repeats the headline"
        elif inside[i] or block.shape.prose:
            block.role, block.reason = "furniture", "stands above the headline (ticker or teaser)"
        inside[i] = False
    inside[top] = False
    return headline.text


def _mark_lines_of_their_own(blocks: Sequence[Block], headline: str) -> str:
    """Mark repeated headlines and reading times; return the page's address where a line is nothing else."""
    url = ""
    key = "".join(words(headline))
    for block in blocks:
        if block.role:
            continue
        if key and block.shape.key == key:
            block.role, block.reason = "furniture", "repeats the headline"
        elif is_reading_time(block):
            block.role, block.reason = "furniture", "reading time"
        elif not url and "://" in block.text and (match := _URL.match(block.text)):
            url = match[1]
            block.role, block.reason = "furniture", "address of the page"
    return url


def _first_body(blocks: Sequence[Block], inside: Sequence[bool], start: int) -> int:
    """Return the index of the first block of the running text, which may still prove to be the standfirst."""
    for i in range(start, len(blocks)):
        block = blocks[i]
        if (
            inside[i]
            and not block.role
            and not block.shape.credit
            and not SOURCE.match(block.text)
            and not BYLINE.match(block.text)
        ):
            return i
    return len(blocks)


def _last_body(blocks: Sequence[Block], inside: list[bool], first: int) -> int:
    """Return the index of the last block of the body; short appeals and links that hang on below it are let go."""
    for i in range(len(blocks) - 1, first, -1):
        block = blocks[i]
        if not inside[i] or block.role:
            continue
        appeal = block.text.endswith(("!", "！")) and block.shape.words < 8 and block.gap
        hangs_on = (
            (block.shape.controls and block.shape.words < 12) or appeal or block.shape.credit or not block.shape.key
        )
        if not hangs_on or block.shape.read_more:
            return i
        inside[i] = False
    return first if first < len(blocks) else first - 1


def _mark_captions(blocks: Sequence[Block], start: int, last: int) -> None:
    for i, block in enumerate(blocks):
        if block.shape.credit and not block.role and block.shape.words >= 3:
            if start <= i <= last + 2:
                block.role, block.reason = "caption", "caption with a credit"
            else:
                block.role, block.reason = "furniture", "caption of another article"


def _settle_cross_references(blocks: Sequence[Block], inside: list[bool], start: int) -> None:
    """Keep "Read more: TITLE" lines that stand between or right below paragraphs: editors count them as text."""
    for i in range(start + 1, len(blocks)):
        if not blocks[i].shape.read_more or blocks[i].role:
            continue
        above = next((j for j in range(i - 1, start - 1, -1) if not blocks[j].shape.picture), None)
        if above is not None and inside[above] and (blocks[above].shape.prose or blocks[above].shape.read_more):
            inside[i] = bool(READ_MORE.match(blocks[i].text)) and not blocks[i].bullet


def _standfirst(blocks: Sequence[Block], inside: list[bool], start: int, first: int) -> str:
    """Return the standfirst and mark it: set apart by a picture or date line, or told again by the lead."""
    for i in range(start, min(len(blocks), first + 1)):
        block = blocks[i]
        if (
            block.role
            or block.shape.picture
            or block.shape.words < 6
            or len(block.text) > 350
            or block.shape.dates
            or block.shape.controls > 1
        ):
            continue
        rest = [j for j in range(i + 1, len(blocks)) if inside[j] and not blocks[j].role]
        if not rest or block.bullet:
            return ""
        between = blocks[i + 1 : rest[0]]
        apart = any(other.role in ("caption", "date", "byline") for other in between) and len(between) <= 12
        if apart or _told_again(block, blocks[rest[0]]):
            block.role, block.reason = "standfirst", "standfirst"
            inside[i] = False
            return block.text
        return ""
    return ""


def _told_again(block: Block, lead: Block) -> bool:
    """Say whether `lead` tells at more length what `block` sums up in one short sentence."""
    if len(block.text) > 220 or len(lead.text) < 1.3 * len(block.text) or lead.bullet:
        return False
    stems = {word[:5] for word in words(block.text) if len(word) > 3}
    again = {word[:5] for word in words(lead.text) if len(word) > 3}
    return len(stems) >= 4 and len(stems & again) >= 0.45 * len(stems)


def _give_reasons(blocks: Sequence[Block], start: int, last: int, headline: str) -> None:
    for i, block in enumerate(blocks):
        if block.role:
            continue
        block.role = "furniture"
        if block.shape.picture:
            block.reason = "picture, button or sign without words"
        elif headline and i < start:
            block.reason = "menu or link above the headline"
        elif i > last:
            block.reason = "stands below the article"
        elif block.shape.controls:
            block.reason = "control or sharing link"
        elif block.bullet:
            block.reason = "list entry that is not running text"
        else:
            block.reason = "short line that is not running text"


def _ledger(blocks: Sequence[Block]) -> tuple[Line, ...]:
    lines: list[Line] = []
    for block in blocks:
        role, reason = block.role, block.reason
        for number, raw in zip(block.numbers, block.raw, strict=True):
            lines.append(Line(number, raw.strip(), role, reason))
    return tuple(lines)
