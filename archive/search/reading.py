"""Says in words how a query was read, so that a reader can see what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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

Translate = Callable[[str], str]


def gettext_noop(message: str) -> str:
    """Return the message as it is; marked so, it is found for translation."""
    return message


NAMED = {
    "headline": gettext_noop("%(words)s in the headline"),
    "standfirst": gettext_noop("%(words)s in the standfirst"),
    "body": gettext_noop("%(words)s in the body"),
    "quote": gettext_noop("%(words)s in a quote"),
    "by": gettext_noop("%(words)s in the byline"),
    "outlet": gettext_noop("%(words)s as outlet"),
    "tag": gettext_noop("%(words)s as tag"),
    "person": gettext_noop("%(words)s as person"),
    "place": gettext_noop("%(words)s as place"),
    "org": gettext_noop("%(words)s as organisation"),
    "source": gettext_noop("%(words)s as source"),
}
CODES = {
    "lang": gettext_noop("language is %(value)s"),
    "kind": gettext_noop("the version's kind is %(value)s"),
    "story": gettext_noop("in story %(value)s"),
    "change": gettext_noop("the version changed: %(value)s"),
}
SIDES = {"before": gettext_noop("dated before %(day)s"), "after": gettext_noop("dated after %(day)s")}


def _dates(node: Dates, gettext: Translate) -> str:
    if node.text == "unknown":
        return gettext("undated")
    if node.side != "date":
        return gettext(SIDES[node.side]) % {"day": node.text}
    since, dots, until = node.text.partition("..")
    if not dots:
        return gettext("dated %(day)s") % {"day": node.text}
    if since and until:
        return gettext("dated from %(since)s to %(until)s") % {"since": since, "until": until}
    if since:
        return gettext("dated from %(since)s on") % {"since": since}
    return gettext("dated up to %(until)s") % {"until": until}


def _words(node: Word | Phrase | Pattern | Fuzzy, gettext: Translate) -> str:
    """Return the words that a node asks for, without where it asks for them."""
    text = {"words": node.text}
    match node:
        case Word() | Phrase(slop=0) if node.exact:
            return gettext("exactly “%(words)s”") % text
        case Phrase() if node.slop:
            between = text | {"most": str(node.slop)}
            return gettext("the words “%(words)s” near each other (up to %(most)s words between)") % between
        case Phrase() if node.field not in NAMED or node.field in ("headline", "standfirst", "body", "quote"):
            return gettext("the phrase “%(words)s”") % text
        case Pattern() if node.text.endswith("*") and not set(node.text[:-1]) & set("*?"):
            return gettext("a word beginning with “%(words)s”") % {"words": node.text[:-1]}
        case Pattern():
            return gettext("a word like “%(words)s”") % text
        case Fuzzy() if node.distance == 1:
            return gettext("“%(words)s” or a word that differs by one letter") % text
        case Fuzzy():
            letters = text | {"letters": str(node.distance)}
            return gettext("“%(words)s” or a word that differs by %(letters)s letters") % letters
    return f"“{node.text}”"


def _said(node: Node, gettext: Translate, nested: bool = False) -> str:
    match node:
        case Everything():
            return gettext("all articles")
        case Word() if node.field in CODES:
            return gettext(CODES[node.field]) % {"value": node.text}
        case Word() | Phrase() | Pattern() | Fuzzy():
            words = _words(node, gettext)
            return gettext(NAMED[node.field]) % {"words": words} if node.field in NAMED else words
        case Dates():
            return _dates(node, gettext)
        case VersionsNode():
            return gettext("in every version") if node.which == "all" else gettext("in current versions")
        case Not():
            return gettext("not %(words)s") % {"words": _said(node.child, gettext, True)}
        case And():
            text = f" {gettext('and')} ".join(_said(child, gettext, True) for child in node.children)
        case Or():
            text = f" {gettext('or')} ".join(_said(child, gettext, True) for child in node.children)
    return f"({text})" if nested else text


def read_as(node: Node, languages: Sequence[str] = (), gettext: Translate = str) -> str:
    """Return how a query was read: "“russia” and dated from 2024-04 to 2024-06"; too common words are named.

    `gettext` says a sentence in the language of whoever asks; without it, it is English.
    """
    text = _said(node, gettext)
    common = unasked(node, languages)
    if common:
        said = gettext("%(words)s need not match (too common; put = before such a word to ask for it)")
        text += "; " + said % {"words": ", ".join(f"“{word}”" for word in common)}
    return text[0].upper() + text[1:] if text[0].isalpha() else text
