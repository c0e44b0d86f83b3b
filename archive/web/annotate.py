"""A body with its evidence: which stretches an attribution or a quote rests on, cut into paragraphs of runs.

Promise: every character of the body comes out once and in order; overlapping spans are cut, never doubled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the body from `start` to before `end`; `kind` is source or quote, `url` where it leads."""

    start: int
    end: int
    kind: str
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Run:
    """Some text of one paragraph and the span it belongs to, if any."""

    text: str
    span: Span | None = None


def paragraphs_with(body: str, spans: Iterable[Span]) -> list[Sequence[Run]]:
    """Return the paragraphs of a body (one a line) as runs; where spans overlap, the earlier and longer one wins."""
    kept = _disjoint(spans, len(body))
    paragraphs, start = [], 0
    for line in body.split("\n"):
        end = start + len(line)
        if line.strip():
            paragraphs.append(_runs(body, start, end, kept))
        start = end + 1
    return paragraphs


def _disjoint(spans: Iterable[Span], length: int) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end, one.kind)):
        if 0 <= span.start < span.end <= length and (not kept or span.start >= kept[-1].end):
            kept.append(span)
    return kept


def _runs(body: str, start: int, end: int, spans: Sequence[Span]) -> list[Run]:
    runs, at = [], start
    for span in spans:
        left, right = max(span.start, at), min(span.end, end)
        if left >= right:
            continue
        if left > at:
            runs.append(Run(body[at:left]))
        runs.append(Run(body[left:right], span))
        at = right
    if at < end:
        runs.append(Run(body[at:end]))
    return runs
