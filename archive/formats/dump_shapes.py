"""What a line of a dump looks like by itself, whatever page it stands on; lines that come back are looked at once.

The menus and footers of a site are the same on each of its pages, so that short lines are remembered in the process that
reads them. Nothing of what stands around a line is in its shape.
"""

# ruff: noqa: E501 - tables of words

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.formats.dump_patterns import (
    CONTROL_WORDS,
    COUNTED_WORD,
    CREDITS,
    PICTURE,
    READ_MORE,
    SENTENCE_CLOSERS,
    SENTENCE_ENDS,
    WIDE,
    Spotter,
    word_set,
)
from archive.text.dates import FoundDate, find_dates
from archive.text.language import STOP_WORDS
from archive.text.normalize import key_of_words, words_of_lines

Matrix = NDArray[np.float64]
# The numbers of one line: `NAMES` is the order of a shape's `row`.
SIZE_NAMES = ("words", "chars", "sentence", "prose")
LOOK_NAMES = ("picture", "credit", "controls", "read_more", "dated")
TEXTURE_NAMES = (
    "titled",
    "digits",
    "commas",
    "quotes",
    "lower",
    "colon",
    "capitals",
    "signs",
    "word_length",
    "sentences",
    "question",
    "stop_share",
    "reply",
    "section",
)
NAMES = (*SIZE_NAMES, *LOOK_NAMES, *TEXTURE_NAMES)
_WORD, _CAPITAL, _JOINS, _WIDE = 1, 2, 64, 128
_CLASS_BITS = {"digits": 4, "commas": 8, "quotes": 16, "signs": 32}
_CLASSES = (
    (re.compile(r"\w"), _WORD),
    (re.compile(r"[A-ZÀ-ÞА-ЯІЇЄҐ]"), _CAPITAL),
    (re.compile(r"\d"), _CLASS_BITS["digits"]),
    (re.compile(r"[,;،、，]"), _CLASS_BITS["commas"]),
    (re.compile(r"[\"“”«»„]"), _CLASS_BITS["quotes"]),
    (re.compile(r"[|@#•·>»{}=\[\]]"), _CLASS_BITS["signs"]),
    (re.compile(r"['’\-]"), _JOINS),
    (WIDE, _WIDE),
)
_ADDRESSES = re.compile(r"https?:|www\.")
_SENTENCES = re.compile(r"[.!?…。！？]['\"”’»)]*(?:\s|$)")
_REPLIES = Spotter(
    re.compile(
        r"^(?:reply|report|like|share|flag|permalink|antworten|répondre|responder|\d+\s*(?:likes?|points?|replies))\b"
        r"|\b(?:ago|replied|says|said)\s*:?$|\b(?:minutes?|hours?|days?|weeks?|months?|years?) ago\b",
        re.IGNORECASE,
    ),
    word_set(
        "reply report like likes share flag permalink antworten repondre responder point points replies ago replied says "
        "said"
    ),
    ("like", "point", "repl"),
)
_SECTIONS = Spotter(
    re.compile(
        r"\b(?:related|recommended|most (?:read|popular|viewed)|trending|more (?:from|stories|on|news)|you (?:may|might)|read next|"
        r"up next|latest|popular|comments?|leave a reply|newsletter|sponsored|promoted|top stories|about the author|tags?|topics?|"
        r"share|next article|previous|mehr|auch interessant|lesen sie|à lire|sur le même|relacionad[ao]s|noticias|"
        r"читайте|также|также по теме|похожие|комментари\w+|yorum\w*|ilgili)\b",
        re.IGNORECASE,
    ),
    word_set(
        "related recommended most trending more you read up latest popular comment comments leave newsletter sponsored "
        "promoted top about tag tags topic topics share next previous mehr auch lesen a sur relacionadas relacionados "
        "noticias читайте также похожие"
    ),
    ("комментари", "yorum", "ilgili"),
)
_SPOTTERS = (CREDITS, CONTROL_WORDS, _REPLIES, _SECTIONS)
_SPOTTED_WORDS = frozenset().union(*(spotter.words for spotter in _SPOTTERS))
_SPOTTED_STEMS = tuple(dict.fromkeys(stem for spotter in _SPOTTERS for stem in spotter.stems))
_SPOTTED_SIGNS = tuple(dict.fromkeys(sign for spotter in _SPOTTERS for sign in spotter.signs))
# A printed date has a year and a day, or six figures in short.
_FIGURES_OF_A_DATE = 4
# Longer lines are text, which stands on one page only.
_REMEMBERED_LENGTH = 200
_REMEMBERED_LINES = 6_000


@dataclass(slots=True)
class Shape:
    """One line by itself. `tokens` are its folded words, `row` its numbers, `heavy` its words that carry a theme.

    `prose` says that it is a sentence of running text rather than a label, a title or a list entry.
    """

    words: int
    sentence: bool
    prose: bool
    key: str
    furniture_key: str
    tokens: list[str]
    picture: bool
    credit: bool
    read_more: bool
    controls: int
    dates: list[FoundDate]
    heavy: frozenset[str]
    row: Matrix


def count_words(text: str) -> int:
    """Return the number of words; scripts that write no spaces count two characters as one word."""
    count = len(COUNTED_WORD.findall(text))
    if not text.isascii():
        wide = len(WIDE.findall(text))
        if wide > len(text) // 3:
            return wide // 2 + 1
    return count


class _Remembered:
    """The shapes of short lines by language and text, the last ones that were asked for."""

    def __init__(self) -> None:
        self._recent: dict[tuple[str, str], Shape] = {}
        self._older: dict[tuple[str, str], Shape] = {}

    def get(self, key: tuple[str, str]) -> Shape | None:
        shape = self._recent.get(key)
        if shape is None and (shape := self._older.get(key)) is not None:
            self.keep(key, shape)
        return shape

    def keep(self, key: tuple[str, str], shape: Shape) -> None:
        if len(self._recent) >= _REMEMBERED_LINES:
            self._older, self._recent = self._recent, {}
        self._recent[key] = shape


_remembered = _Remembered()


def shapes_of(texts: Sequence[str], language: str = "") -> list[Shape]:
    """Return the shape of each cleaned line of a text in `language`; lines that are new are looked at in one go."""
    found: dict[str, Shape] = {}
    new: list[str] = []
    for text in dict.fromkeys(texts):
        shape = _remembered.get((language, text)) if len(text) <= _REMEMBERED_LENGTH else None
        if shape is None:
            new.append(text)
        else:
            found[text] = shape
    for text, shape in zip(new, _looked_at(new, language), strict=True):
        found[text] = shape
        if len(text) <= _REMEMBERED_LENGTH:
            _remembered.keep((language, text), shape)
    return [found[text] for text in texts]


def _looked_at(texts: Sequence[str], language: str) -> list[Shape]:
    if not texts:
        return []
    stop = STOP_WORDS.get(language.split("-")[0], frozenset())
    tokens_of = words_of_lines(texts)
    keys = ["".join(tokens) for tokens in tokens_of]
    signs = _signs_in(texts)
    counts, figures = _counted_words(texts, signs), signs["digits"].tolist()
    spotted = _spotted(texts, tokens_of, keys)
    shapes: list[Shape] = []
    replies: list[bool] = []
    sections: list[bool] = []
    for i, (text, tokens, key) in enumerate(zip(texts, tokens_of, keys, strict=True)):
        count, length = counts[i], len(text)
        sentence = text.rstrip(SENTENCE_CLOSERS)[-1:] in SENTENCE_ENDS if text else False
        picture = not key or (("[" in text or "(" in text or "______" in text) and bool(PICTURE.search(text)))
        credit = controls = reply = section = 0
        if i in spotted:
            credit = length < 500 and CREDITS.is_in(text, tokens, key)
            if length < 200 and CONTROL_WORDS.may_be_in(text, tokens, key):
                controls = len(CONTROL_WORDS.pattern.findall(text))
            reply = length < 90 and _REPLIES.is_in(text, tokens, key)
            section = count < 9 and _SECTIONS.is_in(text, tokens, key)
        replies.append(bool(reply))
        sections.append(bool(section))
        shape = Shape(
            words=count,
            sentence=sentence,
            prose=sentence and count >= 8 and not picture,
            key=key,
            furniture_key=key_of_words(tokens),
            tokens=tokens,
            picture=picture,
            credit=bool(credit),
            read_more=length < 250 and bool(READ_MORE.match(text)),
            controls=controls,
            dates=[],
            heavy=frozenset([word for word in tokens if len(word) > 3 and word not in stop]),
            row=_NO_NUMBERS,
        )
        if (length <= 140 or credit) and figures[i] >= _FIGURES_OF_A_DATE:
            shape.dates = find_dates(text, language=language, limit=4)
        shapes.append(shape)
    shares = [sum(map(stop.__contains__, shape.tokens)) / max(1, len(shape.tokens)) for shape in shapes]
    rows = _rows(texts, shapes, signs, {"stop_share": shares, "reply": replies, "section": sections})
    for shape, row in zip(shapes, rows, strict=True):
        # A view would keep the rows of the whole page.
        shape.row = row.copy()
    return shapes


def _counted_words(texts: Sequence[str], signs: Mapping[str, Matrix]) -> list[int]:
    """Return `count_words` of every text from its signs: words begun, less those that a hyphen or apostrophe joins."""
    wide = signs["wide"]
    lengths = np.array([len(text) for text in texts])
    counts = np.where(wide > lengths // 3, wide // 2 + 1, signs["begun"] - signs["joined"])
    # The table of classes ends with the basic plane.
    beyond = np.flatnonzero(signs["beyond"]).tolist()
    out: list[int] = counts.astype(int).tolist()
    for i in beyond:
        out[i] = count_words(texts[i])
    return out


def _spotted(texts: Sequence[str], tokens_of: Sequence[Sequence[str]], keys: Sequence[str]) -> set[int]:
    """Return the places of the lines in which one of the spotters may find something."""
    joined = "\n".join(keys)
    stems = [stem for stem in _SPOTTED_STEMS if stem in joined]
    return {
        i
        for i, (text, tokens, key) in enumerate(zip(texts, tokens_of, keys, strict=True))
        if not _SPOTTED_WORDS.isdisjoint(tokens)
        or any(sign in text for sign in _SPOTTED_SIGNS)
        or any(stem in key for stem in stems)
    }


_NO_NUMBERS: Matrix = np.zeros(len(NAMES))


def _rows(
    texts: Sequence[str], shapes: Sequence[Shape], signs: Mapping[str, Matrix], shares: Mapping[str, Sequence[Any]]
) -> Matrix:
    """Return the numbers of each line, a column for each of `NAMES`."""
    words = np.array([shape.words for shape in shapes], dtype=float)
    letters = np.array([len(text) for text in texts], dtype=float)
    count, size = np.maximum(1, words), np.maximum(1, letters)
    columns: dict[str, Any] = {
        "words": np.minimum(np.log1p(words), 5.0),
        "chars": np.minimum(np.log1p(letters), 7.0),
        "sentence": [shape.sentence for shape in shapes],
        "prose": [shape.prose for shape in shapes],
        "picture": [shape.picture for shape in shapes],
        "credit": [shape.credit for shape in shapes],
        "controls": [min(shape.controls, 3) / 2 for shape in shapes],
        "read_more": [shape.read_more for shape in shapes],
        "dated": [bool(shape.dates) for shape in shapes],
        "titled": np.minimum(1.0, signs["titled"] / count),
        "digits": np.minimum(1.0, 4 * signs["digits"] / size),
        "commas": np.minimum(1.0, 4 * signs["commas"] / count),
        "quotes": signs["quotes"] > 0,
        "lower": [text[:1].islower() for text in texts],
        "colon": [text.endswith(":") for text in texts],
        "capitals": [shape.words > 0 and text.isupper() for text, shape in zip(texts, shapes, strict=True)],
        "signs": np.minimum(3, signs["signs"]) / 2,
        "word_length": np.minimum(letters / count, 12.0) / 6,
        "sentences": np.minimum(6, signs["sentences"]) / 3,
        "question": [text.endswith("?") for text in texts],
        **shares,
    }
    out = np.empty((len(texts), len(NAMES)))
    for place, name in enumerate(NAMES):
        out[:, place] = columns[name]
    return out


def _signs_in(texts: Sequence[str]) -> dict[str, Matrix]:
    """Return how many signs of each class every text has; all texts are looked through in one go."""
    # No text has a line end of its own, so that one ends each.
    joined = "\n".join(texts) + "\n"
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    classes = _class_table()[np.minimum(codes, 0xFFFF)]
    ends = np.cumsum([len(text) + 1 for text in texts])
    starts = ends - [len(text) + 1 for text in texts]

    def counted(marked: Any) -> Matrix:
        return np.add.reduceat(marked.astype(np.int32), starts).astype(float)

    def found(pattern: re.Pattern[str]) -> Matrix:
        places = [match.start() for match in pattern.finditer(joined)]
        counts = np.bincount(np.searchsorted(ends, places, side="right"), minlength=len(texts))
        return counts.astype(float)

    in_word = (classes & _WORD) != 0
    at_border = np.concatenate([in_word[:1], in_word[1:] != in_word[:-1]])
    out = {name: counted((classes & bit) != 0) for name, bit in _CLASS_BITS.items()}
    out["titled"] = counted(((classes & _CAPITAL) != 0) & at_border)
    out["begun"] = counted(in_word & at_border)
    joins = (classes & _JOINS) != 0
    joins[1:-1] &= in_word[:-2] & in_word[2:]
    joins[[0, -1]] = False
    out["joined"] = counted(joins)
    out["wide"] = counted((classes & _WIDE) != 0)
    out["beyond"] = counted(codes > 0xFFFF)
    out["sentences"] = found(_SENTENCES)
    if "http" in joined or "www." in joined:
        out["signs"] += found(_ADDRESSES)
    return out


@lru_cache(maxsize=1)
def _class_table() -> NDArray[np.uint8]:
    """Return the classes of every character of the basic plane, as bits."""
    table = np.zeros(0x10000, dtype=np.uint8)
    plane = "".join(map(chr, range(0x10000)))
    for pattern, bit in _CLASSES:
        table[[match.start() for match in pattern.finditer(plane)]] |= bit
    return table
