"""The project's own query tree, and its way back into words.

The promise: printing a tree gives a query string that parses to the same tree, so a query can be stored, shared and
changed by links without loss. Engines compile this tree; no engine's own grammar ever sees what a person typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PROSE_FIELDS = ("headline", "standfirst", "body", "quote")
NAME_FIELDS = ("by", "outlet", "tag", "person", "place", "org", "source")
CODE_FIELDS = ("lang", "kind", "story", "change")
TEXT = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word; `exact` asks for this very form instead of its stem, or for a whole name in a field of names."""

    text: str
    field: str = TEXT
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other, with at most `slop` other words between them, then in any order."""

    text: str
    field: str = TEXT
    slop: int = 0
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A word with `*` (any letters) and `?` (one letter)."""

    text: str
    field: str = TEXT


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """A word or one that differs by up to `distance` letters (swapped neighbours count as one)."""

    text: str
    field: str = TEXT
    distance: int = 1


@dataclass(frozen=True, slots=True)
class Dates:
    """Articles dated within what is named: a day, month, year, range or words such as "last week"; "unknown"."""

    text: str
    side: str = "date"


@dataclass(frozen=True, slots=True)
class VersionsNode:
    """Which versions are searched; it holds for the whole query."""

    which: str = "all"


@dataclass(frozen=True, slots=True)
class Not:
    """Everything that its child does not match."""

    child: Node


@dataclass(frozen=True, slots=True)
class And:
    """What all its children match."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """What at least one of its children matches."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Everything:
    """The empty query: all articles."""


Node = Word | Phrase | Pattern | Fuzzy | Dates | VersionsNode | Not | And | Or | Everything


def conjunction(children: list[Node]) -> Node:
    """Return the flat And of the children, the child itself when there is one."""
    flat: list[Node] = []
    for child in children:
        flat.extend(child.children if isinstance(child, And) else [child])
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def disjunction(children: list[Node]) -> Node:
    """Return the flat Or of the children, the child itself when there is one."""
    flat: list[Node] = []
    for child in children:
        flat.extend(child.children if isinstance(child, Or) else [child])
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def walk(node: Node) -> list[Node]:
    """Return the node and all below it, outermost first."""
    found: list[Node] = [node]
    if isinstance(node, Not):
        found += walk(node.child)
    elif isinstance(node, And | Or):
        for child in node.children:
            found += walk(child)
    return found


def quoted(text: str) -> str:
    """Return the text in double quotes, escaped."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _prefix(field: str) -> str:
    return f"{field}:" if field else ""


def _wrapped(node: Node) -> str:
    text = to_string(node)
    return f"({text})" if isinstance(node, And | Or) else text


def to_string(node: Node) -> str:
    """Return a query string that parses to this very tree."""
    match node:
        case Everything():
            return ""
        case Word():
            return f"{_prefix(node.field)}{'=' if node.exact else ''}{node.text}"
        case Phrase():
            slop = f"~{node.slop}" if node.slop else ""
            return f"{_prefix(node.field)}{'=' if node.exact else ''}{quoted(node.text)}{slop}"
        case Pattern():
            return f"{_prefix(node.field)}{node.text}"
        case Fuzzy():
            return f"{_prefix(node.field)}{node.text}~{node.distance}"
        case Dates():
            return f"{node.side}:{node.text if re.fullmatch(r'[-0-9.a-z]+', node.text) else quoted(node.text)}"
        case VersionsNode():
            return f"versions:{node.which}"
        case Not():
            return f"-{_wrapped(node.child)}"
        case And():
            return " ".join(_wrapped(child) for child in node.children)
        case Or():
            return " OR ".join(_wrapped(child) for child in node.children)
