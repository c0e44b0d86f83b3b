"""Embargo lines, as releases and newsletters print them: until when a text may not be shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from archive.formats import stamps
from archive.formats.base import ReadContext
from archive.text import dates

_LINE = re.compile(
    r"^\W*(?:(?:strictly\s+|under\s+)?embargo(?:ed)?\b|not\s+for\s+(?:publication|release|broadcast)\b[^.]{0,40}\b"
    r"(?:before|until)\b|hold\s+for\s+release\b|for\s+release\s+(?:on|at|after)\b|sperrfrist\b|sous\s+embargo\b|"
    r"embargado\b|ikke\s+for\s+offentliggj|эмбарго\b)",
    re.IGNORECASE,
)
_LIFTED = re.compile(
    r"\b(?:no embargo|embargo lifted|embargo:?\s*none|immediate(?:ly)?|ohne sperrfrist)\b", re.IGNORECASE
)
_REACH = 25  # an embargo stands at the head of a text; further down it is news about embargoes


def find(lines: Sequence[str], context: ReadContext, language: str = "") -> tuple[str, datetime | None]:
    """Return the embargo line among the first lines, and until when it holds (UTC).

    ("", None) when there is none; the line with None when no date can be read from it, which means hold until asked.
    A line without a zone holds as `stamps.hold_until` says.
    """
    for place, line in enumerate(lines[:_REACH]):
        if len(line) > 240 or not _LINE.match(line) or _LIFTED.search(line):
            continue
        following = lines[place + 1] if place + 1 < len(lines) and len(lines[place + 1]) < 80 else ""
        for text in (line, f"{line} {following}"):
            found = dates.find_dates(text, language=language, limit=1)
            if found:
                return line, stamps.hold_date(found[0].value, context)
        return line, None
    return "", None
