"""A dump becomes blocks, one paragraph each, and each block says what it looks like before anything is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from archive.formats.dump_patterns import (
    CONTROL_WORDS,
    CONTROLS,
    COUNTED_WORD,
    CREDIT,
    CREDITS,
    PICTURE,
    READ_MORE,
    SENTENCE_END,
    WIDE,
)
from archive.text.dates import FoundDate, find_dates
from archive.text.normalize import clean_line, key_of_words, split_lines, strip_bullet, unwrap, words_of_lines


@dataclass(slots=True)
class Block:
    """One paragraph of a dump. `numbers` are its line numbers, `role` and `reason` are filled in as it is read."""

    text: str
    numbers: list[int]
    raw: list[str]
    indent: int
    bullet: str
    gap: bool
    words: int
    sentence: bool
    key: str
    furniture_key: str
    tokens: list[str]
    picture: bool
    credit: bool
    read_more: bool
    controls: int
    dates: list[FoundDate] = field(default_factory=list)
    repeats: int = 1
    role: str = ""
    reason: str = ""

    @property
    def prose(self) -> bool:
        """Say whether this is a sentence of running text rather than a label, a title or a list entry."""
        return self.sentence and self.words >= 8 and not self.picture


def count_words(text: str) -> int:
    """Return the number of words; scripts that write no spaces count two characters as one word."""
    count = len(COUNTED_WORD.findall(text))
    if not text.isascii():
        wide = len(WIDE.findall(text))
        if wide > len(text) // 3:
            return wide // 2 + 1
    return count


def read_blocks(text: str, language: str = "") -> list[Block]:
    """Return the blocks of a dump in order, each with its shape; dates are read in short lines and captions only."""
    lines = split_lines(text)
    blocks: list[Block] = []
    previous_end = -1
    paragraphs = unwrap(lines)
    apart = [strip_bullet(joined) for joined, _ in paragraphs]
    texts = [clean_line(rest) for _, rest in apart]
    for (joined, numbers), (bullet, _), cleaned, tokens in zip(
        paragraphs, apart, texts, words_of_lines(texts), strict=True
    ):
        indent = len(joined) - len(joined.lstrip())
        key = "".join(tokens)
        block = Block(
            text=cleaned,
            numbers=numbers,
            raw=[lines[number - 1] for number in numbers],
            indent=indent,
            bullet=bullet,
            gap=numbers[0] - previous_end > 1,
            words=count_words(cleaned),
            sentence=bool(SENTENCE_END.search(cleaned)),
            key=key,
            furniture_key=key_of_words(tokens),
            tokens=tokens,
            picture=not key or bool(PICTURE.search(cleaned)),
            credit=(len(cleaned) < 500 and CREDITS.may_be_in(cleaned, tokens, key) and bool(CREDIT.search(cleaned))),
            read_more=len(cleaned) < 250 and bool(READ_MORE.match(cleaned)),
            controls=(
                len(CONTROLS.findall(cleaned))
                if len(cleaned) < 200 and CONTROL_WORDS.may_be_in(cleaned, tokens, key)
                else 0
            ),
        )
        if len(cleaned) <= 140 or block.credit:
            block.dates = find_dates(cleaned, language=language, limit=4)
        blocks.append(block)
        previous_end = numbers[-1]
    _count_repeats(blocks)
    return blocks


def _count_repeats(blocks: Sequence[Block]) -> None:
    seen: dict[str, int] = {}
    for block in blocks:
        seen[block.key] = seen.get(block.key, 0) + 1
    for block in blocks:
        block.repeats = seen[block.key]
