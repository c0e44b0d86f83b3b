"""The query language: from what a person typed to the project's own tree.

The promise: no operator is dropped in silence. What can't be read raises QueryError, which names the place in the
string and how to mend it; what was read can be printed back (`nodes.to_string`) and said in words (`reading`).
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import date

from . import dates
from .analysis import forms
from .nodes import (
    CODE_FIELDS,
    NAME_FIELDS,
    PROSE_FIELDS,
    TEXT,
    And,
    Dates,
    Everything,
    Fuzzy,
    Node,
    Not,
    Pattern,
    Phrase,
    VersionsNode,
    Word,
    conjunction,
    disjunction,
    walk,
)

LONGEST = 2000
MOST_TERMS = 120
DEEPEST = 20
WIDEST_SLOP = 50

DATE_FIELDS = ("date", "before", "after")
FIELDS = (*PROSE_FIELDS, *NAME_FIELDS, *CODE_FIELDS, *DATE_FIELDS, "versions")
ALIASES = {
    "title": "headline",
    "byline": "by",
    "author": "by",
    "organisation": "org",
    "organization": "org",
    "language": "lang",
    "topic": "tag",
}
CHANGES = (
    "headline", "number", "date", "name", "quote-added", "quote-removed", "quote-changed", "attribution",
    "paragraph-added", "paragraph-removed", "paragraph-moved", "correction-note", "caption", "wording", "trivial",
    "silent",
)  # fmt: skip
KINDS = ("original", "update", "correction", "kill", "reinstatement", "revert")
OPENING = '"“„«”»'
CLOSING = '"”“»«'
FIELD = re.compile(r"([^\W\d_]+):(?!//)")
MARKS = "!#$%&'+,-./:;<=>@[\\]^_`{|}’‘‚‹›…–—·•¿¡"
LEADING_MARKS = set(MARKS) - set("-=")
OPERATORS = ("AND", "OR", "NOT")


class QueryError(ValueError):
    """A query that can't be read: what is wrong, where (position and length in the string), and the mend."""

    def __init__(self, problem: str, mend: str, position: int, length: int = 1) -> None:
        super().__init__(f"{problem} (at character {position + 1}): {mend}")
        self.problem = problem
        self.mend = mend
        self.position = position
        self.length = length


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the string: open, close, field, exact, minus, operator, quote or word."""

    kind: str
    text: str
    position: int
    length: int
    slop: str | None = None


def _ends_a_word(text: str, found: re.Match[str]) -> bool:
    """Say whether what looks like a field is only a word before a colon, as in "Kyiv: talks resume"."""
    name, end = found[1].lower(), found.end()
    return ALIASES.get(name, name) not in FIELDS and (end == len(text) or text[end].isspace() or text[end] == ")")


def _follows_a_field(found: list[Token], at: int) -> bool:
    return bool(found) and found[-1].kind == "field" and found[-1].position + found[-1].length == at


def _read_quote(text: str, start: int) -> tuple[Token, int]:
    found, at = [], start + 1
    while at < len(text):
        letter = text[at]
        if letter == "\\" and at + 1 < len(text):
            found.append(text[at + 1])
            at += 2
            continue
        if letter in CLOSING:
            tail = re.compile(r"~(\w*)").match(text, at + 1)
            end = tail.end() if tail else at + 1
            return Token("quote", "".join(found), start, end - start, tail[1] if tail else None), end
        found.append(letter)
        at += 1
    raise QueryError("The quotation mark is never closed", 'add " where the phrase ends', start, len(text) - start)


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(text):
        letter = text[at]
        after_space = at == 0 or text[at - 1].isspace() or text[at - 1] == "("
        if letter.isspace():
            at += 1
        elif letter in "()":
            found.append(Token("open" if letter == "(" else "close", letter, at, 1))
            at += 1
        elif letter in OPENING:
            token, at = _read_quote(text, at)
            found.append(token)
        elif letter in "-−" and after_space and at + 1 < len(text) and not text[at + 1].isspace():
            found.append(Token("minus", letter, at, 1))
            at += 1
        elif letter in LEADING_MARKS and not _follows_a_field(found, at):
            at += 1
        elif letter == "=":
            found.append(Token("exact", letter, at, 1))
            at += 1
        elif (field := FIELD.match(text, at)) and not _ends_a_word(text, field):
            found.append(Token("field", field[1], at, field.end() - at))
            at = field.end()
        else:
            end = at
            while end < len(text) and not text[end].isspace() and text[end] not in "()" and text[end] not in OPENING:
                end += 1
            word = text[at:end]
            found.append(Token("operator" if word in OPERATORS else "word", word, at, end - at))
            at = end
    return found


class _Parser:
    """Recursive descent over the tokens: Or of And of (Not) terms; AND binds tighter than OR."""

    def __init__(self, text: str, today: date) -> None:
        self.text = text
        self.today = today
        self.tokens = _tokens(text)
        self.at = 0
        self.depth = 0

    def peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def parse(self) -> Node:
        if not self.tokens:
            return Everything()
        node = self.any_of(TEXT)
        if (token := self.peek()) is not None:
            raise QueryError("This parenthesis closes nothing", "remove it, or open one before", token.position)
        return Everything() if node is None else node

    def is_operator(self, name: str) -> bool:
        token = self.peek()
        return token is not None and token.kind == "operator" and token.text == name

    def any_of(self, field: str) -> Node | None:
        first = self.peek()
        children = [self.all_of(field)]
        while self.is_operator("OR"):
            operator = self.take()
            children.append(self.all_of(field))
            if children[-1] is None or children[-2] is None:
                raise _dangling(operator)
        if first is not None and first.kind == "operator" and first.text != "NOT":
            raise _dangling(first)
        kept = [child for child in children if child is not None]
        return disjunction(kept) if kept else None

    def all_of(self, field: str) -> Node | None:
        children: list[Node] = []
        pending: Token | None = None
        while (token := self.peek()) is not None and token.kind != "close":
            if self.is_operator("OR"):
                break
            if self.is_operator("AND"):
                if not children or pending:
                    raise _dangling(token)
                pending = self.take()
                continue
            child = self.term(field)
            if child is not None:
                children.append(child)
                pending = None
        if pending:
            raise _dangling(pending)
        return conjunction(children) if children else None

    def term(self, field: str) -> Node | None:
        token = self.peek()
        assert token is not None
        if token.kind == "minus" or (token.kind == "operator" and token.text == "NOT"):
            self.take()
            following = self.peek()
            if following is None or following.kind == "close" or following.text in ("AND", "OR"):
                raise QueryError(f"“{token.text}” has nothing to leave out", "put a word after it", token.position)
            child = self.term(field)
            if child is None:
                raise QueryError(f"“{token.text}” has nothing to leave out", "put a word after it", token.position)
            return child.child if isinstance(child, Not) else Not(child)
        if token.kind == "open":
            return self.group(field)
        if token.kind == "field":
            return self.fielded(field)
        return self.plain(field)

    def group(self, field: str) -> Node | None:
        opening = self.take()
        self.depth += 1
        if self.depth > DEEPEST:
            raise QueryError("The parentheses are nested too deeply", f"use at most {DEEPEST} levels", opening.position)
        node = self.any_of(field)
        closing = self.peek()
        if closing is None:
            raise QueryError("This parenthesis is never closed", "add ) where the group ends", opening.position)
        self.take()
        self.depth -= 1
        if node is None:
            raise QueryError("The parentheses hold no words", "put words into them or remove them", opening.position, 2)
        return node

    def fielded(self, outer: str) -> Node | None:
        token = self.take()
        name = ALIASES.get(token.text.lower(), token.text.lower())
        if name not in FIELDS:
            close = difflib.get_close_matches(name, FIELDS, 1)
            raise QueryError(
                f"There is no field “{token.text}:”",
                f"did you mean {close[0]}: ?; quote it to search for it as text"
                if close
                else f"the fields are {', '.join(FIELDS)}; quote it to search for it as text",
                token.position,
                token.length,
            )
        if outer:
            raise QueryError(
                f"“{name}:” stands inside {outer}:", f"close {outer}:( … ) before it", token.position, token.length
            )
        following = self.peek()
        glued = following is not None and following.position == token.position + token.length
        if following is None or following.kind in ("close", "operator", "minus") or not glued:
            raise QueryError(
                f"“{name}:” has nothing to look for",
                f"write a value right after the colon, {name}:value",
                token.position,
                token.length,
            )
        if name in DATE_FIELDS or name in CODE_FIELDS or name == "versions":
            return self.valued(name)
        if following.kind == "open":
            return self.group(name)
        return self.plain(name)

    def valued(self, name: str) -> Node:
        token = self.take()
        if token.kind not in ("word", "quote"):
            raise QueryError(f"“{name}:” takes one value", f"write {name}:value", token.position, token.length)
        value = " ".join(token.text.split())
        if name in DATE_FIELDS:
            value = value.lower()
            try:
                dates.resolve(value, name, self.today)
            except ValueError as error:
                raise QueryError(f"“{name}:” was not understood", str(error), token.position, token.length) from None
            return Dates(value, name)
        if name == "versions":
            if value not in ("all", "current"):
                raise QueryError("“versions:” is all or current", "write versions:all", token.position, token.length)
            return VersionsNode(value)
        value = value.casefold()
        if name == "kind" and value not in KINDS:
            raise QueryError(
                f"There is no kind “{value}”", f"the kinds are {', '.join(KINDS)}", token.position, token.length
            )
        value = value.replace("_", "-") if name == "change" else value
        if name == "change" and value not in CHANGES:
            raise QueryError(
                f"There is no change “{value}”", f"the changes are {', '.join(CHANGES)}", token.position, token.length
            )
        if name == "story" and not (value.isascii() and value.isdecimal()):
            raise QueryError("“story:” takes a story's number", "write story:12", token.position, token.length)
        if not re.fullmatch(r"[a-z0-9-]+", value):
            raise QueryError(f"“{name}:” takes one plain word", f"write {name}:value", token.position, token.length)
        return Word(value, name)

    def plain(self, field: str) -> Node | None:
        token = self.take()
        exact = token.kind == "exact"
        if exact:
            following = self.peek()
            if following is None or following.kind not in ("word", "quote"):
                raise QueryError("“=” stands alone", "put the exact word right after it, =word", token.position)
            token = self.take()
        if token.kind == "quote":
            return self.phrase(token, field, exact)
        return self.word(token, field, exact)

    def phrase(self, token: Token, field: str, exact: bool) -> Node | None:
        text = " ".join(token.text.split())
        if not has_letters(text):
            raise QueryError(
                "The quotation marks hold no words", "put words between them", token.position, token.length
            )
        if exact and field not in NAME_FIELDS:
            raise QueryError(
                "“=” goes with one word, or with a whole name",
                "put = before each word, or use it with tag:, outlet:, by:, person:, place:, org:, source:",
                token.position,
                token.length,
            )
        slop = 0
        if token.slop is not None:
            near = len(forms(text))
            if not (token.slop.isascii() and token.slop.isdecimal() and 1 <= int(token.slop) <= WIDEST_SLOP):
                raise QueryError(
                    "“~” after a phrase takes a number of words",
                    f"write “~5” (1 to {WIDEST_SLOP})",
                    token.position,
                    token.length,
                )
            if field in NAME_FIELDS:
                raise QueryError(f"“~” does not go with {field}:", "leave it out", token.position, token.length)
            if near != 2:
                raise QueryError(
                    "Nearness works for two words", "name two, or join more with AND", token.position, token.length
                )
            slop = int(token.slop)
        return Phrase(text, field, slop, exact)

    def word(self, token: Token, field: str, exact: bool) -> Node | None:
        text = token.text
        if text[0] in "-−" and has_letters(text):
            raise QueryError(
                "“-” goes before the whole term", "put it first, after a space, as in -headline:word", token.position
            )
        if not has_letters(text):
            if set(text) & set("*?~"):
                raise QueryError(
                    f"“{text}” names no letters",
                    "write at least two letters with it, as in econ*",
                    token.position,
                    token.length,
                )
            if field or exact:
                raise QueryError("There is no word here", "write a word after it", token.position, token.length)
            return None
        if "~" in text:
            return self.fuzzy(token, field, exact)
        if "*" in text or "?" in text:
            return self.pattern(token, field, exact)
        return Word(text.rstrip(MARKS), field, exact)

    def fuzzy(self, token: Token, field: str, exact: bool) -> Node:
        word, _, distance = token.text.partition("~")
        if distance not in ("", "1", "2") or exact or set(word) & set("*?") or not is_one_word(word):
            raise QueryError(
                "“~” takes one plain word and 1 or 2", "write word~1 or word~2", token.position, token.length
            )
        return Fuzzy(word, field, int(distance or 1))

    def pattern(self, token: Token, field: str, exact: bool) -> Node:
        text = re.sub(r"\*+", "*", token.text)
        letters = re.sub(r"[*?]", "", text)
        if exact:
            raise QueryError("“=” does not go with * or ?", "leave one of them out", token.position, token.length)
        if len(letters) < 2:
            raise QueryError(
                "The pattern names too few letters", "write at least two, as in ec*", token.position, token.length
            )
        if not is_one_word(letters):
            raise QueryError("A pattern is one word", "leave out its punctuation", token.position, token.length)
        return Pattern(text, field)


def has_letters(text: str) -> bool:
    """Say whether the text holds a letter or a digit at all."""
    return any(letter.isalnum() for letter in text)


def is_one_word(text: str) -> bool:
    """Say whether the text is letters and digits only."""
    return bool(text) and text.isalnum()


def _dangling(token: Token) -> QueryError:
    return QueryError(
        f"“{token.text}” needs words on both sides",
        f"add a word, or write “{token.text.lower()}” in small letters to search for it",
        token.position,
        token.length,
    )


def parse(text: str, today: date) -> Node:
    """Return the tree of a query; raise QueryError with the place and the mend when it can't be read."""
    if len(text) > LONGEST:
        raise QueryError("The query is too long", f"use at most {LONGEST} characters", LONGEST, len(text) - LONGEST)
    node = _Parser(text, today).parse()
    below = walk(node)
    if len([n for n in below if isinstance(n, Word | Phrase | Pattern | Fuzzy)]) > MOST_TERMS:
        raise QueryError("The query has too many words", f"use at most {MOST_TERMS}", 0, len(text))
    top = node.children if isinstance(node, And) else (node,)
    said = [n for n in below if isinstance(n, VersionsNode)]
    if len(said) > 1 or any(n not in top for n in said):
        at = text.find("versions:")
        raise QueryError(
            "“versions:” holds for the whole query", "write it once, outside OR, NOT and ( )", max(at, 0), 9
        )
    return node


def parse_words(text: str) -> Node:
    """Return the tree that any of the words matches; nothing is an operator here, AND and OR are words."""
    words = [Word(word) for word in dict.fromkeys(re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text))]
    return disjunction(list(words)) if words else Everything()


def any_words(node: Node) -> Node | None:
    """Return the tree in which any of the plain words may match instead of all; None where that is no change.

    Fields, dates, patterns and exclusions keep having to match.
    """
    if not isinstance(node, And):
        return None
    loose: list[Node] = [n for n in node.children if isinstance(n, Word | Phrase) and n.field == TEXT]
    if len(loose) < 2:
        return None
    kept = [n for n in node.children if n not in loose]
    return conjunction([*kept, disjunction(loose)])


def without_versions(node: Node) -> Node:
    """Return the tree without its word on which versions are searched."""
    if isinstance(node, VersionsNode):
        return Everything()
    if isinstance(node, And):
        kept: list[Node] = [child for child in node.children if not isinstance(child, VersionsNode)]
        return conjunction(kept)
    return node


def toggled(node: Node, part: Node) -> Node:
    """Return the tree narrowed by one more part, or without that part when the tree has it already."""
    if isinstance(node, Everything):
        return part
    children: list[Node] = [*node.children] if isinstance(node, And) else [node]
    if part in children:
        children.remove(part)
        return conjunction(children) if children else Everything()
    return conjunction([*children, part])


def has_part(node: Node, part: Node) -> bool:
    """Say whether the tree is narrowed by that part."""
    return part in (node.children if isinstance(node, And) else (node,))


def which_versions(node: Node) -> str:
    """Return "all" when the query asks for every version, else "current"."""
    return next((n.which for n in walk(node) if isinstance(n, VersionsNode)), "current")


__all__ = ["QueryError", "any_words", "parse", "parse_words", "which_versions"]
