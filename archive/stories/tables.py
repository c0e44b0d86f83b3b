"""Rows in and out of PostgreSQL without a model instance for each: what placement reads and writes by the hundred.

The promise: one statement a call, whatever the number of rows, and one exchange with the database for as many calls as
are given at once; values are always bound, never part of the statement.
"""

from __future__ import annotations

import select
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, models


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with its values: %s for each of a sequence, %(name)s for each of a mapping."""

    sql: str
    values: Mapping[str, Any] | Sequence[Any] = ()


def answers(*statements: Statement) -> list[list[tuple]]:
    """Carry out statements in their order, in one exchange; return the rows of each, none for what answers with none.

    They are bound by the server, which prepares each once a connection where the connection's `prepare_threshold`
    allows it: planning anew takes longer than most of them take to run.
    """
    if not statements:
        return []
    if len(statements) > 1:
        with underway(*statements) as rows:
            pass
        return rows
    with connection.wrap_database_errors:
        cursor = psycopg.Cursor(_connected())
        _send(cursor, statements[0])
        return [_rows(cursor)]


@contextmanager
def underway(*statements: Statement) -> Iterator[list[list[tuple]]]:
    """Send statements, and let the database carry them out while the block runs; at its end the list that it was given
    holds the rows of each, as `answers` returns them.

    In the block nothing else may be asked of the database. Raises RuntimeError where `answers` is called in one.
    """
    rows: list[list[tuple]] = []
    if not statements:
        yield rows
        return
    with connection.wrap_database_errors:
        held = _connected()
        cursors = [psycopg.Cursor(held) for _ in statements]
        with held.pipeline():
            for cursor, statement in zip(cursors, statements, strict=True):
                _send(cursor, statement)
            _push(held.pgconn)
            yield rows
        rows += map(_rows, cursors)


def _push(line: psycopg.pq.abc.PGconn) -> None:
    """Send what waits to be sent: the driver does so only when it is asked for answers. What the database answers
    meanwhile is taken in, so that neither waits for the other."""
    waiting = select.poll()
    waiting.register(line.socket, select.POLLIN | select.POLLOUT)
    while line.flush():
        if any(what & select.POLLIN for _, what in waiting.poll()):
            line.consume_input()


def _connected() -> psycopg.Connection:
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    held = connection.connection
    if held.pgconn.pipeline_status:
        raise RuntimeError("The database is at work on other statements: ask it once that block has ended.")
    return held


def _rows(cursor: psycopg.Cursor) -> list[tuple]:
    return cursor.fetchall() if cursor.description else []


def rows_of(sql: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> list[tuple]:
    """Return the rows that a statement answers with."""
    return answers(Statement(sql, values))[0]


def execute(sql: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> None:
    """Carry out a statement that answers with no rows."""
    answers(Statement(sql, values))


def insertion(
    model: type[models.Model], columns: Mapping[str, str], rows: Iterable[Sequence[Any]], then: str = ""
) -> list[Statement]:
    """Return what writes rows with one INSERT, nothing where there are none; `columns` are their names with their
    types, `then` what follows the rows."""
    arrays = [list(column) for column in zip(*rows, strict=True)]
    return [Statement(_insert(model, tuple(columns.items()), then), arrays)] if arrays else []


def together(statements: Sequence[Statement]) -> list[Statement]:
    """Return one statement that carries out these, each with a sequence of values. None of them may answer, or read
    what another writes: they see the tables as they were before."""
    if len(statements) < 2:
        return list(statements)
    return [Statement(_with(tuple(one.sql for one in statements)), [v for one in statements for v in one.values])]


@lru_cache(maxsize=64)
def _with(statements: Sequence[str]) -> str:
    parts = ", ".join(f"part{number} AS ({sql})" for number, sql in enumerate(statements))
    return f"WITH {parts} SELECT"


@lru_cache(maxsize=64)
def _insert(model: type[models.Model], columns: Sequence[tuple[str, str]], then: str) -> str:
    # An array of JSON documents is bound as text: each is a string already.
    marks = ", ".join(f"%s::{'text' if kind == 'jsonb' else kind}[]" for _, kind in columns)
    names = ", ".join(f'"{name}"' for name, _ in columns)
    taken = ", ".join(f'"{name}"::jsonb' if kind == "jsonb" else f'"{name}"' for name, kind in columns)
    table = model._meta.db_table
    return f'INSERT INTO "{table}" ({names}) SELECT {taken} FROM unnest({marks}) AS one ({names}) {then}'


@dataclass(frozen=True, slots=True)
class Loader:
    """Makes instances of models out of the rows of a join, with those fields only that are read: a tenth of what a
    queryset takes for few rows. `tables` are the models by the name that the join gives their tables."""

    tables: Mapping[str, tuple[type[models.Model], tuple[str, ...]]]

    @classmethod
    def of(cls, **tables: tuple[type[models.Model], Collection[str]]) -> Loader:
        """Return a loader of these fields, by their columns."""
        return cls(
            {
                table: (model, tuple(field.attname for field in model._meta.concrete_fields if field.attname in names))
                for table, (model, names) in tables.items()
            }
        )

    @property
    def columns(self) -> str:
        """The columns that a row has to begin with."""
        return ", ".join(f'{table}."{name}"' for table, (_, names) in self.tables.items() for name in names)

    def load(self, row: Sequence[Any]) -> list[Any]:
        """Return an instance of each of the models."""
        loaded = []
        start = 0
        for model, names in self.tables.values():
            loaded.append(model.from_db(DEFAULT_DB_ALIAS, names, row[start : start + len(names)]))
            start += len(names)
        return loaded


def _send(cursor: psycopg.Cursor, statement: Statement) -> None:
    values = statement.values
    if isinstance(values, Mapping):
        cursor.execute(statement.sql, {name: _bound(value) for name, value in values.items()}, prepare=True)
    else:
        cursor.execute(statement.sql, [_bound(value) for value in values], prepare=True)
    if connection.queries_logged:
        connection.queries_log.append({"sql": statement.sql, "time": ""})


def _bound(value: Any) -> Any:
    """Return a value as it is bound: numbers and arrays in PostgreSQL's own writing, so that the statement decides on
    their type and not each number by its size."""
    if isinstance(value, list | tuple):
        return _array(value)
    return str(value) if isinstance(value, int) else value


def _array(values: Sequence[Any]) -> str:
    if not values:
        return "{}"
    if not isinstance(values[0], str) and None not in values:
        return "{" + ",".join(map(str, values)) + "}"
    if None not in values:
        joined = '","'.join(values)
        if "\\" not in joined and joined.count('"') == 2 * (len(values) - 1):
            return f'{{"{joined}"}}'
    return "{" + ",".join("NULL" if value is None else _quoted(str(value)) for value in values) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
