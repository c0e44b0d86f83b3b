"""CSV, TSV and XLSX: a row is an article, its columns mapped as an editor chose or as their names and contents suggest.

Formulas are never evaluated, and a cell that a spreadsheet would take for one is made plain text.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import chain, islice
from typing import Any

import openpyxl

from archive.formats import containers, rows
from archive.formats.base import ParsedArticle, ParseError, ReadContext, Rejected
from archive.formats.sniff import head_text, is_binary
from archive.text.encoding import UndecodableText, decode

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 64 * 1024
_FORMULA = re.compile(r"^(?:[=+@\-]\s*[A-Za-z_.]+[\w.]*\s*\(|=|[+@\-][^\n]*\|[^\n]*!)")
_MAX_SHEET = 512 * 1024 * 1024
_DATE = re.compile(r"\s*(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ](?:\d{1,2}|[^\W\d]{3,12})[-/. ]\d{2,4})")


class Csv:
    """Comma, semicolon, tab or bar separated values, with or without a row of names."""

    name = "csv"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return up to 0.9 for text whose lines split into the same columns, with known names on the first."""
        if is_binary(data) or head_text(data, 64).lstrip()[:1] in ("<", "{"):
            return 0.0
        sample = _sample(data)
        named = file_name.lower().endswith((".csv", ".tsv", ".tab"))
        delimiter = _delimiter(sample)
        if not delimiter:
            return 0.3 if named and sample.strip() else 0.0
        header = next(iter(_csv_rows(sample, delimiter)), [])
        known = set(rows.guess(header).values())
        if known & {"headline", "body"} and len(known) >= 2:
            return 0.9
        return 0.85 if named else 0.0

    def read(self, data: bytes, context: ReadContext) -> Iterator[ParsedArticle | Rejected]:
        """Yield an article for each row. Raises ParseError when no column holds headlines or texts."""
        try:
            text = decode(data)
        except UndecodableText as error:
            raise ParseError(str(error), mend="Save it as UTF-8 and try again.") from error
        delimiter = _delimiter(text[:_SAMPLE]) or ","
        yield from _articles(_csv_rows(text, delimiter), context, "csv", "row")


class Xlsx:
    """An Excel workbook; every sheet with columns that are known, or the first."""

    name = "xlsx"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.95 for a zip that holds a workbook."""
        return 0.95 if data.startswith(b"PK") and containers.wrapped_kind(data) == "xlsx" else 0.0

    def read(self, data: bytes, context: ReadContext) -> Iterator[ParsedArticle | Rejected]:
        """Yield an article for each row of each sheet. Raises ParseError."""
        containers.check_office(data, "Excel workbook", _MAX_SHEET)
        try:
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            sheets = list(book.worksheets)
        except Exception as error:  # openpyxl lets whatever its parts raise through
            raise ParseError("The Excel workbook is damaged.", mend="Open it and save it again.") from error
        errors: list[ParseError] = []
        found = False
        for sheet in sheets:
            try:
                for made in _articles(_sheet_rows(sheet), context, "xlsx", f"{sheet.title} row"):
                    found = True
                    yield made
            except ParseError as error:
                errors.append(error)
        if not found:
            raise errors[0] if errors else ParseError("The Excel workbook is empty.", mend="Check the file.")


CSV, XLSX = Csv(), Xlsx()


def columns_of(data: bytes, file_name: str = "") -> tuple[list[str], dict[str, str], list[list[str]]]:
    """Return the names of the columns, the field each is taken for, and the first five rows, for an editor to choose.

    Raises ParseError when the bytes are no table.
    """
    if XLSX.recognizes(data, file_name):
        containers.check_office(data, "Excel workbook", _MAX_SHEET)
        try:
            sheet = openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, data_only=True, keep_links=False
            ).worksheets[0]
        except Exception as error:
            raise ParseError("The Excel workbook is damaged.", mend="Open it and save it again.") from error
        source: Iterable[list[Any]] = _sheet_rows(sheet)
    else:
        sample = _sample(data)
        source = _csv_rows(sample, _delimiter(sample) or ",")
    first = list(islice((row for row in source if any(_filled(cell) for cell in row)), 6))
    if not first:
        raise ParseError("The table is empty.", mend="Check the file.")
    names, body = _header(first)
    return (
        names,
        _mapping(names, body, {}),
        [[str(cell) if cell is not None else "" for cell in row] for row in body[:5]],
    )


def _sample(data: bytes) -> str:
    try:
        return decode(data[:_SAMPLE])
    except UndecodableText:
        return ""


def _delimiter(sample: str) -> str:
    """Return the mark that splits the first rows into equally many columns, "" when none does."""
    best, score = "", 0.0
    for mark in _DELIMITERS:
        if mark not in sample:
            continue
        widths = [len(row) for row in islice(_csv_rows(sample, mark), 30) if any(row)]
        if len(widths) > 2 and len(sample) >= _SAMPLE - 4:
            widths = widths[:-1]  # the sample may end inside a row
        if not widths or widths[0] < 2:
            continue
        alike = sum(width == widths[0] for width in widths) / len(widths)
        if alike >= 0.8 and alike * widths[0] > score:
            best, score = mark, alike * widths[0]
    return best


def _csv_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(32 * 1024 * 1024)
    reader = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        yield from reader
    except csv.Error as error:
        raise ParseError(
            f"The table breaks off at line {reader.line_num}: {error}.", mend="Check the quotation marks there."
        ) from error


def _sheet_rows(sheet: Any) -> Iterator[list[Any]]:
    for row in sheet.iter_rows(values_only=True):
        yield [value.isoformat() if isinstance(value, time) else value for value in row]


def _filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


def _header(table: Sequence[Sequence[Any]]) -> tuple[list[str], list[list[Any]]]:
    """Return the names of the columns and the rows below; a first row of data gets names by number."""
    first = [str(cell).strip() if cell is not None else "" for cell in table[0]]
    named = bool(rows.guess(first)) or not any(len(cell) > 60 or _DATE.match(cell) or cell.isdigit() for cell in first)
    names: list[str] = []
    for place, cell in enumerate(first, 1):
        name = cell if named and cell else f"column {place}"
        names.append(name if name not in names else f"{name} {place}")
    return names, [list(row) for row in (table[1:] if named else table)]


def _mapping(names: Sequence[str], sample: Sequence[Sequence[Any]], chosen: dict[str, str]) -> dict[str, str]:
    """Return column to field; what no name tells is guessed from the cells: the longest texts are bodies."""
    found = rows.mapping(names, chosen)
    taken = set(found.values())
    free = [place for place, name in enumerate(names) if name not in found and name not in chosen]
    if "body" in taken and "headline" in taken:
        return found
    cells = {place: [str(row[place]) for row in sample if place < len(row) and _filled(row[place])] for place in free}
    lengths = {place: sum(map(len, texts)) / len(texts) for place, texts in cells.items() if texts}
    if "published_at" not in taken:
        dated = next((p for p in lengths if all(_DATE.match(text) for text in cells[p]) and lengths[p] < 40), None)
        if dated is not None:
            found[names[dated]] = "published_at"
            del lengths[dated]
    if (
        "body" not in taken
        and lengths
        and (longest := max(lengths, key=lambda p: lengths[p])) is not None
        and lengths[longest] >= 80
    ):
        found[names[longest]] = "body"
        del lengths[longest]
    if "headline" not in taken and lengths:
        titles = [p for p in lengths if 12 <= lengths[p] < 200]
        if titles and "body" in found.values():
            found[names[max(titles, key=lambda p: lengths[p])]] = "headline"
    return found


def _articles(
    source: Iterable[list[Any]], context: ReadContext, kind: str, what: str
) -> Iterator[ParsedArticle | Rejected]:
    numbered = ((number, row) for number, row in enumerate(source, 1) if any(_filled(cell) for cell in row))
    first = list(islice(numbered, 30))
    if not first:
        raise ParseError("The table is empty.", mend="Check the file.")
    names, sample = _header([row for _, row in first])
    columns = _mapping(names, sample, dict(context.columns))
    if not {"headline", "body"} & set(columns.values()):
        shown = ", ".join(f"“{name}”" for name in names[:12])
        raise ParseError(
            f"None of the columns {shown} is known to hold headlines or texts.",
            mend="Choose the columns and try again.",
        )
    head = len(first) - len(sample)
    for number, row in chain(first[head:], numbered):
        record = f"{what} {number}"
        raw = _as_csv(names, row)
        cells, formulas = _cells(names, row)
        try:
            made = rows.article(cells, context, kind=kind, record=record, columns=columns)
        except ParseError as error:
            yield Rejected(record, str(error), error.mend, raw, kind)
            continue
        yield dataclasses.replace(made, raw=raw, warnings=(*made.warnings, *formulas))


def _cells(names: Sequence[str], row: Sequence[Any]) -> tuple[dict[str, Any], list[str]]:
    cells: dict[str, Any] = {}
    warnings = []
    for name, value in zip(names, row, strict=False):
        if isinstance(value, str) and value[:1] in "=+-@\t\r" and _FORMULA.match(value.strip()):
            warnings.append(f"The formula in the column “{name}” was made plain text.")
            value = f"'{value.strip()}"
        cells[name] = value
    return cells, warnings


def _as_csv(names: Sequence[str], row: Sequence[Any]) -> bytes:
    """Return one row with its names as a table of its own, from which it can be read again."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerow([_cell_text(cell) for cell in row])
    return out.getvalue().encode("utf-8", "replace")


def _cell_text(cell: Any) -> str:
    if isinstance(cell, datetime):
        midnight = not (cell.hour or cell.minute or cell.second)
        return cell.date().isoformat() if midnight else cell.isoformat()
    return cell.isoformat() if isinstance(cell, date) else "" if cell is None else str(cell)
