"""What all tables have in common: a row is an article, its columns mapped as an editor chose or as their names and
contents suggest.

Formulas are never evaluated, and a cell that a spreadsheet would take for one is made plain text.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain, islice
from typing import Any

from archive.formats import rows
from archive.formats.base import ParsedArticle, ParseError, ReadContext, Rejected

_FORMULA = re.compile(r"^(?:[=+@\-]\s*[A-Za-z_.]+[\w.]*\s*\(|=|[+@\-][^\n]*\|[^\n]*!)")
_DATE = re.compile(r"\s*(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ](?:\d{1,2}|[^\W\d]{3,12})[-/. ]\d{2,4})")


def columns_of(source: Iterable[Sequence[Any]]) -> tuple[list[str], dict[str, str], list[list[str]]]:
    """Return the names of the columns, the field each is taken for, and the first five rows, for an editor to choose.

    Raises ParseError when there are no rows.
    """
    first = list(islice((row for row in source if any(_filled(cell) for cell in row)), 6))
    if not first:
        raise ParseError("The table is empty.", mend="Check the file.")
    names, body = _header(first)
    return names, _mapping(names, body, {}), [[_cell_text(cell) for cell in row] for row in body[:5]]


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


def articles(
    source: Iterable[list[Any]], context: ReadContext, kind: str, what: str
) -> Iterator[ParsedArticle | Rejected]:
    """Yield an article for each row of a table, a Rejected for a row without headline and text.

    `kind` is the name of the format and `what` precedes the number of the row in its record. Raises ParseError when no
    column holds headlines or texts.
    """
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
