"""A dump becomes blocks, one paragraph each, and each block says what it looks like before anything is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.formats.dump_shapes import Shape, shapes_of
from archive.text.normalize import clean_line, split_lines, strip_bullet, unwrap


@dataclass(slots=True)
class Block:
    """One paragraph of a dump. `numbers` are its line numbers, `role` and `reason` are filled in as it is read.

    `shape` is what its text looks like by itself.
    """

    text: str
    numbers: list[int]
    raw: list[str]
    indent: int
    bullet: str
    gap: bool
    shape: Shape
    repeats: int = 1
    role: str = ""
    reason: str = ""


def read_blocks(text: str, language: str = "") -> list[Block]:
    """Return the blocks of a dump in order, each with its shape; dates are read in short lines and captions only."""
    lines = split_lines(text)
    blocks: list[Block] = []
    previous_end = -1
    paragraphs = unwrap(lines)
    apart = [strip_bullet(joined) for joined, _ in paragraphs]
    texts = [clean_line(rest) for _, rest in apart]
    for (joined, numbers), (bullet, _), cleaned, shape in zip(
        paragraphs, apart, texts, shapes_of(texts, language), strict=True
    ):
        blocks.append(
            Block(
                text=cleaned,
                numbers=numbers,
                raw=[lines[number - 1] for number in numbers],
                indent=len(joined) - len(joined.lstrip()),
                bullet=bullet,
                gap=numbers[0] - previous_end > 1,
                shape=shape,
            )
        )
        previous_end = numbers[-1]
    _count_repeats(blocks)
    return blocks


def _count_repeats(blocks: Sequence[Block]) -> None:
    seen: dict[str, int] = {}
    for block in blocks:
        seen[block.shape.key] = seen.get(block.shape.key, 0) + 1
    for block in blocks:
        block.repeats = seen[block.shape.key]
