"""From the query tree to what an engine looks up: terms, patterns, names, codes and stretches of time.

The promise: both engines compile this plan and nothing else, so what a word means (stems for each language held, stop
words, names) is decided once. A plan is pure data and knows no engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from . import dates
from .analysis import analyze, fold, forms, is_stop_word, name_query, stemming_language
from .nodes import (
    CODE_FIELDS,
    NAME_FIELDS,
    TEXT,
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


@dataclass(frozen=True, slots=True)
class Stems:
    """A version that holds at least one of the stems in a zone ("" is headline, standfirst and body together)."""

    zone: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A version that holds this very form in a zone."""

    zone: str
    form: str


@dataclass(frozen=True, slots=True)
class FormPattern:
    """A version that holds a form matching the pattern (`*`, `?`) in a zone."""

    zone: str
    pattern: str


@dataclass(frozen=True, slots=True)
class FormFuzzy:
    """A version that holds a form within the distance in a zone."""

    zone: str
    form: str
    distance: int


@dataclass(frozen=True, slots=True)
class Run:
    """A version that holds one of the runs of stems in a zone; with `slop` two stems near each other, in any order."""

    zone: str
    runs: tuple[tuple[str, ...], ...]
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Names:
    """A version filed under all the terms in a field of names."""

    field: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A version with a word in a field of names that matches the pattern."""

    field: str
    pattern: str


@dataclass(frozen=True, slots=True)
class NameFuzzy:
    """A version with a word in a field of names within the distance."""

    field: str
    form: str
    distance: int


@dataclass(frozen=True, slots=True)
class Code:
    """A version that carries one of the values in a field of codes."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dated:
    """A version whose article is dated within; None leaves a side open, `until` is exclusive."""

    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Undated:
    """A version whose article has no date."""


@dataclass(frozen=True, slots=True)
class Every:
    """Every version."""


@dataclass(frozen=True, slots=True)
class Without:
    """Every version that the plan below does not match."""

    child: Plan


@dataclass(frozen=True, slots=True)
class AllOf:
    """What every plan below matches."""

    children: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """What at least one plan below matches."""

    children: tuple[Plan, ...]


Plan = (
    Stems | Form | FormPattern | FormFuzzy | Run | Names | NamePattern | NameFuzzy | Code | Dated | Undated | Every
    | Without | AllOf | AnyOf
)  # fmt: skip


def all_of(children: list[Plan]) -> Plan:
    """Return the plan that all children must match."""
    kept = [child for child in children if not isinstance(child, Every)]
    if not kept:
        return Every()
    return kept[0] if len(kept) == 1 else AllOf(tuple(kept))


class Planner:
    """Compiles a tree for the languages that an index holds, on a given day."""

    def __init__(self, languages: Sequence[str], today: date) -> None:
        held = {stemming_language(language) for language in languages}
        self.languages = tuple(sorted(held)) or ("",)
        self.today = today

    def plan(self, node: Node) -> Plan:
        """Return the plan of a tree."""
        match node:
            case Everything() | VersionsNode():
                return Every()
            case Not():
                return Without(self.plan(node.child))
            case And():
                optional = stop_words(node, self.languages)
                return all_of([self.plan(child) for child in node.children if child not in optional])
            case Or():
                optional = stop_words(node, self.languages)
                return AnyOf(tuple(self.plan(child) for child in node.children if child not in optional))
            case Dates():
                span = dates.resolve(node.text, node.side, self.today)
                return Undated() if span is None else Dated(span.since, span.until)
            case Word() if node.field in CODE_FIELDS:
                return Code(node.field, (node.text,))
            case Word() | Phrase() if node.field in NAME_FIELDS:
                return Names(node.field, name_query(node.text, node.exact))
            case Word():
                return self._word(node)
            case Phrase():
                return self._run(node.text, node.field, node.slop)
            case Pattern():
                pattern = folded_pattern(node.text)
                return (
                    NamePattern(node.field, pattern) if node.field in NAME_FIELDS else FormPattern(node.field, pattern)
                )
            case Fuzzy():
                form = fold(node.text)
                if node.field in NAME_FIELDS:
                    return NameFuzzy(node.field, form, node.distance)
                return FormFuzzy(node.field, form, node.distance)
        raise TypeError(f"no plan for {node!r}")

    def _word(self, node: Word) -> Plan:
        if not node.exact:
            return self._run(node.text, node.field, 0)
        found: list[Plan] = [Form(node.field, form) for form in forms(node.text)]
        if len(found) > 1:
            found.append(self._run(node.text, node.field, 0))
        return all_of(found)

    def _run(self, text: str, zone: str, slop: int) -> Plan:
        runs = dict.fromkeys(tuple(stem for _, stem in analyze(text, language)) for language in self.languages)
        longest = max(len(run) for run in runs)
        if longest == 0:
            return Every()
        if longest == 1:
            return Stems(zone, tuple(run[0] for run in runs))
        if not slop:
            return Run(zone, tuple(runs))
        # Two forms of one word are near each other wherever it stands.
        same = tuple(run[0] for run in runs if len(set(run)) == 1)
        apart = tuple(run for run in runs if len(set(run)) > 1)
        found: list[Plan] = [Stems(zone, same)] if same else []
        if apart:
            found.append(Run(zone, apart, slop))
        return found[0] if len(found) == 1 else AnyOf(tuple(found))


def folded_pattern(text: str) -> str:
    """Return a pattern with its letters folded as forms are; `*` and `?` stay."""
    found, piece = [], ""
    for letter in text:
        if letter in "*?":
            found += [fold(piece) if piece else "", letter]
            piece = ""
        else:
            piece += letter
    return "".join([*found, fold(piece) if piece else ""])


def stop_words(node: And | Or, languages: Sequence[str]) -> tuple[Word, ...]:
    """Return the bare words that need not match: stop words in every language held, beside words that are not.

    A list made of stop words alone keeps them all.
    """
    bare = [n for n in node.children if isinstance(n, Word) and n.field == TEXT and not n.exact]
    common = [n for n in bare if all(is_stop_word(fold(n.text), language) for language in languages)]
    if isinstance(node, Or) and len(bare) < len(node.children):
        return ()
    if len(common) == len(bare) and not any(isinstance(n, Phrase | Pattern | Fuzzy) for n in node.children):
        return ()
    return tuple(common)


def unasked(node: Node, languages: Sequence[str]) -> tuple[str, ...]:
    """Return the words of a query that need not match because they are too common."""
    held = tuple({stemming_language(language) for language in languages}) or ("",)
    if isinstance(node, And | Or):
        below = [word for child in node.children for word in unasked(child, languages)]
        return tuple(dict.fromkeys([word.text for word in stop_words(node, held)] + below))
    return unasked(node.child, languages) if isinstance(node, Not) else ()
