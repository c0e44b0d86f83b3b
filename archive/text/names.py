"""Promises the names in a text (persons, places, organisations, news organisations) by their form alone.

Names are runs of capitalized words. A word that is only capitalized because a sentence starts with it is left out
unless the text also writes it so elsewhere. Scripts without capitals yield no names rather than wrong ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from archive.text.name_words import (
    CALENDAR,
    FUNCTION_WORDS,
    JOINERS,
    ORGANISATION_WORDS,
    PERSON_TITLES,
    PLACES,
)
from archive.text.outlet_names import is_ambiguous, looks_like_outlet
from archive.text.sentences import split_sentences

NameKind = Literal["person", "place", "organisation", "outlet", "name"]

_WORD = re.compile(r"[^\W\d_][\w]*(?:[’'&./-][\w]+)*|\d+(?:st|nd|rd|th)?")
_POSSESSIVE = re.compile(r"[’'](?:s|S)?$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.){1,4}")


@dataclass(frozen=True, slots=True)
class Name:
    """One mention of a name: the slice [start, end) of the text, and whether it opens a sentence."""

    text: str
    start: int
    end: int
    kind: NameKind = "name"
    opens_sentence: bool = False


def capitalized_runs(text: str) -> list[Name]:
    """Return the runs of capitalized words in `text`, without function words and bare sentence openers."""
    found: list[Name] = []
    inside: set[str] = set()
    openers: list[int] = []
    for sentence in split_sentences(text):
        for run in _runs(sentence.text):
            start, end = run[0] + sentence.start, run[1] + sentence.start
            opens = not sentence.text[: run[0]].strip(" \"'“‘«„([")
            name = Name(text[start:end], start, end, opens_sentence=opens)
            if opens and " " not in name.text:
                openers.append(len(found))
            else:
                inside.update(name.text.split())
            found.append(name)
    drop = {i for i in openers if found[i].text not in inside and not _is_name_by_form(found[i].text)}
    return [name for i, name in enumerate(found) if i not in drop]


def find_names(text: str) -> list[Name]:
    """Return the names in `text` with their kind, which is "name" where the form does not tell."""
    return [
        Name(name.text, name.start, name.end, classify(name.text, text[: name.start]), name.opens_sentence)
        for name in capitalized_runs(text)
    ]


def classify(name: str, before: str = "") -> NameKind:
    """Return the kind of `name` by its form; `before` is the text in front of it, which may hold a title."""
    words = name.split()
    last_before = before.rstrip().rsplit(None, 1)[-1:] if before.strip() else []
    if looks_like_outlet(name) and not is_ambiguous(name):
        return "outlet"
    if name in PLACES or name.removeprefix("the ").removeprefix("The ") in PLACES:
        return "place"
    if any(word.strip(".,").casefold() in ORGANISATION_WORDS for word in words):
        return "organisation"
    if words[0].rstrip(".").casefold() in PERSON_TITLES:
        return "person"
    if last_before and last_before[0].rstrip(".,").casefold() in PERSON_TITLES:
        return "person"
    if len(words) == 1 and len(name) > 1 and name.isupper():
        return "organisation"
    if 2 <= len(words) <= 4 and all(word[0].isupper() or word in JOINERS for word in words):
        return "person"
    return "name"


def initials(name: str) -> str:
    """Return the capital letters that `name` would be shortened to ("Northport Daily Times" -> "NDT")."""
    return "".join(word[0] for word in re.findall(r"[^\W\d_][\w’']*", name) if word[0].isupper() and word != "The")


def _is_name_by_form(word: str) -> bool:
    return (len(word) > 1 and word.isupper()) or any(c.isupper() for c in word[1:]) or word in PLACES


def _runs(sentence: str) -> list[tuple[int, int]]:
    """Return the [start, end) of the capitalized runs of one sentence."""
    runs: list[tuple[int, int]] = []
    start = end = -1
    pending = -1
    tokens = list(_WORD.finditer(sentence))
    for i, token in enumerate(tokens):
        word = token.group(0)
        plain = _POSSESSIVE.sub("", word)
        gap = sentence[end : token.start()] if start >= 0 else ""
        broken = start >= 0 and not _continues(gap, sentence[start:end])
        if broken:
            runs.append((start, end))
            start = pending = -1
        named = word[0].isupper() and plain.casefold() not in FUNCTION_WORDS and plain not in CALENDAR
        joins = word in JOINERS and start >= 0
        if named:
            if start < 0:
                start = token.start()
            end = token.start() + len(plain)
            pending = -1
            if plain != word:
                runs.append((start, end))
                start = -1
        elif joins and pending < 0 and i + 1 < len(tokens) and tokens[i + 1].group(0)[0].isupper():
            pending = token.start()
            end_of_join = token.end()
            if sentence[end : token.start()].strip() or not _joins_names(word):
                runs.append((start, end))
                start = pending = -1
            else:
                end = end_of_join
        elif word.isdigit() and start >= 0 and gap == " " and len(word) <= 2:
            end = token.end()
        elif start >= 0:
            runs.append((start, end))
            start = pending = -1
    if start >= 0:
        runs.append((start, end))
    return runs


def _joins_names(word: str) -> bool:
    return word in JOINERS


def _continues(gap: str, run: str) -> bool:
    """Return whether a run goes on over `gap`: a blank, or the full stop of an initial or a title."""
    if gap.strip() == "":
        return True
    last = run.rsplit(None, 1)[-1]
    return gap.strip() == "." and (len(last) == 1 or last.casefold() in PERSON_TITLES)
