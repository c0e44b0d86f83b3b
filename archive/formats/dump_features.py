"""What a block of a dump looks like, as numbers: its own shape, its neighbours', its place, its share in the theme.

No feature knows an outlet. The order of `NAMES` is the order of the weights in `dump_model.json`; a change here needs
a new training (tools/train_dump_model.py).
"""

# ruff: noqa: E501 - tables of words

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.formats.dump_blocks import Block
from archive.formats.dump_patterns import Spotter, word_set
from archive.text.language import STOP_WORDS

Matrix = NDArray[np.float64]
_WORD, _CAPITAL = 1, 2
_CLASS_BITS = {"digits": 4, "commas": 8, "quotes": 16, "signs": 32}
_CLASSES = (
    (re.compile(r"\w"), _WORD),
    (re.compile(r"[A-ZÀ-ÞА-ЯІЇЄҐ]"), _CAPITAL),
    (re.compile(r"\d"), _CLASS_BITS["digits"]),
    (re.compile(r"[,;،、，]"), _CLASS_BITS["commas"]),
    (re.compile(r"[\"“”«»„]"), _CLASS_BITS["quotes"]),
    (re.compile(r"[|@#•·>»{}=\[\]]"), _CLASS_BITS["signs"]),
)
_ADDRESSES = re.compile(r"https?:|www\.")
_SENTENCES = re.compile(r"[.!?…。！？]['\"”’»)]*(?:\s|$)")
_REPLIES = re.compile(
    r"^(?:reply|report|like|share|flag|permalink|antworten|répondre|responder|\d+\s*(?:likes?|points?|replies))\b"
    r"|\b(?:ago|replied|says|said)\s*:?$|\b(?:minutes?|hours?|days?|weeks?|months?|years?) ago\b",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"\b(?:related|recommended|most (?:read|popular|viewed)|trending|more (?:from|stories|on|news)|you (?:may|might)|read next|"
    r"up next|latest|popular|comments?|leave a reply|newsletter|sponsored|promoted|top stories|about the author|tags?|topics?|"
    r"share|next article|previous|mehr|auch interessant|lesen sie|à lire|sur le même|relacionad[ao]s|noticias|"
    r"читайте|также|также по теме|похожие|комментари\w+|yorum\w*|ilgili)\b",
    re.IGNORECASE,
)
_REPLY_WORDS = Spotter(
    _REPLIES,
    word_set(
        "reply report like likes share flag permalink antworten repondre responder point points replies ago replied says "
        "said"
    ),
    re.compile("like|point|repl"),
)
_SECTION_WORDS = Spotter(
    _SECTION,
    word_set(
        "related recommended most trending more you read up latest popular comment comments leave newsletter sponsored "
        "promoted top about tag tags topic topics share next previous mehr auch lesen a sur relacionadas relacionados "
        "noticias читайте также похожие"
    ),
    re.compile("комментари|yorum|ilgili"),
)
_OWN = [
    "words",
    "chars",
    "sentence",
    "prose",
    "bullet",
    "indent",
    "gap",
    "gap_after",
    "picture",
    "credit",
    "controls",
    "read_more",
    "dated",
    "repeats",
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
    "theme",
]
_NEAR = ("words", "sentence", "bullet", "picture", "stop_share", "theme", "controls", "section", "gap")
_PLACE = [
    "place",
    "place_words",
    "total",
    "prose_before",
    "prose_after",
    "since_prose",
    "until_prose",
    "prose_near_before",
    "prose_near_after",
    "since_date",
    "since_section",
    "since_reply",
    "run_inside",
    "run_start",
    "run_end",
    "run_share",
    "headline_shared",
    "only_run",
]
NAMES: tuple[str, ...] = (
    *_OWN,
    *(f"{name}{offset:+d}" for offset in (-3, -2, -1, 1, 2, 3) for name in _NEAR),
    *(f"{name}_mean{span}" for span in (5, 12) for name in ("words", "prose", "stop_share", "theme")),
    *_PLACE,
)


def features(blocks: Sequence[Block], language: str, run: tuple[int, int]) -> Matrix:
    """Return one row of `NAMES` for each block. `run` is the first and last index of the heaviest run of prose."""
    own = _own_columns(blocks, language, run)
    table = np.column_stack([own[name] for name in _OWN])
    near = np.column_stack([own[name] for name in _NEAR])
    around = [shifted(near, offset, 0.0) for offset in (-3, -2, -1, 1, 2, 3)]
    spread = np.column_stack([own[name] for name in ("words", "prose", "stop_share", "theme")])
    means = [mean_around(spread, span) for span in (5, 12)]
    return np.column_stack([table, *around, *means, *_places(blocks, own, run)])


def shifted(rows: Matrix, offset: int, blank: float) -> Matrix:
    """Return for each row the one `offset` rows further on, and rows of `blank` beyond the ends."""
    out = np.full_like(rows, blank)
    if offset > 0:
        out[:-offset] = rows[offset:]
    else:
        out[-offset:] = rows[:offset]
    return out


def mean_around(rows: Matrix, span: int) -> Matrix:
    """Return for each row the mean of the rows at most `span` away, itself included."""
    places = np.arange(len(rows))
    low, high = np.maximum(0, places - span), np.minimum(len(rows), places + span + 1)
    sums = running_sums(rows)
    out: Matrix = (sums[high] - sums[low]) / (high - low)[:, None]
    return out


def running_sums(values: Matrix) -> Matrix:
    """Return the sums of the rows before each row, and of all of them at the end."""
    return np.concatenate([np.zeros_like(values[:1]), np.cumsum(values, axis=0)])


def _own_columns(blocks: Sequence[Block], language: str, run: tuple[int, int]) -> dict[str, Matrix]:
    """Return what each block looks like by itself, a column for each of `_OWN`."""
    texts = [block.text for block in blocks]
    shapes = _signs_in(texts)
    words = np.array([block.words for block in blocks], dtype=float)
    letters = np.array([len(text) for text in texts], dtype=float)
    count, size = np.maximum(1, words), np.maximum(1, letters)
    gap = [float(block.gap) for block in blocks]
    stop_share, theme = _shares(blocks, language, run)
    columns: dict[str, Any] = {
        "words": np.minimum(np.log1p(words), 5.0),
        "chars": np.minimum(np.log1p(letters), 7.0),
        "sentence": [block.sentence for block in blocks],
        "prose": [block.prose for block in blocks],
        "bullet": [bool(block.bullet) for block in blocks],
        "indent": [min(block.indent, 16) / 8 for block in blocks],
        "gap": gap,
        "gap_after": [*gap[1:], 1.0],
        "picture": [block.picture for block in blocks],
        "credit": [block.credit for block in blocks],
        "controls": [min(block.controls, 3) / 2 for block in blocks],
        "read_more": [block.read_more for block in blocks],
        "dated": [bool(block.dates) for block in blocks],
        "repeats": [min(block.repeats - 1, 3) / 2 for block in blocks],
        "titled": np.minimum(1.0, shapes["titled"] / count),
        "digits": np.minimum(1.0, 4 * shapes["digits"] / size),
        "commas": np.minimum(1.0, 4 * shapes["commas"] / count),
        "quotes": shapes["quotes"] > 0,
        "lower": [text[:1].islower() for text in texts],
        "colon": [text.endswith(":") for text in texts],
        "capitals": [block.words > 0 and block.text.isupper() for block in blocks],
        "signs": np.minimum(3, shapes["signs"]) / 2,
        "word_length": np.minimum(letters / count, 12.0) / 6,
        "sentences": np.minimum(6, shapes["sentences"]) / 3,
        "question": [text.endswith("?") for text in texts],
        "stop_share": stop_share,
        "reply": [len(block.text) < 90 and _is_in(_REPLY_WORDS, block) for block in blocks],
        "section": [block.words < 9 and _is_in(_SECTION_WORDS, block) for block in blocks],
        "theme": theme,
    }
    return {name: np.asarray(column, dtype=float) for name, column in columns.items()}


def _is_in(spotter: Spotter, block: Block) -> bool:
    return spotter.may_be_in(block.text, block.tokens, block.key) and bool(spotter.pattern.search(block.text))


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


def _shares(blocks: Sequence[Block], language: str, run: tuple[int, int]) -> tuple[list[float], list[float]]:
    """Return for each block the share of stop words, and how far its words are those of the heaviest run."""
    stop = STOP_WORDS.get(language.split("-")[0], frozenset())
    heavy = [{word for word in block.tokens if len(word) > 3 and word not in stop} for block in blocks]
    theme: Counter[str] = Counter()
    for i in range(run[0], run[1] + 1):
        if blocks[i].prose:
            theme.update(heavy[i])
    # A block of the run does not count for itself.
    others = {word: min(2, count) for word, count in theme.items()}
    again = {word: min(2, count - 1) for word, count in theme.items()}
    stop_share, shared = [], []
    for i, block in enumerate(blocks):
        stop_share.append(sum(map(stop.__contains__, block.tokens)) / max(1, len(block.tokens)))
        worth = again if run[0] <= i <= run[1] and block.prose else others
        own = heavy[i]
        shared.append(sum([worth[word] for word in own if word in worth]) / (2 * len(own)) if own else 0.0)
    return stop_share, shared


def _places(blocks: Sequence[Block], own: Mapping[str, Matrix], run: tuple[int, int]) -> list[Matrix]:
    """Return where each block stands in the dump, a column for each of `_PLACE`."""
    total = len(blocks)
    places = np.arange(total, dtype=float)
    words = np.array([block.words for block in blocks], dtype=float)
    prose = own["prose"] > 0
    prose_words = np.where(prose, words, 0.0)
    all_words, all_prose = max(1.0, words.sum()), max(1.0, prose_words.sum())
    sums = running_sums(prose_words)
    before, up_to = sums[:-1], sums[1:]
    index = np.arange(total)
    near_before = before - sums[np.maximum(0, index - 10)]
    near_after = sums[np.minimum(total, index + 11)] - up_to
    run_words = sums[run[1] + 1] - sums[run[0]]
    inside = ((places >= run[0]) & (places <= run[1])).astype(float)
    dated = (own["dated"] > 0) & (words < 20)
    return [
        places / total,
        running_sums(words)[:-1] / all_words,
        np.full(total, min(math.log1p(all_words), 10.0) / 5),
        before / all_prose,
        (all_prose - up_to) / all_prose,
        np.log1p(_since(prose)) / 2,
        np.log1p(_since(prose[::-1])[::-1]) / 2,
        np.log1p(near_before) / 5,
        np.log1p(near_after) / 5,
        np.log1p(_since(dated)) / 2,
        np.log1p(_since(own["section"] > 0)) / 2,
        np.log1p(_since(own["reply"] > 0)) / 2,
        inside,
        _signed(places - run[0]),
        _signed(run[1] - places),
        np.full(total, run_words / all_prose),
        own["theme"] * (1.0 - inside),
        np.full(total, float(run_words == all_prose)),
    ]


def _since(marked: Any) -> Matrix:
    """Return how many blocks lie between each block and the last marked one before it, at most 50."""
    places = np.arange(len(marked))
    last = np.maximum.accumulate(np.where(marked, places, -100))
    out = np.full(len(marked), 50.0)
    out[1:] = np.minimum(50, places[:-1] - last[:-1])
    return out


def _signed(distance: Matrix) -> Matrix:
    out: Matrix = np.copysign(np.log1p(np.abs(distance)), distance) / 3
    return out


def heaviest_run(blocks: Sequence[Block], reach: int = 6) -> tuple[int, int]:
    """Return the first and last index of the run of prose with the most words; gaps of up to `reach` blocks are in it."""
    best = (0, 0, 0)
    start = last = None
    weight = 0
    for i, block in enumerate(blocks):
        if not block.prose:
            continue
        if start is None or last is None or i - last > reach:
            start, weight = i, 0
        last = i
        weight += block.words
        if weight > best[0]:
            best = (weight, start, last)
    return best[1], best[2]
