"""Queries that are asked over and over, their SQL written once a process and planned once a connection.

The promise: the ORM writes the SQL, so filters such as `visible_to` stay in one place; only what it costs to write and
to plan it, several times what the database needs to answer, is paid once. Values that change from asking to asking are
named. Rows come as the driver reads them: a column of JSON would come parsed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, F, Field, Func, QuerySet, Value


class IsAny(Func):
    """Whether a value is one of many, given to the database as one array and not as thousands of parameters."""

    output_field = BooleanField()
    function = ""
    template = "%(expressions)s)"
    arg_joiner = " = ANY("

    def __init__(self, field: str, values: Iterable[Any], kind: Field | None = None) -> None:
        """Take the name of a field and the values, which are numbers unless a kind is given."""
        super().__init__(F(field), Value(list(values), output_field=ArrayField(kind or BigIntegerField())))


class Prepared:
    """A query of rows, and which of its parameters stand for which name."""

    def __init__(self, query: QuerySet, **samples: Any) -> None:
        """Take the SQL of a query that was made with these sample values; each must be found among its parameters.

        Raises ValueError for a sample that is not there: the query would be asked with a value of no meaning.
        """
        self.sql, params = query.query.sql_with_params()
        self.params = list(params)
        self.places = {
            name: [at for at, p in enumerate(self.params) if p == sample] for name, sample in samples.items()
        }
        unused = [name for name, places in self.places.items() if not places]
        if unused:
            raise ValueError(f"The query has no place for {', '.join(unused)}.")

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows with these values in their places."""
        params = self.params.copy()
        for name, places in self.places.items():
            for place in places:
                params[place] = values[name]
        if connection.queries_logged or connection.execute_wrappers:
            # Somebody watches what is asked, which only Django's own cursor tells.
            with connection.cursor() as cursor:
                cursor.execute(self.sql, params)
                return cursor.fetchall()
        connection.close_if_health_check_failed()
        connection.ensure_connection()
        connection.validate_no_broken_transaction()
        with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
            cursor.execute(self.sql, params, prepare=True, binary=True)
            return cursor.fetchall()
