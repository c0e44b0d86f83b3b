"""Did-you-mean and completions, from the words of what the reader may see.

The promise: a word is suggested only when an open current version holds it, and a corrected query only when it finds
something; both come from the engine's own contract, so no engine change can lose them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .analysis import forms
from .contract import SearchEngine
from .nodes import PROSE_FIELDS, TEXT, And, Node, Not, Or, Phrase, Word, conjunction, disjunction, to_string
from .types import SearchRequest

TRIED = 3


def did_you_mean(
    engine: SearchEngine, request: SearchRequest, asked: Callable[[Node], Node] = lambda node: node
) -> str:
    """Return the query with unknown words replaced by ones spelt alike, "" when that finds nothing either.

    `asked` says what a query is asked as.
    """
    corrected = _corrected(engine, request.query, request.hidden)
    if corrected is None:
        return ""
    bare = replace(request, query=asked(corrected), offset=0, limit=0, facets=(), histogram=False, fold_copies=False)
    return to_string(corrected) if engine.search(bare).total else ""


def _corrected(engine: SearchEngine, node: Node, hidden: frozenset[int]) -> Node | None:
    """Return the tree with its unknown words replaced, None when none could be."""
    match node:
        case Word() if node.field == TEXT or node.field in PROSE_FIELDS:
            text = _respelt(engine, node.text, hidden)
            return None if text is None else replace(node, text=text)
        case Phrase() if (node.field == TEXT or node.field in PROSE_FIELDS) and not node.exact:
            text = _respelt(engine, node.text, hidden)
            return None if text is None else replace(node, text=text)
        case And() | Or():
            children = [_corrected(engine, child, hidden) for child in node.children]
            if all(child is None for child in children):
                return None
            kept = [new or old for new, old in zip(children, node.children, strict=True)]
            return conjunction(kept) if isinstance(node, And) else disjunction(kept)
        case Not():
            return None
    return None


def _respelt(engine: SearchEngine, text: str, hidden: frozenset[int]) -> str | None:
    words = []
    changed = False
    for word in text.split():
        found = forms(word)
        if len(found) == 1 and len(found[0]) > 2 and not engine.count_form(found[0], hidden):
            similar = engine.similar_forms(found[0], hidden, TRIED)
            if similar:
                words.append(similar[0][0])
                changed = True
                continue
        words.append(word)
    return " ".join(words) if changed else None


def completions(engine: SearchEngine, text: str, hidden: frozenset[int], limit: int = 8) -> list[str]:
    """Return queries that go on from what was typed: its last word completed, commonest first."""
    head, _, last = text.rpartition(" ")
    found = forms(last)
    if len(found) != 1 or len(found[0]) < 2 or not last[-1:].isalnum():
        return []
    typed = last[: len(last) - len(found[0])] if last.lower().endswith(found[0]) else ""
    if typed and typed[-1].isalnum():
        typed = ""
    words = [word for word, _ in engine.complete(found[0], hidden, limit)]
    return [f"{head} {typed}{word}".strip() for word in words]
