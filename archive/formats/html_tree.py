"""A saved page becomes a tree that is safe to walk: right encoding, no network, no entities, bounded depth and text.

What can't be read whole is refused with a sentence rather than read in part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree, html

from archive.formats.base import ParseError
from archive.text.encoding import UndecodableText, declared_encoding, decode
from archive.text.normalize import clean_line, words_of_lines

# lxml's own lookup asks a Python function for each element that is touched, to tell forms and inputs from the others.
_ONE_CLASS = etree.ElementDefaultClassLookup(element=html.HtmlElement)
Element = Any
Block = tuple[Element, str, str]
MAX_CHARACTERS = 20_000_000
# libxml2 gives up at 2,048 open elements and drops the rest in silence.
MAX_DEPTH = 2_000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)([^<>]*)>")
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "td",
        "tr",
        "th",
        "dt",
        "dd",
        "option",
    ]
)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_HIDDEN = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "iframe",
        "object",
        "svg",
        "math",
        "head",
        "select",
        "textarea",
        "button",
    ]
)
BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)


def parse_page(data: bytes) -> Element:
    """Return the root element of a page. Raises ParseError for binary data, an empty page and one nested too deep."""
    try:
        text = decode(data, declared_encoding(data))
    except UndecodableText as error:
        raise ParseError(str(error), mend="Save the page again as HTML.") from error
    return parse_text(text)


def parse_text(text: str) -> Element:
    """Return the root element of a page given as text. Raises ParseError."""
    if len(text) > MAX_CHARACTERS:
        raise ParseError(
            f"The page has {len(text):,} characters; more than {MAX_CHARACTERS:,} are not read.",
            mend="Save only the article.",
        )
    text = _XML_DECLARATION.sub("", text.replace("\x00", ""), count=1)
    if not text.strip():
        raise ParseError("The page is empty.", mend="Save it again once it has loaded.")
    if (depth := _depth(text)) > MAX_DEPTH:
        raise ParseError(
            f"The page nests its elements {depth:,} deep; more than {MAX_DEPTH:,} can't be read safely.",
            mend="Import the article as plain text instead.",
        )
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=True, encoding="utf-8")
    parser.set_element_class_lookup(_ONE_CLASS)
    try:
        root = html.document_fromstring(text.encode("utf-8", errors="replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise ParseError("The page holds no HTML that can be read.", mend="Save it again as HTML.") from error
    return root


def _depth(text: str) -> int:
    """Return the greatest number of elements open at once, counting an end tag as closing what it names."""
    if text.count("<") < MAX_DEPTH:
        return 0
    depth = deepest = 0
    for match in _TAG.finditer(text):
        if match[2].lower() in _VOID or match[3].endswith("/"):
            continue
        depth += -1 if match[1] else 1
        if depth < 0:
            depth = 0
        elif depth > deepest:
            deepest = depth
    return deepest


def text_of(element: Element) -> str:
    """Return the text below an element as one clean line, without scripts and styles."""
    if element is None:
        return ""
    parts: list[str] = []
    _collect(element, parts)
    return clean_line("".join(parts))


def _collect(element: Element, parts: list[str]) -> None:
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if node.tag in ("script", "style", "template"):
                continue
            if node.tag in BLOCKS or node.tag == "br":
                parts.append(" ")
            if node.text:
                parts.append(node.text)
        else:
            if node.tag in BLOCKS:
                parts.append(" ")
            if node is not element and node.tail:
                parts.append(node.tail)


def keyed_blocks(root: Element) -> list[Block]:
    """Return every stretch of visible text with its innermost block element and its `same_key`, in order."""
    found = list(text_blocks(root))
    keys = words_of_lines([text for _, text in found])
    return [(element, text, "".join(tokens)) for (element, text), tokens in zip(found, keys, strict=True)]


def text_blocks(root: Element) -> Iterator[tuple[Element, str]]:
    """Yield (innermost block element, its own text) for every stretch of visible text of a page, in order."""
    body = root.find("body")
    if body is None:
        body = root
    stack: list[Element] = [body]
    parts: list[str] = []
    hidden: Element | None = None
    for event, node in etree.iterwalk(body, events=("start", "end")):
        if hidden is not None:
            if event == "end" and node is hidden:
                hidden = None
                if node.tail:
                    parts.append(node.tail)
            continue
        if event == "start":
            if node.tag in _HIDDEN:
                hidden = node
                continue
            if node.tag in BLOCKS or node.tag == "br":
                if text := clean_line("".join(parts)):
                    yield stack[-1], text
                parts.clear()
            if node.tag in BLOCKS:
                stack.append(node)
            if node.text:
                parts.append(node.text)
        else:
            if node.tag in BLOCKS:
                if text := clean_line("".join(parts)):
                    yield stack[-1], text
                parts.clear()
                if len(stack) > 1:
                    stack.pop()
            if node is not body and node.tail:
                parts.append(node.tail)
    if text := clean_line("".join(parts)):
        yield stack[-1], text
