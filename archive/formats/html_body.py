"""The running text of a saved page: one paragraph a line, without captions, teasers, menus and forms.

trafilatura does the first cut; it is quadratic in the length of the text, so that pages beyond a limit are read by
their paragraphs alone.
"""

from __future__ import annotations

import copy
import itertools
from collections import Counter
from collections.abc import Sequence

from archive.formats.dump_patterns import CONTROLS, RIGHTS
from archive.formats.dump_shapes import count_words
from archive.formats.html_tree import Block, Element
from archive.text.normalize import clean_line, same_key

# 400,000 characters take some two seconds; twice as much takes four times as long.
_QUADRATIC_LIMIT = 400_000
_MOST_WRAPPED = 40
_NEVER_TEXT = (
    "audio", "button", "canvas", "dialog", "fieldset", "footer", "head", "iframe", "input", "label", "link", "math",
    "menu", "meta", "nav", "noscript", "object", "option", "path", "script", "select", "source", "style", "svg",
    "template", "textarea", "track", "video",
)  # fmt: skip
_BODY_TAGS = frozenset(["p", "li", "blockquote", "h2", "h3", "h4", "dd", "pre", "td"])


def read_body(root: Element, blocks: Sequence[Block], told: str = "") -> list[str]:
    """Return the paragraphs of the article on a page, in order. `blocks` are all its stretches of text.

    `told` is the text that the page's own JSON-LD gives, often cut short or without breaks: where it is longer than
    what was found, the search is done again, less strictly.
    """
    if sum(len(text) for _, text, _ in blocks) > _QUADRATIC_LIMIT:
        return _long_paragraphs(blocks)
    lines = _extract(root, strict=True)
    if len(told) > 1.2 * sum(map(len, lines)):
        looser = _extract(root, strict=False)
        if sum(map(len, looser)) > 0.7 * len(told):
            lines = looser
    return _without_appeals(_completed(_rejoined(lines, blocks), blocks))


def _extract(root: Element, *, strict: bool) -> list[str]:
    # Imported where it is used: processes that only search and show need not hold it.
    import trafilatura

    text = trafilatura.extract(
        _bare(root),
        include_comments=False,
        include_tables=False,
        favor_precision=strict,
        favor_recall=not strict,
        with_metadata=False,
    )
    lines = [clean_line(line.removeprefix("- ")) for line in (text or "").splitlines()]
    return [line for line in lines if line]


def _rejoined(lines: list[str], blocks: Sequence[Block]) -> list[str]:
    """Return the lines with those put together again that are one paragraph of the page, wrapped in its source."""
    whole = {key for _, _, key in blocks}
    out: list[str] = []
    place = 0
    while place < len(lines):
        taken, key = 1, same_key(lines[place])
        if key not in whole:
            for end in range(place + 2, min(place + _MOST_WRAPPED, len(lines)) + 1):
                key += same_key(lines[end - 1])
                if key in whole:
                    taken = end - place
                    break
        out.append(" ".join(lines[place : place + taken]))
        place += taken
    return out


def _bare(root: Element) -> Element:
    """Return a copy of the page without what can't be text, half of its elements: trafilatura walks them dozens of
    times."""
    page = copy.deepcopy(root)
    for element in list(page.iter(*_NEVER_TEXT)):
        if element.getparent() is not None and not _is_meant(element):
            element.drop_tree()
    return page


def _is_meant(element: Element) -> bool:
    """Say whether a script is one that trafilatura reads: a formula, or the mark of a forum."""
    if element.tag != "script":
        return False
    kind = element.get("type") or ""
    return bool(
        kind.startswith("math/") or (kind == "application/ld+json" and "DiscussionForum" in (element.text or ""))
    )


def _without_appeals(lines: list[str]) -> list[str]:
    """Return the paragraphs without the lines of rights and the appeals to subscribe that close many pages."""
    end = len(lines)
    while end > 2 and len(lines[end - 1]) < 250:
        line = lines[end - 1]
        rights = RIGHTS.search(line) and count_words(line) < 20
        if not rights and len(CONTROLS.findall(line)) < (2 if count_words(line) > 8 else 1):
            break
        end -= 1
    return lines[:end]


def _completed(lines: list[str], blocks: Sequence[Block]) -> list[str]:
    """Return the paragraphs with those that were missed because the body stands in several parts of the page.

    The parts are known by paragraphs of the same make (classes and parents) as most of those found; a few more of them
    are teasers, many more are the rest of the article.
    """
    found = {same_key(line) for line in lines}
    paragraphs = [(_make(element), text, key) for element, text, key in blocks if element.tag == "p"]
    makes = Counter(make for make, text, key in paragraphs if key in found and len(text) > 80)
    if not makes or makes.most_common(1)[0][1] < 3:
        return lines
    usual = makes.most_common(1)[0][0]
    missed = sum(len(text) for make, text, key in paragraphs if make == usual and key not in found and len(text) > 80)
    if missed < 0.3 * sum(map(len, lines)):
        return lines
    wanted = found | {key for make, text, key in paragraphs if make == usual and len(text) > 20}
    return list({key: text for _, text, key in blocks if key in wanted}.values())


def _make(element: Element) -> tuple[str, ...]:
    out = [element.get("class") or ""]
    for _ in range(2):
        element = element.getparent()
        out += ["", ""] if element is None else [element.tag, element.get("class") or ""]
        if element is None:
            break
    return tuple(out)


def _long_paragraphs(found: Sequence[Block]) -> list[str]:
    """Return every paragraph of some length, and short ones between them, for pages too long for a closer look."""
    blocks = [(element.tag in _BODY_TAGS, text) for element, text, _ in found]
    long = [i for i, (usual, text) in enumerate(blocks) if usual and len(text) > 120]
    if not long:
        return [text for _, text in blocks if len(text) > 200]
    near = set(long) | {i for a, b in itertools.pairwise(long) if b - a <= 3 for i in range(a, b)}
    return [blocks[i][1] for i in sorted(near)]
