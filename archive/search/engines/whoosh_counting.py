"""The commonest values of a facet over several segments.

The promise: exactly what a full count would give, mostly without making one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np


def commonest(counted: Sequence[tuple[list[str], np.ndarray]], size: int) -> list[tuple[str, int]]:
    """Return the values with the highest sums of counts over all segments, and the sums; ties go by name.

    Each segment's values are in order. Only the commonest of each are summed; should one beyond them be able to come
    in among the best, all are.
    """
    margin, beyond = size * 4, 0
    candidates: set[str] = set()
    for values, counts in counted:
        places = np.arange(len(counts))
        if len(counts) > margin:
            places = np.argpartition(counts, len(counts) - margin)[len(counts) - margin :]
            beyond += int(counts[places].min())
        candidates.update(values[place] for place in places.tolist() if counts[place])
    found = _summed(counted, candidates, size)
    if beyond and (len(found) < size or found[-1][1] <= beyond):
        everything = {values[place] for values, counts in counted for place in np.flatnonzero(counts).tolist()}
        found = _summed(counted, everything, size)
    return found


def _summed(counted: Sequence[tuple[list[str], np.ndarray]], wanted: set[str], size: int) -> list[tuple[str, int]]:
    wanted.discard("")
    sums = dict.fromkeys(wanted, 0)
    for values, counts in counted:
        for value in wanted:
            place = bisect_left(values, value)
            if place < len(values) and values[place] == value:
                sums[value] += int(counts[place])
    return sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))[:size]
