"""Rows in and out of PostgreSQL without a model instance for each: what placement reads and writes by the hundred.

The promise: one statement a call, whatever the number of rows; values are always bound, never part of the statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models


def rows_of(sql: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> list[tuple]:
    """Return the rows that a statement answers with."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def execute(sql: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> None:
    """Carry out a statement that answers with no rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def insert(
    model: type[models.Model], columns: Mapping[str, str], rows: Iterable[Sequence[Any]], then: str = ""
) -> None:
    """Write rows with one INSERT; `columns` are their names with their types, `then` what follows the rows."""
    arrays = [list(column) for column in zip(*rows, strict=True)]
    if not arrays:
        return
    # An array of JSON documents is bound as text: each is a string already.
    marks = ", ".join(f"%s::{'text' if kind == 'jsonb' else kind}[]" for kind in columns.values())
    names = ", ".join(f'"{name}"' for name in columns)
    taken = ", ".join(f'"{name}"::jsonb' if kind == "jsonb" else f'"{name}"' for name, kind in columns.items())
    table = model._meta.db_table
    execute(f'INSERT INTO "{table}" ({names}) SELECT {taken} FROM unnest({marks}) AS one ({names}) {then}', arrays)
