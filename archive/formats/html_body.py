"""The running text of a saved page: one paragraph a line, without captions, teasers, menus and forms.

trafilatura does the first cut; it is quadratic in the length of the text, so that pages beyond a limit are read by
their paragraphs alone.
"""

from __future__ import annotations

import copy
import itertools

import trafilatura

from archive.formats.html_tree import Element, text_blocks
from archive.text.normalize import clean_line

# 400,000 characters take some two seconds; twice as much takes four times as long.
_QUADRATIC_LIMIT = 400_000
_BODY_TAGS = frozenset(["p", "li", "blockquote", "h2", "h3", "h4", "dd", "pre", "td"])


def read_body(root: Element) -> list[str]:
    """Return the paragraphs of the article on a page, in order."""
    size = sum(len(text) for _, text in text_blocks(root))
    if size > _QUADRATIC_LIMIT:
        return _long_paragraphs(root)
    text = trafilatura.extract(
        copy.deepcopy(root),
        include_comments=False,
        include_tables=False,
        favor_precision=True,
        with_metadata=False,
    )
    lines = [clean_line(line.removeprefix("- ")) for line in (text or "").splitlines()]
    return [line for line in lines if line]


def _long_paragraphs(root: Element) -> list[str]:
    """Return every paragraph of some length, and short ones between them, for pages too long for a closer look."""
    blocks = [(element.tag in _BODY_TAGS, text) for element, text in text_blocks(root)]
    long = [i for i, (usual, text) in enumerate(blocks) if usual and len(text) > 120]
    if not long:
        return [text for _, text in blocks if len(text) > 200]
    near = set(long) | {i for a, b in itertools.pairwise(long) if b - a <= 3 for i in range(a, b)}
    return [blocks[i][1] for i in sorted(near)]
