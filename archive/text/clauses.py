"""Promises one reading of a text for all who ask who says what: its quotes, its sentences, their reporting clauses.

Attributions and quotes are read out of the same version one after the other, so the last few readings are kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from archive.text.quote_marks import MASK, Quoted, find_quoted, mask_quoted
from archive.text.sentences import Sentence, split_sentences
from archive.text.sourcing import Cue, find_cues

# A line that leads to another article: what it says or quotes is that one's.
READ_MORE = re.compile(
    r"\W*(?:read (?:more|also|next)|see also|related|more on|also read|читайте также|читайте також)\b", re.I
)
_TELLS_AFTER = re.compile(
    r"^\s*(?:[\w’'.-]+\s+){0,5}?(?:said|says|asked|asks|added|wrote|tweeted|told|replied|shouted|yelled|joked|continued|"
    r"responded|quipped|exclaimed|explained|answered)\b"
)


@dataclass(frozen=True, slots=True)
class Clauses:
    """A text as it was read: `masked` has its quoted spans overwritten, `cues` stand in the order of `sentences`."""

    quoted: tuple[Quoted, ...]
    masked: str
    sentences: tuple[Sentence, ...]
    cues: tuple[tuple[Cue, ...], ...]


@lru_cache(maxsize=8)
def read_clauses(text: str) -> Clauses:
    """Return the reading of `text`; a clause that names who asked or cried out belongs to the question or cry."""
    quoted = find_quoted(text)
    masked = mask_quoted(text, quoted)
    sentences = _merged(masked, split_sentences(masked))
    cues = tuple(tuple(find_cues(masked, sentence)) for sentence in sentences)
    return Clauses(tuple(quoted), masked, tuple(sentences), cues)


def _merged(masked: str, sentences: list[Sentence]) -> list[Sentence]:
    out: list[Sentence] = []
    for sentence in sentences:
        if out and masked[out[-1].end - 1] in "?!…" and masked[max(0, out[-1].end - 2)] == MASK:
            gap = masked[out[-1].end : sentence.start]
            if "\n" not in gap and _TELLS_AFTER.match(sentence.text):
                start = out[-1].start
                out[-1] = Sentence(masked[start : sentence.end], start, sentence.end)
                continue
        out.append(sentence)
    return out
