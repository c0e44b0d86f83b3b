"""XML read safely: no network, no entities, no huge trees; names without namespaces, so that one path finds an element
whichever version of a standard the sender follows."""

from __future__ import annotations

import html
import html.entities
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from archive.formats.base import ParseError
from archive.formats.sniff import head_text
from archive.text.encoding import UndecodableText, declared_encoding, decode

Element = Any  # lxml has no public element type that a checker could use
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ONE_BYTE = re.compile(rb"encoding\s*=\s*[\"'](?:iso-?8859|windows-|cp-?125|latin|us-ascii|ascii|koi8)", re.IGNORECASE)
_ROOT = re.compile(r"<[^\W\d]")
_NAMED_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def parse(data: bytes, kind: str) -> Element:
    """Return the root element of `data` with every tag reduced to its local name.

    `kind` names the format in errors. Raises ParseError for documents that declare entities (bombs and external
    files hide there), that are not well-formed, or that nest beyond 256 levels.
    """
    if b"\x00" not in data[:64] and b"\x00" in data:
        raise ParseError(f"The {kind} file holds NUL bytes.", mend="Check that it was copied whole and as text.")
    refuse_entities(data, kind)
    root = _strict(data, kind)
    _drop_namespaces(root)
    return root


def refuse_entities(data: bytes, kind: str) -> None:
    """Raise ParseError when the part before the root element declares entities."""
    head = head_text(data)
    root = _ROOT.search(head)
    if root is None:
        head = head_text(data, len(data))
        root = _ROOT.search(head)
    if "<!ENTITY" in (head[: root.start()] if root else head):
        raise ParseError(
            f"The {kind} file declares XML entities, which can hide a bomb or a file of this machine.",
            mend="Ask the sender for a file without entity declarations.",
        )


def _strict(data: bytes, kind: str) -> Element:
    # A declared one-byte encoding fits any bytes, so it is believed only when the text says the same.
    if not data.isascii() and _ONE_BYTE.search(data[:200]) and (root := _second_try(data)):
        return root[0]
    try:
        return _fromstring(data)
    except etree.XMLSyntaxError as error:
        if root := _second_try(data):
            return root[0]
        raise ParseError(_sentence(error, kind), mend="Ask the sender for the file as it left their system.") from error


def _second_try(data: bytes) -> list[Element]:
    """Mend what senders get wrong without harm: the declared encoding, HTML entities, control characters."""
    try:
        text = decode(data, declared_encoding(data))
    except UndecodableText:
        return []
    text = _DECLARATION.sub("", text.lstrip("\ufeff \t\r\n"))
    text = _CONTROL.sub("", _NAMED_ENTITY.sub(_character, text))
    try:
        return [_fromstring(text.encode("utf-8"))]
    except etree.XMLSyntaxError:
        return []


def _character(match: re.Match[str]) -> str:
    name = match[1]
    if name in _XML_ENTITIES or f"{name};" not in html.entities.html5:
        return match[0]
    return "".join(f"&#{ord(char)};" for char in html.entities.html5[f"{name};"])


def _fromstring(data: bytes) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    return etree.fromstring(data, parser)


def _sentence(error: etree.XMLSyntaxError, kind: str) -> str:
    message = str(error.msg or "").split(", line ")[0].strip()
    if "depth" in message.lower():
        return f"The {kind} file nests elements more than 256 deep."
    line = getattr(error, "lineno", None) or 0
    where = f" at line {line}" if line else ""
    return f"The {kind} file is not well-formed XML{where}: {message[:160] or 'it breaks off'}."


def _drop_namespaces(root: Element) -> None:
    for element in root.iter("*"):
        tag = element.tag
        if tag[0] == "{":
            element.tag = tag[tag.index("}") + 1 :]


def text(element: Element | None) -> str:
    """Return the whole text below an element on one line, "" for None."""
    if element is None:
        return ""
    return one_line("".join(_pieces(element)))


def _pieces(element: Element) -> Iterator[str]:
    for node in element.iter():
        if node.tag is etree.Entity:
            yield html.unescape(node.text)
        elif isinstance(node.tag, str):
            yield node.text or ""
        if node is not element:
            yield node.tail or ""


def one_line(value: str) -> str:
    """Return the text on one line: white space runs become one space, control characters go."""
    return " ".join(_CONTROL.sub("", value).split())


def first_text(element: Element | None, *paths: str) -> str:
    """Return the text at the first path that has any."""
    if element is not None:
        for path in paths:
            for found in element.iterfind(path):
                if value := text(found):
                    return value
    return ""


def attribute(element: Element | None, path: str, name: str) -> str:
    """Return the first non-empty attribute `name` of the elements at `path`, else ""."""
    if element is not None:
        for found in element.iterfind(path):
            if value := one_line(found.get(name) or ""):
                return value
    return ""
