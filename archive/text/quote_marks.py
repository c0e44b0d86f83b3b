"""Promises the quoted spans of a text in any quotation style, with apostrophes told from quotation marks.

A span opened in one style and closed in another counts ("« … ”"); a span left open at the end of a paragraph that the
next paragraph takes up again with an opening mark is one utterance in two spans.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MASK = "¤"

_DOUBLE = '"“”„«»‟″'
_SINGLE = "'‘’‚‛‹›"
_ANY_MARK = re.compile(f"[{_DOUBLE}{_SINGLE}`]")
_CLOSERS = {
    '"': '"”“»',
    "“": '”"»“″',
    "„": '“”"»',
    "‟": '”"',
    "«": '»”"“',
    "»": "«",
    "”": "”",
    "″": '″"',
    "''": "''",
    "‘": "’'",
    "'": "'’",
    "‚": "‘’'",
    "‹": "›",
    "›": "‹",
}


@dataclass(frozen=True, slots=True)
class Quoted:
    """One quoted span: [start, end) without its marks, [outer_start, outer_end) with them.

    `is_open` says that no closing mark stands in its paragraph, `single` that the marks were single ones.
    """

    start: int
    end: int
    outer_start: int
    outer_end: int
    is_open: bool = False
    single: bool = False


def find_quoted(text: str) -> list[Quoted]:
    """Return the outermost quoted spans of `text` in order."""
    found: list[Quoted] = []
    offset = 0
    for line in text.split("\n"):
        found.extend(_quoted_in(line, offset))
        offset += len(line) + 1
    return found


def mask_quoted(text: str, quoted: list[Quoted]) -> str:
    """Return `text`, same length, with every quoted span overwritten, so that what is said does not count as telling.

    The last character keeps the punctuation that ends the quote, so that sentences still end where they did.
    """
    if not quoted:
        return text
    out = list(text)
    for span in quoted:
        out[span.outer_start : span.outer_end] = MASK * (span.outer_end - span.outer_start)
        last = text[span.start : span.end].rstrip()[-1:]
        if last in ".!?…,;" and span.outer_end - span.outer_start > 2 and span.outer_end > span.end:
            out[span.outer_end - 1] = last
    return "".join(out)


def _quoted_in(line: str, offset: int) -> list[Quoted]:
    found: list[Quoted] = []
    i = 0
    while (next_mark := _ANY_MARK.search(line, i)) is not None:
        i = next_mark.start()
        mark = _mark_at(line, i)
        if not mark or not _may_open(line, i, mark):
            i += 1
            continue
        close = _closing(line, i, mark)
        if close is None:
            if mark in _SINGLE or not _worth_leaving_open(line, i, mark):
                i += len(mark)
                continue
            end = len(line.rstrip())
            found.append(Quoted(offset + i + len(mark), offset + end, offset + i, offset + end, is_open=True))
            break
        end, width = close
        start = i + len(mark)
        if line[start:end].strip():
            found.append(Quoted(offset + start, offset + end, offset + i, offset + end + width, single=mark in _SINGLE))
        i = end + width
    return found


def _mark_at(line: str, i: int) -> str:
    char = line[i]
    if char in "'’‘`" and line[i : i + 2] in ("''", "’’", "‘‘", "``"):
        return "''"
    if char in _DOUBLE or char in _SINGLE:
        return char
    return ""


def _may_open(line: str, i: int, mark: str) -> bool:
    """Return whether the mark at `i` stands as an opening one: not after a letter, and right before text."""
    before = line[i - 1] if i else " "
    after = line[i + len(mark) : i + len(mark) + 1]
    if mark in "«„“‹‟":
        return bool(after)
    if before.isalnum() or before in ".,!?…;":
        return False
    if not after or (after.isspace() and mark not in "»") or after in ",.;:!?)":
        return False
    if mark == "'" or mark == "’" or mark == "‘" or mark == "‚":
        return after.isalnum() or after in "¿¡[(.…" or (mark == "‘")
    return mark != "»" or not after.isspace()


def _closing(line: str, i: int, mark: str) -> tuple[int, int] | None:
    """Return where the span opened at `i` closes and how wide the closing mark is, or None."""
    closers = _CLOSERS.get(mark, '"')
    j = i + len(mark)
    weak: tuple[int, int] | None = None
    while j < len(line):
        if mark == "''":
            if line[j : j + 2] in ("''", "’’") or line[j] == "”":
                return j, 2 if line[j] != "”" else 1
            j += 1
            continue
        char = line[j]
        if char == mark and mark in "“«„" and j > i + 1 and _opening_posture(line, j):
            return weak
        if char in closers:
            if mark in _SINGLE:
                verdict = _closes_single(line, j)
                if verdict == "yes":
                    return j, 1
                if verdict == "maybe" and weak is None:
                    weak = (j, 1)
            elif char in '"“' or (char == mark):
                if not _opening_posture(line, j):
                    return j, 1
            else:
                return j, 1
        if mark in _SINGLE and weak is not None and char in _SINGLE and j > weak[0] and _may_open(line, j, char):
            return weak
        j += 1
    return weak


def _opening_posture(line: str, j: int) -> bool:
    """Return whether the mark at `j` stands as an opening one (blank before it, text right after it)."""
    before = line[j - 1] if j else " "
    after = line[j + 1 : j + 2]
    return (before.isspace() or before in "([—–") and bool(after) and not after.isspace() and after not in ",.;:!?)"


def _closes_single(line: str, j: int) -> str:
    """Return "yes", "maybe" (it may be a plural possessive) or "no" for a single mark at `j` as a closing one."""
    before, after = line[j - 1], line[j + 1 : j + 2]
    if after.isalnum() or before.isspace():
        return "no"
    if before in "sS" and after.isspace():
        return "maybe"
    return "yes"


def _worth_leaving_open(line: str, i: int, mark: str) -> bool:
    """Return whether an unclosed mark is a quote that runs on into the next paragraph rather than a stray mark."""
    return mark in '"“„«' and not line[:i].strip(" \t•*–—-") and len(line) - i > 40
