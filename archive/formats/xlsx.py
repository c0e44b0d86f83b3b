"""Excel workbooks (.xlsx): every sheet whose columns are known is a table of articles."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import time
from typing import Any

from archive.formats import containers, table
from archive.formats.base import ParsedArticle, ParseError, ReadContext, Rejected

_MAX_SHEET = 512 * 1024 * 1024


class Xlsx:
    """An Excel workbook; every sheet with columns that are known, or the first."""

    name = "xlsx"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.95 for a zip that holds a workbook."""
        return 0.95 if data.startswith(b"PK") and containers.wrapped_kind(data) == "xlsx" else 0.0

    def read(self, data: bytes, context: ReadContext) -> Iterator[ParsedArticle | Rejected]:
        """Yield an article for each row of each sheet. Raises ParseError."""
        sheets = _sheets(data)
        errors: list[ParseError] = []
        found = False
        for sheet in sheets:
            try:
                for made in table.articles(_sheet_rows(sheet), context, self.name, f"{sheet.title} row"):
                    found = True
                    yield made
            except ParseError as error:
                errors.append(error)
        if not found:
            raise errors[0] if errors else ParseError("The Excel workbook is empty.", mend="Check the file.")

    def rows_of(self, data: bytes) -> Iterator[list[Any]]:
        """Yield the rows of the first sheet as they stand. Raises ParseError for a damaged workbook."""
        sheets = _sheets(data)
        return _sheet_rows(sheets[0]) if sheets else iter(())


FORMAT = Xlsx()


def _sheets(data: bytes) -> list[Any]:
    # Imported where it is used: processes that only search and show need not hold it.
    import openpyxl

    containers.check_office(data, "Excel workbook", _MAX_SHEET)
    try:
        return list(
            openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False).worksheets
        )
    except Exception as error:  # openpyxl lets whatever its parts raise through
        raise ParseError("The Excel workbook is damaged.", mend="Open it and save it again.") from error


def _sheet_rows(sheet: Any) -> Iterator[list[Any]]:
    for row in sheet.iter_rows(values_only=True):
        yield [value.isoformat() if isinstance(value, time) else value for value in row]
