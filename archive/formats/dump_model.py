"""Which blocks of a dump are the article: one linear model on shapes, one that also sees what the first said around.

The weights are in `dump_model.json`, trained by tools/train_dump_model.py; docs/reading.md has the measurements.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from archive.formats.dump_blocks import Block
from archive.formats.dump_features import features, heaviest_run, running_sums, shifted
from archive.formats.dump_shapes import Matrix

SWITCH_COST = 0.5
_OFFSETS = (-5, -4, -3, -2, -1, 1, 2, 3, 4, 5)
_SPANS = (3, 8, 20)
CONTEXT_NAMES: tuple[str, ...] = (
    "first",
    *(f"first{offset:+d}" for offset in _OFFSETS),
    *(f"{name}{span}" for span in _SPANS for name in ("mean", "weighed", "before", "after")),
    *("passed", "ahead", "amount", "top", "below_top", "inside", "from_start", "to_end", "segment_share"),
    *("since_body", "until_body"),
)


Linear = tuple[list[float], float]


@lru_cache(maxsize=1)
def _stored() -> tuple[Linear, Linear]:
    model = json.loads((Path(__file__).parent / "dump_model.json").read_text(encoding="utf8"))
    first, second = model["first"], model["second"]
    return (first["weights"], first["bias"]), (second["weights"], second["bias"])


def block_scores(blocks: Sequence[Block], models: tuple[Linear, Linear] | None = None) -> list[float]:
    """Return for each block how much it looks like body (above 0) or furniture (below 0), in log-odds.

    `models` replaces the stored ones: cross-validation needs that.
    """
    if not blocks:
        return []
    (first, first_bias), (second, second_bias) = models or _stored()
    rows = features(blocks, heaviest_run(blocks))
    scores = rows @ np.asarray(first) + first_bias
    around = context(scores.tolist(), [block.shape.words for block in blocks])
    out: list[float] = (np.column_stack([rows, around]) @ np.asarray(second) + second_bias).tolist()
    return out


def context(scores: Sequence[float], words: Sequence[int]) -> Matrix:
    """Return one row of `CONTEXT_NAMES` for each block: what the first model said of it and of the blocks around."""
    total = len(scores)
    said = np.asarray(scores, dtype=float)
    counts = np.asarray(words, dtype=float)
    likely = 1 / (1 + np.exp(-np.clip(said, -30.0, 30.0)))
    sums, weighed, counted = (running_sums(one) for one in (np.clip(said, -4.0, 4.0), likely * counts, counts))
    amount = float(weighed[-1]) + 1
    top = float(np.mean(np.sort(said)[::-1][:5]))
    start, end = heaviest_segment(scores, words)
    since, until = _distances(scores)
    places = np.arange(total)
    floor = np.maximum(-6.0, said)
    columns = [said, *(shifted(floor, offset, -6.0) for offset in _OFFSETS)]
    for span in _SPANS:
        low, high = np.maximum(0, places - span), np.minimum(total, places + span + 1)
        columns += [
            (sums[high] - sums[low]) / (high - low),
            (weighed[high] - weighed[low]) / np.maximum(1.0, counted[high] - counted[low]),
            (sums[places] - sums[low]) / np.maximum(1, places - low),
            (sums[high] - sums[places + 1]) / np.maximum(1, high - places - 1),
        ]
    columns += [
        weighed[:-1] / amount,
        (amount - weighed[1:]) / amount,
        np.full(total, math.log1p(amount)),
        np.full(total, top),
        top - said,
        ((places >= start) & (places <= end)).astype(float),
        _signed(places - start),
        _signed(end - places),
        np.full(total, (weighed[end + 1] - weighed[start]) / amount),
        np.log1p(since),
        np.log1p(until),
    ]
    return np.column_stack(columns)


def _signed(distance: Any) -> Matrix:
    out: Matrix = np.copysign(np.log1p(np.abs(distance)), distance)
    return out


def heaviest_segment(scores: Sequence[float], words: Sequence[int]) -> tuple[int, int]:
    """Return the first and last index of the stretch with the greatest sum of scores, weighed by length (Kadane)."""
    best, segment, current, start = -math.inf, (0, 0), 0.0, 0
    for i, (score, count) in enumerate(zip(scores, words, strict=True)):
        if current <= 0:
            current, start = 0.0, i
        current += max(-3.0, min(3.0, score)) * math.sqrt(count + 1)
        if current > best:
            best, segment = current, (start, i)
    return segment


def _distances(scores: Sequence[float], limit: int = 40) -> tuple[list[int], list[int]]:
    """Return for each block the distance to the body block before it and after it; the page's ends count as one."""
    total = len(scores)
    since, until = [limit] * total, [limit] * total
    last = -1
    for i in range(total):
        since[i] = min(limit, i - last)
        if scores[i] > 0:
            last = i
    following = total
    for i in range(total - 1, -1, -1):
        until[i] = min(limit, following - i)
        if scores[i] > 0:
            following = i
    return since, until


def smooth(scores: Sequence[float], switch_cost: float = SWITCH_COST) -> list[bool]:
    """Return the most plausible sequence of body (True) and furniture: each change of state costs `switch_cost`.

    Viterbi over two states whose evidence is plus or minus half the score.
    """
    if not scores:
        return []
    off, on = -scores[0] / 2, scores[0] / 2 - switch_cost / 2
    back: list[tuple[bool, bool]] = []
    for score in scores[1:]:
        from_on_to_off = on - switch_cost > off
        from_off_to_on = off - switch_cost > on
        back.append((from_on_to_off, from_off_to_on))
        off, on = (
            (on - switch_cost if from_on_to_off else off) - score / 2,
            (off - switch_cost if from_off_to_on else on) + score / 2,
        )
    state = on - switch_cost / 2 > off
    states = [state]
    for from_on_to_off, from_off_to_on in reversed(back):
        state = (not from_off_to_on) if state else from_on_to_off
        states.append(state)
    return states[::-1]
