"""Word documents (.docx): one article, or the many of a press database's export."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from archive.formats import containers, document, press_export
from archive.formats.base import ParsedArticle, ParseError, ReadContext, Rejected

if TYPE_CHECKING:
    from docx.document import Document as DocxDocument
    from docx.table import Table

_TITLES = ("title", "heading 1", "titel", "überschrift 1", "titre", "titre 1", "título 1", "headline")
_SUBTITLES = ("subtitle", "untertitel", "sous-titre", "subtítulo", "standfirst", "deck")


class Docx:
    """A Word document."""

    name = "docx"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.95 for a zip that holds a Word document."""
        return 0.95 if data.startswith(b"PK") and containers.wrapped_kind(data) == "docx" else 0.0

    def read(self, data: bytes, context: ReadContext) -> Iterator[ParsedArticle | Rejected]:
        """Yield the article or articles. Raises ParseError."""
        # Imported where it is used: processes that only search and show need not hold it.
        import docx

        containers.check_office(data, "Word document")
        try:
            found = docx.Document(io.BytesIO(data))
            paragraphs, headline, standfirst = _paragraphs(found)
            core = found.core_properties
            created = core.created.date().isoformat() if core.created else ""
            hints = document.Hints(
                headline, standfirst, core.title or "", core.author or "", language=core.language or "", created=created
            )
        except ParseError:
            raise
        except Exception as error:  # python-docx lets whatever its parts raise through
            raise ParseError("The Word document is damaged.", mend="Open it and save it again.") from error
        if press_export.looks_like(paragraphs):
            yield from press_export.articles(paragraphs, context, self.name, flowing=True)
            return
        yield document.article(paragraphs, hints, context, self.name)


FORMAT = Docx()


def _paragraphs(found: DocxDocument) -> tuple[list[str], str, str]:
    """Return the paragraphs, table rows in their place, and the headline and standfirst that styles mark."""
    from docx.table import Table

    lines: list[str] = []
    headline = standfirst = ""
    for block in found.iter_inner_content():
        if isinstance(block, Table):
            lines += [row for row in _rows(block) if row]
            continue
        text = block.text.replace("\xad", "")
        style = (block.style.name or "").lower() if block.style is not None else ""
        if text.strip() and not headline and style in _TITLES:
            headline = " ".join(text.split())
        elif text.strip() and not standfirst and style in _SUBTITLES:
            standfirst = " ".join(text.split())
        lines += text.split("\n") if text.strip() else [""]
    return lines, headline, standfirst


def _rows(table: Table) -> Iterator[str]:
    for row in table.rows:
        cells: list[Any] = []
        for cell in row.cells:
            if cell._tc not in [done._tc for done in cells]:
                cells.append(cell)
        yield " | ".join(filter(None, (" ".join(cell.text.split()) for cell in cells)))
