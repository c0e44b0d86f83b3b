"""CSV and TSV: values separated by commas, semicolons, tabs or bars, with or without a row of names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice

from archive.formats import rows, table
from archive.formats.base import ParsedArticle, ParseError, ReadContext, Rejected
from archive.formats.sniff import head_text, is_binary
from archive.text.encoding import UndecodableText, decode

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 64 * 1024


class Csv:
    """Comma, semicolon, tab or bar separated values, with or without a row of names."""

    name = "csv"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return up to 0.9 for text whose lines split into the same columns, with known names on the first."""
        if head_text(data, 64).lstrip()[:1] in ("<", "{") or is_binary(data):
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
        yield from table.articles(self.rows_of(data), context, self.name, "row")

    def rows_of(self, data: bytes) -> Iterator[list[str]]:
        """Yield the rows as they stand. Raises ParseError for what is no text."""
        try:
            text = decode(data)
        except UndecodableText as error:
            raise ParseError(str(error), mend="Save it as UTF-8 and try again.") from error
        return _csv_rows(text, _delimiter(text[:_SAMPLE]) or ",")


FORMAT = Csv()


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
