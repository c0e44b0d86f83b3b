"""The linear scan that engines are held to: it reads every document and applies the definitions, nothing else.

It shares the analysis of words with the engines, but neither their plan nor their ways of looking things up.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable

from archive.search import SearchRequest, dates
from archive.search.analysis import analyze, fold, forms, is_stop_word, stemming_language
from archive.search.nodes import (
    CODE_FIELDS,
    NAME_FIELDS,
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
    walk,
)
from archive.search.types import Document


def edits(left: str, right: str) -> int:
    """Return the optimal string alignment distance: insertions, deletions, changes, swapped neighbours."""
    rows = [[max(i, j) if not min(i, j) else 0 for j in range(len(right) + 1)] for i in range(len(left) + 1)]
    for i, j in itertools.product(range(1, len(left) + 1), range(1, len(right) + 1)):
        change = left[i - 1] != right[j - 1]
        rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + change)
        if i > 1 and j > 1 and left[i - 1] == right[j - 2] and left[i - 2] == right[j - 1]:
            rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


class Scan:
    """All documents in a list, searched one by one."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.documents = list(documents)
        self.languages = {stemming_language(document.language) for document in self.documents}

    def matching(self, request: SearchRequest) -> list[Document]:
        """Return the documents that a request matches."""
        every = any(isinstance(n, VersionsNode) and n.which == "all" for n in walk(request.query))
        found = []
        for document in self.documents:
            hidden = document.article in request.hidden or (document.restricted and not request.include_restricted)
            hidden = hidden or (request.only is not None and document.article not in request.only)
            late = request.captured_until is not None and document.captured > request.captured_until
            if hidden or late or not (document.current or every):
                continue
            if self.matches(request.query, document, request):
                found.append(document)
        return found

    def matches(self, node: Node, document: Document, request: SearchRequest) -> bool:
        """Say whether a document matches a tree."""
        match node:
            case Everything() | VersionsNode():
                return True
            case Not():
                return not self.matches(node.child, document, request)
            case And():
                asked = [n for n in node.children if n not in self.unasked(node)]
                return all(self.matches(child, document, request) for child in asked)
            case Or():
                asked = [n for n in node.children if n not in self.unasked(node)]
                return any(self.matches(child, document, request) for child in asked)
            case Dates():
                span = dates.resolve(node.text, node.side, request.today)
                if span is None or document.published is None:
                    return span is None and document.published is None
                return (span.since is None or document.published >= span.since) and (
                    span.until is None or document.published < span.until
                )
            case Word() if node.field in CODE_FIELDS:
                return node.text in codes(document, node.field)
        if node.field in NAME_FIELDS:
            return any(self.name_matches(node, forms(name)) for name in names(document, node.field))
        return any(self.text_matches(node, text, document.language) for text in texts(document, node.field))

    def unasked(self, node: And | Or) -> list[Node]:
        """Return the stop words that a list does not insist on."""
        bare = [n for n in node.children if isinstance(n, Word) and not n.field and not n.exact]
        common = [n for n in bare if all(is_stop_word(fold(n.text), language) for language in self.languages)]
        if isinstance(node, Or) and len(bare) < len(node.children):
            return []
        if len(common) == len(bare) and not any(isinstance(n, Phrase | Pattern | Fuzzy) for n in node.children):
            return []
        return common

    def name_matches(self, node: Node, name: list[str]) -> bool:
        """Say whether a name, as forms, matches: any run of its words, or all of it."""
        match node:
            case Word() | Phrase():
                wanted = forms(node.text)
                if node.exact:
                    return wanted == name
                return any(name[at : at + len(wanted)] == wanted for at in range(len(name)))
            case Pattern():
                return any(glob(node.text).fullmatch(form) for form in name)
            case Fuzzy():
                return any(edits(fold(node.text), form) <= node.distance for form in name)
        raise TypeError(node)

    def text_matches(self, node: Node, text: str, language: str) -> bool:
        """Say whether one text matches."""
        held = analyze(text, language)
        match node:
            case Pattern():
                return any(glob(node.text).fullmatch(form) for form, _ in held)
            case Fuzzy():
                return any(edits(fold(node.text), form) <= node.distance for form, _ in held)
            case Word(exact=True):
                found = forms(node.text)
                if not set(found) <= {form for form, _ in held}:
                    return False
        wanted = [stem for _, stem in analyze(node.text, language)]
        stems = [stem for _, stem in held]
        if isinstance(node, Phrase) and node.slop and len(wanted) > 1:
            return any(set(wanted) <= set(stems[at : at + 2 + node.slop]) for at in range(len(stems)))
        return any(stems[at : at + len(wanted)] == wanted for at in range(len(stems)))


def glob(pattern: str) -> re.Pattern[str]:
    """Return the regular expression of a pattern."""
    parts = re.split(r"([*?])", pattern)
    return re.compile("".join({"*": ".*", "?": "."}.get(part, re.escape(fold(part)) if part else "") for part in parts))


def codes(document: Document, field: str) -> set[str]:
    """Return the codes of a document."""
    language = document.language.lower()
    return {
        "lang": {language, language.split("-")[0]},
        "kind": {document.kind},
        "story": {str(document.story)} if document.story else set(),
        "change": set(document.changes),
    }[field]


def names(document: Document, field: str) -> tuple[str, ...]:
    """Return the names of a document in a field."""
    return {
        "by": (document.byline,),
        "outlet": (document.outlet_name, document.outlet),
        "tag": document.tags,
        "person": document.persons,
        "place": document.places,
        "org": document.orgs,
        "source": document.sources,
    }[field]


def texts(document: Document, field: str) -> tuple[str, ...]:
    """Return the texts of a document that a field looks into."""
    return {
        "": (document.headline, document.standfirst, document.body),
        "headline": (document.headline,),
        "standfirst": (document.standfirst,),
        "body": (document.body,),
        "quote": document.quotes,
    }[field]


def facet(documents: Iterable[Document], name: str) -> Counter[str]:
    """Return how many documents carry each value of a facet."""
    counts: Counter[str] = Counter()
    for document in documents:
        month = document.published.strftime("%Y-%m") if document.published else None
        values = {
            "outlet": [document.outlet],
            "tag": document.tags,
            "person": document.persons,
            "place": document.places,
            "org": document.orgs,
            "language": [document.language.split("-")[0]] if document.language else [],
            "month": [month] if month else [],
        }[name]
        counts.update(set(values))
    return counts
