"""RTF documents: one article, or the many of a press database's export."""

from __future__ import annotations

import re
from collections.abc import Iterator

from striprtf.striprtf import rtf_to_text

from archive.formats import document, press_export
from archive.formats.base import ParsedArticle, ParseError, ReadContext, Rejected

_RTF_INFO = re.compile(rb"\{\\(title|author|company|operator)\s+([^{}\\]{1,300})\}")
_RTF_DATA = re.compile(rb"\\bin\d+")


class Rtf:
    """A rich text document."""

    name = "rtf"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.97 for what begins as RTF."""
        return 0.97 if data.lstrip()[:5] == b"{\\rtf" else 0.0

    def read(self, data: bytes, context: ReadContext) -> Iterator[ParsedArticle | Rejected]:
        """Yield the article or articles. Raises ParseError."""
        if _RTF_DATA.search(data):
            raise ParseError("The RTF document holds binary data.", mend="Save it without pictures and try again.")
        try:
            text = rtf_to_text(data.decode("latin-1"), errors="replace")
        except Exception as error:  # striprtf lets whatever its tables raise through
            raise ParseError("The RTF document is damaged.", mend="Open it and save it again.") from error
        lines = text.splitlines()
        if press_export.looks_like(lines):
            yield from press_export.articles(lines, context, self.name, flowing=True)
            return
        info = {
            name.decode(): value.decode("cp1252", "replace").strip() for name, value in _RTF_INFO.findall(data[:20_000])
        }
        hints = document.Hints(
            title=info.get("title", ""), author=info.get("author", ""), outlet=info.get("company", "")
        )
        yield document.article(lines, hints, context, self.name)


FORMAT = Rtf()
