"""What a block of a dump looks like, as numbers: its own shape, its neighbours', its place, its share in the theme.

No feature knows an outlet. The order of `NAMES` is the order of the weights in `dump_model.json`; a change here needs
a new training (tools/train_dump_model.py).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from archive.formats.dump_blocks import Block
from archive.formats.dump_shapes import LOOK_NAMES, SIZE_NAMES, TEXTURE_NAMES, Matrix
from archive.formats.dump_shapes import NAMES as SHAPE_NAMES

_OWN = [
    *SIZE_NAMES,
    "bullet",
    "indent",
    "gap",
    "gap_after",
    *LOOK_NAMES,
    "repeats",
    *TEXTURE_NAMES,
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
_AT = {name: place for place, name in enumerate(_OWN)}
# Which of the columns a shape fills, those of which the neighbours' values are given, and those that are averaged.
_OF_SHAPE = [_AT[name] for name in SHAPE_NAMES]
_OF_NEIGHBORS = [_AT[name] for name in _NEAR]
_OF_MEANS = [_AT[name] for name in ("words", "prose", "stop_share", "theme")]
NAMES: tuple[str, ...] = (
    *_OWN,
    *(f"{name}{offset:+d}" for offset in (-3, -2, -1, 1, 2, 3) for name in _NEAR),
    *(f"{name}_mean{span}" for span in (5, 12) for name in ("words", "prose", "stop_share", "theme")),
    *_PLACE,
)


def features(blocks: Sequence[Block], run: tuple[int, int]) -> Matrix:
    """Return one row of `NAMES` for each block. `run` is the first and last index of the heaviest run of prose."""
    own = _own(blocks, run)
    near, spread = own[:, _OF_NEIGHBORS], own[:, _OF_MEANS]
    around = [shifted(near, offset, 0.0) for offset in (-3, -2, -1, 1, 2, 3)]
    means = [mean_around(spread, span) for span in (5, 12)]
    return np.concatenate([own, *around, *means, _places(blocks, own, run)], axis=1)


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


def _own(blocks: Sequence[Block], run: tuple[int, int]) -> Matrix:
    """Return what each block looks like by itself, a column for each of `_OWN`."""
    out = np.empty((len(blocks), len(_OWN)))
    out[:, _OF_SHAPE] = np.concatenate([block.shape.row for block in blocks]).reshape(len(blocks), -1)
    gap = [float(block.gap) for block in blocks]
    out[:, _AT["bullet"]] = [bool(block.bullet) for block in blocks]
    out[:, _AT["indent"]] = [min(block.indent, 16) / 8 for block in blocks]
    out[:, _AT["gap"]] = gap
    out[:, _AT["gap_after"]] = [*gap[1:], 1.0]
    out[:, _AT["repeats"]] = [min(block.repeats - 1, 3) / 2 for block in blocks]
    out[:, _AT["theme"]] = _theme(blocks, run)
    return out


def _theme(blocks: Sequence[Block], run: tuple[int, int]) -> list[float]:
    """Return for each block how far its words are those of the heaviest run."""
    theme: Counter[str] = Counter()
    for block in blocks[run[0] : run[1] + 1]:
        if block.shape.prose:
            theme.update(block.shape.heavy)
    # A block of the run does not count for itself.
    others = {word: min(2, count) for word, count in theme.items()}
    again = {word: min(2, count - 1) for word, count in theme.items()}
    known = frozenset(theme)
    shared = []
    for i, block in enumerate(blocks):
        worth = again if run[0] <= i <= run[1] and block.shape.prose else others
        own = block.shape.heavy
        shared.append(sum([worth[word] for word in own & known]) / (2 * len(own)) if own else 0.0)
    return shared


def _places(blocks: Sequence[Block], own: Matrix, run: tuple[int, int]) -> Matrix:
    """Return where each block stands in the dump, a column for each of `_PLACE`."""
    total = len(blocks)
    places = np.arange(total, dtype=float)
    words = np.array([block.shape.words for block in blocks], dtype=float)
    prose = own[:, _AT["prose"]] > 0
    prose_words = np.where(prose, words, 0.0)
    all_words, all_prose = max(1.0, words.sum()), max(1.0, prose_words.sum())
    sums = running_sums(prose_words)
    before, up_to = sums[:-1], sums[1:]
    index = np.arange(total)
    near_before = before - sums[np.maximum(0, index - 10)]
    near_after = sums[np.minimum(total, index + 11)] - up_to
    run_words = sums[run[1] + 1] - sums[run[0]]
    inside = ((places >= run[0]) & (places <= run[1])).astype(float)
    dated = (own[:, _AT["dated"]] > 0) & (words < 20)
    columns = [
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
        np.log1p(_since(own[:, _AT["section"]] > 0)) / 2,
        np.log1p(_since(own[:, _AT["reply"]] > 0)) / 2,
        inside,
        _signed(places - run[0]),
        _signed(run[1] - places),
        np.full(total, run_words / all_prose),
        own[:, _AT["theme"]] * (1.0 - inside),
        np.full(total, float(run_words == all_prose)),
    ]
    return np.column_stack(columns)


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
    """Return the first and last index of the run of prose with the most words; gaps of `reach` blocks are in it."""
    best = (0, 0, 0)
    start = last = None
    weight = 0
    for i, block in enumerate(blocks):
        if not block.shape.prose:
            continue
        if start is None or last is None or i - last > reach:
            start, weight = i, 0
        last = i
        weight += block.shape.words
        if weight > best[0]:
            best = (weight, start, last)
    return best[1], best[2]
