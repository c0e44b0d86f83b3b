"""PDF articles, pages and exports of press databases: the text in reading order, its lines joined to paragraphs.

The headline is what is set largest on the first page. A page without text is a scan and says so.
"""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from archive.formats import blocks, document, press_export
from archive.formats.base import ParsedArticle, ParseError, ReadContext, Rejected

logging.getLogger("pypdf").setLevel(logging.ERROR)

_MAX_PAGES = 3000
_PAGE_LINE = re.compile(r"^\s*(?:page|seite|p\.|s\.)?\s*\d{1,4}(?:\s*(?:of|von|/|-)\s*\d{1,4})?\s*$", re.I)
_ENDS = re.compile(r"[.!?:…][\"'”’»)\]]*$")
_HYPHEN = re.compile(r"(\w{2,})[-\u00ad]$")


class Pdf:
    """A PDF file."""

    name = "pdf"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.97 for what begins as PDF."""
        return 0.97 if b"%PDF-" in data[:1024] else 0.0

    def read(self, data: bytes, context: ReadContext) -> Iterator[ParsedArticle | Rejected]:
        """Yield the article or articles. Raises ParseError for damaged, locked and scanned files."""
        try:
            pages, largest, info = _pages(data)
        except ParseError:
            raise
        except Exception as error:  # pypdf lets whatever a broken file does to it through
            raise ParseError("The PDF is damaged.", mend="Open it and print it to a new PDF.") from error
        if not any(line.strip() for page in pages for line in page):
            raise ParseError(
                "The PDF holds pictures of pages and no text.", mend="Run text recognition (OCR) and import the result."
            )
        lines = [line for page in _without_furniture(pages) for line in page]
        if press_export.looks_like(lines):
            yield from press_export.articles(joined(lines, keep_labels=True), context, self.name, flowing=True)
            return
        hints = document.Hints(
            headline=largest,
            title=blocks.clean(str(info.get("/Title") or "")),
            author=blocks.clean(str(info.get("/Author") or "")),
            created=str(info.get("/CreationDate") or "")[2:10],
        )
        paragraphs = joined(lines)
        if largest and not any(paragraph == largest for paragraph in paragraphs[:12]):
            paragraphs = _cut_out(lines, largest)
        yield document.article(paragraphs, hints, context, self.name)


FORMAT = Pdf()


def joined(lines: Sequence[str], *, keep_labels: bool = False) -> list[str]:
    """Return the paragraphs of printed lines: a line that stops short of the column, after the end of a sentence or
    before a blank, ends one; words cut at the margin are put together.

    With `keep_labels` short lines and lines "Label: value" stay by themselves, as the heads of exports need.
    """
    widths = sorted(len(line) for line in lines if len(line) > 20)
    width = widths[int(len(widths) * 0.85)] if widths else 80
    paragraphs: list[str] = []
    current = ""
    for line in (*lines, ""):
        text = line.strip()
        if not text:
            if current:
                paragraphs.append(current)
            current = ""
            if keep_labels:
                paragraphs.append("")
            continue
        if current and (cut := _HYPHEN.search(current)) and text[:1].islower():
            current = f"{current[: cut.end(1)]}{text}"
        else:
            current = f"{current} {text}" if current else text
        short = len(text) < 0.8 * width
        if (short and (_ENDS.search(text) or len(current) < 0.8 * width)) or (
            keep_labels and len(current) == len(text) and short
        ):
            paragraphs.append(current)
            current = ""
    return paragraphs


def _pages(data: bytes) -> tuple[list[list[str]], str, dict[str, Any]]:
    """Return the lines of each page, the line set largest on the first, and the metadata."""
    # Imported where it is used: processes that only search and show need not hold it.
    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise ParseError("The PDF is locked with a password.", mend="Unlock it and import it again.")
    if len(reader.pages) > _MAX_PAGES:
        raise ParseError(f"The PDF has more than {_MAX_PAGES:,} pages.", mend="Split it.")
    pages: list[list[str]] = []
    largest = ""
    for number, page in enumerate(reader.pages):
        gathered = _Page()
        text = page.extract_text(visitor_text=gathered.note)
        pages.append(gathered.lines() or text.splitlines())
        if number == 0:
            largest = _largest(gathered.sized)
    return pages, largest, dict(reader.metadata or {})


class _Page:
    """The pieces of one page in reading order, with their heights, from which blank lines can be told."""

    def __init__(self) -> None:
        self.sized: list[tuple[float, str]] = []
        self._lines: list[tuple[str, float | None]] = [("", None)]

    def note(self, text: str, cm: Any, tm: Any, _font: Any, size: float) -> None:
        """Take one piece of text as the extraction meets it."""
        if text.strip():
            self.sized.append((round(abs(size * (tm[3] or tm[0] or 1) * (cm[3] or 1)), 1), text))
        height = tm[5] * cm[3] + cm[5]
        first, *more = text.split("\n")
        line, at = self._lines[-1]
        self._lines[-1] = (line + first, height if at is None and first.strip() else at)
        self._lines += [(piece, height if piece.strip() else None) for piece in more]

    def lines(self) -> list[str]:
        """Return the lines, with a blank one wherever the step down is larger than within the paragraphs."""
        placed = [(text, at) for text, at in self._lines if text.strip()]
        steps = sorted(
            abs(one - other) for (_, one), (_, other) in pairwise(placed) if one is not None and other is not None
        )
        steps = [step for step in steps if step > 1]
        # The usual step is that between the lines of a paragraph: the smallest that is common.
        usual = steps[len(steps) // 4] if steps else 0
        found: list[str] = []
        before: float | None = None
        for text, at in placed:
            if usual and before is not None and at is not None and abs(before - at) > 1.25 * usual:
                found.append("")
            found.append(text)
            before = at if at is not None else before
        return found


def _largest(sized: Sequence[tuple[float, str]]) -> str:
    """Return the first run of text in the largest size, "" when all is of one size or that is no line of words."""
    sizes = sorted({size for size, text in sized if len(text.strip()) > 1}, reverse=True)
    for size in sizes[:3]:
        if size <= 1.15 * sizes[-1] and size < 1.15 * (Counter(s for s, _ in sized).most_common(1)[0][0]):
            return ""
        run: list[str] = []
        for at, text in sized:
            if at == size:
                run.append(text)
            elif run and text.strip():
                break
        line = blocks.clean(" ".join(run))
        if 2 <= len(line.split()) <= 40:
            return line
    return ""


def _without_furniture(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the pages without page numbers and without heads and feet that most pages repeat."""
    edges = Counter(
        line for page in pages for line in {_stem(line) for line in [*page[:2], *page[-2:]] if line.strip()}
    )
    least = max(2, len(pages) * 0.5)
    repeated = {line for line, count in edges.items() if count >= least and len(pages) > 2}
    kept = []
    for page in pages:
        last = len(page) - 1
        kept.append(
            [
                line
                for place, line in enumerate(page)
                if not (
                    (place < 2 or place >= last - 1)
                    and (_stem(line) in repeated or (_PAGE_LINE.match(line) and len(pages) > 1 and place in (0, last)))
                )
            ]
        )
    return kept


def _stem(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip())


def _cut_out(lines: Sequence[str], headline: str) -> list[str]:
    """Return the paragraphs with the lines of the headline made one paragraph of their own."""
    letters = "".join(headline.split())
    for start in range(min(len(lines), 40)):
        gathered = ""
        for end in range(start, min(start + 8, len(lines))):
            gathered += "".join(lines[end].split())
            if gathered == letters:
                return [*joined(lines[:start]), headline, *joined(lines[end + 1 :])]
            if not letters.startswith(gathered):
                break
    return joined(lines)
