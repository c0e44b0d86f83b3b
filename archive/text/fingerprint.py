"""Texts that are the same, contain each other or share passages are found by integers, not by comparing all pairs.

Containment of word 5-grams decides (Jaccard hides a clean text inside a dump ten times its size); winnowed 8-grams
(Schleimer, Wilkerson and Aiken, "Winnowing", 2003) are few enough to keep for every version and still share a hash
whenever two texts share a passage of `WINDOW + 8 - 1` words.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

from archive.text.normalize import line_key, words

SHINGLE = 5
GRAM = 8
WINDOW = 8


def text_key(*parts: str) -> str:
    """Return the sha256 (hex) of the folded words of `parts` read as one text.

    Two captures with the same key are the same text after cleaning: line breaks, typography, case, punctuation and
    the border between standfirst and body do not count.
    """
    return text_key_of(words("\n".join(parts)))


def text_key_of(tokens: list[str]) -> str:
    """Return the `text_key` of a text whose folded words are at hand already."""
    return hashlib.sha256(" ".join(tokens).encode()).hexdigest()


def content_sha256(*parts: str) -> str:
    """Return the sha256 (hex) of `parts` exactly as they are, each closed by a separator that text can't hold."""
    return hashlib.sha256("".join(part + "\x1f" for part in parts).encode()).hexdigest()


def _grams(tokens: list[str], size: int) -> NDArray[np.int64]:
    """Return the hashes of all runs of `size` tokens, the same in every process, as PostgreSQL's bigint holds them."""
    size = min(size, len(tokens))
    joined = " ".join(tokens).encode()
    lengths = map(len, tokens if joined.isascii() else [token.encode() for token in tokens])
    # Where each token begins, and one place behind the end as if another followed.
    starts = list(itertools.accumulate((length + 1 for length in lengths), initial=0))
    digests = [
        hashlib.blake2b(joined[start : end - 1], digest_size=8).digest()
        for start, end in zip(starts, starts[size:], strict=False)
    ]
    return np.frombuffer(b"".join(digests), dtype=">i8").astype(np.int64)


def shingles(text: str) -> frozenset[int]:
    """Return hashes of all runs of five folded words in `text` (of the whole text where it is shorter).

    They are only for comparing texts within one process: each process hashes otherwise.
    """
    return shingles_of(words(text))


def shingles_of(tokens: list[str]) -> frozenset[int]:
    """Return the `shingles` of a text whose folded words are at hand already."""
    if len(tokens) <= SHINGLE:
        return frozenset({hash(tuple(tokens))}) if tokens else frozenset()
    return frozenset(map(hash, zip(*(tokens[start:] for start in range(SHINGLE)), strict=False)))


def containment(part: Collection[int], whole: Collection[int]) -> float:
    """Return the share of `part`'s shingles that `whole` has too, 0 to 1; 0.0 when `part` is empty."""
    if not part:
        return 0.0
    whole = whole if isinstance(whole, (set, frozenset)) else frozenset(whole)
    if isinstance(part, (set, frozenset)):
        return len(part & whole) / len(part)
    return sum(gram in whole for gram in part) / len(part)


def overlap(left: Collection[int], right: Collection[int]) -> float:
    """Return the larger of the two containments: 1.0 when either text lies wholly in the other."""
    return max(containment(left, right), containment(right, left))


def winnow(text: str) -> frozenset[int]:
    """Return the winnowed hashes of `text`: of every window of eight 8-word grams the smallest, the last of equals."""
    return winnow_of(words(text))


def winnow_of(tokens: list[str]) -> frozenset[int]:
    """Return what `winnow` returns for a text whose folded words are at hand already."""
    if not tokens:
        return frozenset()
    grams = _grams(tokens, GRAM)
    windows = max(1, len(grams) - WINDOW + 1)
    return frozenset(np.minimum.reduce([grams[start:][:windows] for start in range(min(WINDOW, len(grams)))]).tolist())


def without_furniture(lines: Iterable[str], furniture: Collection[str]) -> str:
    """Return `lines` joined, leaving out those whose `line_key` is in `furniture`, so that matching is blind to it."""
    return "\n".join(line for line in lines if line_key(line) not in furniture)
