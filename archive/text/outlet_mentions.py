"""Promises where a text names news organisations, each resolved to one name: by the archive's own outlets and their
aliases, by general knowledge, by the form of the name, or by initials and short forms that the text itself explains.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from archive.text.keys import name_key as _name_key
from archive.text.names import initials
from archive.text.outlet_names import bare, is_ambiguous, known_outlet, looks_like_outlet
from archive.text.word_lists import words as words_of

How = Literal["alias", "known", "form", "initials", "short"]

# Texts name the same few names over and over.
name_key = lru_cache(maxsize=50_000)(_name_key)

_WORD = re.compile(r"[^\W_][\w]*(?:[’'&./-][\w]+)*")
_LONGEST = 6


@lru_cache(maxsize=50_000)
def _bare_key(name: str) -> str:
    return _name_key(bare(name))


@lru_cache(maxsize=50_000)
def _without_archive(name: str) -> tuple[str, How] | None:
    """Return the name and how it was found, of an outlet that general knowledge or the form of the name gives."""
    canonical = known_outlet(name)
    if canonical is not None:
        if not name.startswith("The ") or len(canonical.split()) > 2:
            canonical = bare(canonical)
        return canonical, "known"
    return (bare(name), "form") if looks_like_outlet(name) else None


@dataclass(frozen=True, slots=True)
class KnownOutlet:
    """An outlet that the archive knows: its slug, its name, and every other name it goes by."""

    slug: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutletMention:
    """One mention [start, end): the name it resolves to, the slug of a known outlet or None, and how it was resolved.

    `certain` is False for names that are also ordinary words; the words around must then say that it is an outlet.
    """

    start: int
    end: int
    name: str
    slug: str | None
    how: How
    certain: bool = True


def known_names(outlets: Iterable[KnownOutlet]) -> dict[str, KnownOutlet]:
    """Return every name and alias of the outlets under its key, with and without a leading article."""
    known: dict[str, KnownOutlet] = {}
    for outlet in outlets:
        for name in (outlet.name, *outlet.aliases):
            known.setdefault(name_key(name), outlet)
            known.setdefault(name_key(bare(name)), outlet)
    return known


@dataclass(slots=True)
class OutletLookup:
    """Resolves names of outlets for one article; `own` are the names of the outlet whose article it is."""

    known: Mapping[str, KnownOutlet] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    short: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, outlets: Iterable[KnownOutlet] | Mapping[str, KnownOutlet] = (), own: Iterable[str] = ()
    ) -> OutletLookup:
        """Return a lookup over the archive's `outlets` (or the `known_names` of them) for an article whose outlet goes
        by the names `own`."""
        known = outlets if isinstance(outlets, Mapping) else known_names(outlets)
        return cls(known, frozenset(name_key(bare(n)) for n in own if n))

    def resolve(self, name: str) -> tuple[str, str | None, How] | None:
        """Return (name, slug, how) of the outlet that `name` stands for, or None."""
        key = _bare_key(name)
        if self.known:
            outlet = self.known.get(name_key(name)) or self.known.get(key)
            if outlet is not None:
                return outlet.name, outlet.slug, "alias"
        if key in self.short:
            full, slug = self.short[key]
            return full, slug, "short"
        found = _without_archive(name)
        if found is not None and self.known:
            outlet = self.known.get(name_key(found[0])) or self.known.get(_bare_key(found[0]))
            if outlet is not None:
                return outlet.name, outlet.slug, "alias"
        return (found[0], None, found[1]) if found is not None else None

    def is_own(self, name: str) -> bool:
        """Return whether `name` is the article's own outlet, under its full name or a part of it."""
        key = name_key(bare(name))
        return any(
            key == own or own.startswith(key + " ") or key.startswith(own + " ") or own.endswith(" " + key)
            for own in self.own
        )

    def learn(self, text: str) -> None:
        """Remember the initials and the last words of the outlets that `text` names, for their later short forms."""
        for mention in find_outlets(text, self):
            if mention.how in ("short", "initials") or not mention.certain:
                continue
            words = bare(mention.name).split()
            letters = initials(bare(mention.name))
            if len(words) > 1:
                stands = len(letters) > 1 and letters in text and not known_outlet(letters)
                if stands and re.search(rf"\b{re.escape(letters)}\b", text):
                    self.short.setdefault(name_key(letters), (mention.name, mention.slug))
                self.short.setdefault("the " + name_key(words[-1]), (mention.name, mention.slug))


def find_outlets(text: str, lookup: OutletLookup) -> list[OutletMention]:
    """Return the mentions of news organisations in `text`, the longest name at each place, in order."""
    words = list(_WORD.finditer(text))
    found: list[OutletMention] = []
    i = 0
    while i < len(words):
        mention = None
        word = words[i][0]
        if word[0].isupper() or word[0].isdigit() or "." in word:
            mention = _mention_at(text, words, i, lookup)
        if mention is None and lookup.short and word.casefold() == "the":
            mention = _short_form(text, words, i, lookup)
        if mention is None:
            i += 1
            continue
        found.append(mention)
        while i < len(words) and words[i].start() < mention.end:
            i += 1
    return found


def _mention_at(text: str, words: list[re.Match[str]], i: int, lookup: OutletLookup) -> OutletMention | None:
    for n in range(_reach(text, words, i), 0, -1):
        last = words[i + n - 1]
        slice_ = text[words[i].start() : last.end()]
        if not _one_name(slice_) or not (last.group(0)[0].isupper() or last.group(0)[0].isdigit() or n == 1):
            continue
        name = _POSSESSIVE.sub("", slice_)
        if n == 1 and name.casefold() in _NO_NAMES:
            continue
        resolved = lookup.resolve(name)
        if resolved is None and "/" in name:
            resolved = next((r for part in name.split("/") if (r := lookup.resolve(part)) and r[2] != "form"), None)
        if resolved is None and "-" in name:
            resolved = next(
                (
                    r
                    for part in name.split("-")
                    if (r := lookup.resolve(part)) and r[2] != "form" and not is_ambiguous(part)
                ),
                None,
            )
        if resolved is None:
            continue
        canonical, slug, how = resolved
        if how == "form" and n > 1 and words[i].group(0) in _NOT_FIRST:
            continue
        certain = how in ("alias", "short") or not is_ambiguous(name)
        end = words[i].start() + len(name)
        return OutletMention(words[i].start(), end, canonical, slug, how, certain)
    return None


def _reach(text: str, words: list[re.Match[str]], i: int) -> int:
    """Return how many words from `i` on can be one name: capitalized ones and joiners, with blanks between."""
    n = reach = 1
    while n < _LONGEST and i + n < len(words):
        gap = text[words[i + n - 1].end() : words[i + n].start()]
        word = words[i + n].group(0)
        if gap not in (" ", "\u00a0", " & ", ". ", "/") or (word[0].islower() and word not in _JOINING):
            break
        n += 1
        if not word[0].islower():
            reach = n
    return reach


_POSSESSIVE = re.compile(r"[’']s?$")
_NO_NAMES = words_of("the news post times today press daily mail express")
_NOT_IN_NAMES = re.compile(r"[^\w\s.’'&/-]|\n|\.\s")
_DOTTED = re.compile(r"(?:[A-Z]\.)+")
_JOINING = words_of("of the and for de la le du del der des y et und")
_NOT_FIRST = words_of(
    """In On At By For From With And But As When While After Before Since According Per Sunday Monday Tuesday
    Wednesday Thursday Friday Saturday"""
) - {"Sunday"}


def _one_name(slice_: str) -> bool:
    return not _NOT_IN_NAMES.search(slice_) or bool(_DOTTED.fullmatch(slice_))


def _short_form(text: str, words: list[re.Match[str]], i: int, lookup: OutletLookup) -> OutletMention | None:
    """Return the mention "the Post" where the text has named "the Northport Post" before."""
    if i + 1 >= len(words):
        return None
    following = _POSSESSIVE.sub("", words[i + 1].group(0))
    if not following[0].isupper() or not text[words[i].end() : words[i + 1].start()].isspace():
        return None
    if (
        i + 2 < len(words)
        and words[i + 2].group(0)[0].isupper()
        and text[words[i + 1].end() : words[i + 2].start()] == " "
    ):
        return None
    short = lookup.short.get("the " + name_key(following))
    if short is None:
        return None
    return OutletMention(words[i + 1].start(), words[i + 1].start() + len(following), short[0], short[1], "short")
