"""Bodies out of markup or plain text: one paragraph a line, captions apart, scripts and controls left out."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from lxml import etree
from lxml import html as lxml_html

from archive.formats.base import ParseError
from archive.formats.xml_tree import Element

_BLOCKS = frozenset(
    re.findall(
        r"\S+",
        """p hl1 hl2 hedline h1 h2 h3 h4 h5 h6 li tr div section article blockquote bq pre dt dd ul ol dl table block
        body body.content body.head body.end tagline note header footer main aside figure media nitf-table title hr html
        caption credit address center fieldset tbody thead tfoot datasource abstract byline dateline distributor""",
    )
)
_DROPPED = frozenset(
    re.findall(
        r"\S+",
        """script style noscript iframe object embed svg canvas template head button input select textarea video audio
        media-reference media-metadata nitf-table-metadata col colgroup link meta base form""",
    )
)
_CAPTIONS = frozenset(("figcaption", "media-caption"))
_MARKUP = re.compile(
    r"<(?:/?(?:p|div|span|a|b|i|u|em|strong|h[1-6]|ul|ol|li|table|tr|td|section|article|figure|blockquote|img|script|"
    r"style|body|html|pre|sup|sub|iframe|center|font|small)\b[^<>]*|br\s*/?|!--|!\[CDATA\[)",
    re.IGNORECASE,
)
_ESCAPED = re.compile(
    r"&(?:amp;)?(quot|apos|nbsp|amp|[lr][sd]quo|[nm]dash|hellip|shy|laquo|raquo|euro|#\d{1,6}|#x[0-9a-fA-F]{1,5});"
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
_BREAK = "\x0b"  # a <br>, until it is known whether another follows
_SPACE = re.compile(r"[^\S\x0b]+")
_BREAKS = re.compile(r" ?\x0b(?: ?\x0b)+ ?")
_END = re.compile(r"[.!?:;…]['\"”’»)\]]*$")


@dataclass(slots=True)
class Blocks:
    """What a piece of markup holds: `paragraphs` of the text, `captions` of its pictures."""

    paragraphs: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)

    @property
    def body(self) -> str:
        """The text, one paragraph a line."""
        return "\n".join(self.paragraphs)


def clean(value: str) -> str:
    """Return one line of text: entities that were escaped twice resolved, control characters and excess space gone."""
    if "&" in value:
        value = _ESCAPED.sub(lambda match: html.unescape(f"&{match[1]};"), value)
    # What is printable holds no control character, which is quicker to ask than to search for them.
    return " ".join((value if value.isprintable() else _CONTROL.sub("", value)).split())


def from_element(root: Element) -> Blocks:
    """Return the paragraphs and captions below an element (NITF or XHTML, without namespaces)."""
    found = Blocks()
    line = _Line(found.paragraphs)
    _walk(root, found, line)
    line.flush()
    found.captions = list(dict.fromkeys(found.captions))
    return found


def from_html(markup: str) -> Blocks:
    """Return the paragraphs and captions of an HTML fragment or page. Raises ParseError beyond 256 levels."""
    markup = _CONTROL.sub("", markup)
    if not markup.strip():
        return Blocks()
    parser = lxml_html.HTMLParser(huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        root = lxml_html.document_fromstring(markup.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError):
        return Blocks()
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise ParseError("The text nests markup more than 256 deep.", mend="Ask the sender for the text alone.")
    return from_element(root)


def from_text(value: str) -> Blocks:
    """Return the paragraphs of plain text: split at blank lines or indents, hard-wrapped lines joined."""
    lines = [_CONTROL.sub("", line.expandtabs(4)).rstrip() for line in value.splitlines()]
    groups: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            groups[-1].append(line)
        elif groups[-1]:
            groups.append([])
    found = Blocks()
    filled = [group for group in groups if group]
    for group in filled:
        found.paragraphs += _unwrapped(group, alone=len(filled) == 1)
    return found


def from_any(value: str) -> Blocks:
    """Return the paragraphs of a string that may be HTML or plain text."""
    return from_html(value) if looks_like_html(value) else from_text(value)


def looks_like_html(value: str) -> bool:
    """Say whether a string holds HTML tags (a lone "<" in a text is none)."""
    return "<" in value and _MARKUP.search(value) is not None


def plain(value: str) -> str:
    """Return a headline or name as one line of plain text, whatever markup or script it came with."""
    if looks_like_html(value):
        value = " ".join(from_html(value).paragraphs)
    return clean(value)


def _unwrapped(lines: list[str], *, alone: bool) -> list[str]:
    """Return the paragraphs of a run of lines without blanks between them."""
    indents = [len(line) - len(line.lstrip()) for line in lines]
    least = min(indents)
    starts = [indent >= least + 2 for indent in indents]
    width = max(len(line) for line in lines)
    full = sum(len(line) >= 0.7 * width for line in lines[:-1])
    wrapped = len(lines) > 1 and width <= 100 and full >= 0.6 * (len(lines) - 1)
    if alone and wrapped and not any(starts[1:]):
        ended = sum(bool(_END.search(line)) for line in lines[:-1])
        wrapped = len(lines) >= 4 and ended <= 0.5 * (len(lines) - 1)
    if not wrapped:
        return [cleaned for line in lines if (cleaned := clean(line))]
    paragraphs: list[str] = []
    for line, starting in zip(lines, starts, strict=True):
        if not paragraphs or starting:
            paragraphs.append(line)
        else:
            paragraphs[-1] += f" {line.strip()}"
    return [cleaned for paragraph in paragraphs if (cleaned := clean(paragraph))]


class _Line:
    """The paragraph being gathered."""

    def __init__(self, out: list[str]) -> None:
        self.out = out
        self.parts: list[str] = []

    def add(self, value: str | None) -> None:
        if value:
            self.parts.append(value)

    def flush(self) -> None:
        if not self.parts:
            return
        value = "".join(self.parts)
        self.parts = []
        if _BREAK not in value:
            if cleaned := clean(value):
                self.out.append(cleaned)
            return
        value = _SPACE.sub(" ", value)
        for piece in _BREAKS.split(value):
            if cleaned := clean(piece.replace(_BREAK, " ")):
                self.out.append(cleaned)


def _walk(element: Element, found: Blocks, line: _Line) -> None:
    tag = element.tag
    if tag is etree.Entity:
        line.add(html.unescape(element.text))
        return
    if not isinstance(tag, str):
        return
    tag = tag.lower()
    if tag in _DROPPED:
        return
    if tag == "br":
        line.add(_BREAK)
        return
    if tag in _CAPTIONS:
        _caption(element, found)
        return
    if tag == "media-producer":
        return
    if tag == "pre":
        line.flush()
        line.out.extend(from_text("".join(element.itertext())).paragraphs)
        return
    if tag == "tr":
        line.flush()
        cells = [from_element(cell) for cell in element.iterchildren("*")]
        found.captions += [caption for cell in cells for caption in cell.captions]
        if row := " | ".join(text for cell in cells if (text := " ".join(cell.paragraphs))):
            line.out.append(row)
        return
    block = tag in _BLOCKS
    if block:
        line.flush()
    line.add(element.text)
    for child in element:
        _walk(child, found, line)
        line.add(child.tail)
    if block:
        line.flush()


def _caption(element: Element, found: Blocks) -> None:
    text = clean(" ".join(element.itertext()))
    parent = element.getparent()
    producer = parent.find("media-producer") if parent is not None else None
    credit = clean(" ".join(producer.itertext())) if producer is not None else ""
    if text:
        found.captions.append(f"{text} ({credit})" if credit and credit not in text else text)
