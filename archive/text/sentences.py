"""Promises sentences with their place in the text, in any script, never across a line break.

The splitter knows the common abbreviations, initials and decimals, keeps a closing quotation mark with the sentence it
closes, and does not split inside brackets of a few words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from archive.text.word_lists import words

_ABBREVIATIONS = words(
    """mr mrs ms dr prof sen sens rep reps gov gen lt col sgt capt cmdr maj adm rev hon st jr sr vs etc inc corp ltd co
    no nos jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thurs fri sat sun ave blvd rd mt ft
    u.s u.k u.n e.g i.e a.m p.m d.c ph.d dept univ approx al op cit pp vol fig ed eds est min max tel ala ariz ark
    calif colo conn del fla ga ill ind kan ky la mass md mich minn miss mo mont neb nev okla ore pa tenn tex va vt
    wash wis wyo r d dem ind. z.b d.h bzw usw evtl nr hr fr sog m mme mlle mm sr sra srta dña ee.uu г гг им ул тыс
    млн млрд руб т.е т.д т.п проф акад гр"""
)
# How far a full stop's neighborhood is looked at: a look at the whole line would make long paragraphs quadratic.
AROUND = 80
_END = re.compile(r"[.!?…。！？؟۔।]+[\"'”’»“)\]¤]*(?=\s|$)|[。！？]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: `text` is the slice [start, end) of the whole text."""

    text: str
    start: int
    end: int


def split_sentences(text: str) -> list[Sentence]:
    """Return the sentences of `text` in order; headings and list lines without a full stop count as one each."""
    found: list[Sentence] = []
    offset = 0
    for line in text.split("\n"):
        start = 0
        for mark in _END.finditer(line):
            if mark.start() < start or not _ends_sentence(line, mark):
                continue
            _append(found, text, offset + start, offset + mark.end())
            start = mark.end()
        _append(found, text, offset + start, offset + len(line))
        offset += len(line) + 1
    return found


def _append(found: list[Sentence], text: str, start: int, end: int) -> None:
    while start < end and (text[start].isspace() or text[start] in "•*·\u200b\ufeff"):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        found.append(Sentence(text[start:end], start, end))


def _ends_sentence(line: str, mark: re.Match[str]) -> bool:
    """Return whether the punctuation at `mark` closes a sentence rather than an abbreviation or an ellipsis."""
    rest = line[mark.end() : mark.end() + AROUND].lstrip()
    if not rest:
        return True
    head = rest.lstrip("\"'“‘«„»([¿¡—–-¤ ")
    opener = head[:1] or rest[:1]
    if opener.islower():
        return False
    if mark.group(0)[0] == ".":
        word = re.search(r"[\w.]*\w$", line[max(0, mark.start() - AROUND) : mark.start()])
        token = word.group(0).casefold() if word else ""
        if token in _ABBREVIATIONS and not (
            token in {"u.s", "u.k", "u.n", "a.m", "p.m", "inc", "co", "etc"} and _starts(head)
        ):
            return False
        if len(token) == 1 and token.isalpha() and word is not None and word.group(0).isupper():
            return False
    return True


def _starts(head: str) -> bool:
    """Return whether `head` begins with a word that opens sentences rather than continues a name."""
    word = re.match(r"\w+", head)
    return bool(word) and word is not None and word.group(0) in _OPENERS


_OPENERS = words(
    """The A An He She It They We I In On At But And This That These Those Their His Her Its As After Before When While
    If For There Here Since With By From Now Then So Yet Meanwhile However Earlier Later"""
)
