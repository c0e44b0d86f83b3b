"""Says in words how a query was read, so that a reader can see what was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from .nodes import (
    And,
    Dates,
    Everything,
    Fuzzy,
    Node,
    Not,
    Or,
    Pattern,
    Phrase,
    VersionsNode,
    Word,
)
from .plan import unasked

NAMED = {
    "headline": "in the headline",
    "standfirst": "in the standfirst",
    "body": "in the body",
    "quote": "in a quote",
    "by": "in the byline",
    "outlet": "as outlet",
    "tag": "as tag",
    "person": "as person",
    "place": "as place",
    "org": "as organisation",
    "source": "as source",
}
CODES = {"lang": "language is", "kind": "the version's kind is", "story": "in story", "change": "the version changed:"}


def _where(text: str, field: str) -> str:
    return f"{text} {NAMED[field]}" if field in NAMED else text


def _dates(node: Dates) -> str:
    if node.text == "unknown":
        return "undated"
    if node.side != "date":
        return f"dated {node.side} {node.text}"
    since, dots, until = node.text.partition("..")
    if not dots:
        return f"dated {node.text}"
    if since and until:
        return f"dated from {since} to {until}"
    return f"dated from {since} on" if since else f"dated up to {until}"


def _said(node: Node, nested: bool = False) -> str:
    match node:
        case Everything():
            return "all articles"
        case Word() if node.field in CODES:
            return f"{CODES[node.field]} {node.text}"
        case Word() if node.exact:
            return _where(f"exactly “{node.text}”", node.field)
        case Word():
            return _where(f"“{node.text}”", node.field)
        case Phrase() if node.slop:
            words = f"the words “{node.text}” near each other (up to {node.slop} words between)"
            return _where(words, node.field)
        case Phrase() if node.exact:
            return _where(f"exactly “{node.text}”", node.field)
        case Phrase():
            kind = (
                ""
                if node.field in NAMED and node.field not in ("headline", "standfirst", "body", "quote")
                else "the phrase "
            )
            return _where(f"{kind}“{node.text}”", node.field)
        case Pattern():
            if node.text.endswith("*") and not set(node.text[:-1]) & set("*?"):
                return _where(f"a word beginning with “{node.text[:-1]}”", node.field)
            return _where(f"a word like “{node.text}”", node.field)
        case Fuzzy():
            letters = "one letter" if node.distance == 1 else f"{node.distance} letters"
            return _where(f"“{node.text}” or a word that differs by {letters}", node.field)
        case Dates():
            return _dates(node)
        case VersionsNode():
            return "in every version" if node.which == "all" else "in current versions"
        case Not():
            return f"not {_said(node.child, True)}"
        case And():
            text = " and ".join(_said(child, True) for child in node.children)
        case Or():
            text = " or ".join(_said(child, True) for child in node.children)
    return f"({text})" if nested else text


def read_as(node: Node, languages: Sequence[str] = ()) -> str:
    """Return how a query was read: "“russia” and dated from 2024-04 to 2024-06"; too common words are named."""
    text = _said(node)
    common = unasked(node, languages)
    if common:
        words = ", ".join(f"“{word}”" for word in common)
        text += f"; {words} need not match (too common; put = before such a word to ask for it)"
    return text[0].upper() + text[1:] if text[0].isalpha() else text
