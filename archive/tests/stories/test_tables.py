"""Statements past Django: in one exchange, and while the program goes on."""

import pytest

from archive.stories.tables import Statement, answers, rows_of, underway

pytestmark = pytest.mark.django_db

NUMBERS = Statement("SELECT n FROM generate_series(1, %s) AS n", [3])


def test_statements_answer_in_their_order_and_with_nothing_where_they_have_no_rows():
    assert answers(NUMBERS, Statement("SET LOCAL work_mem = '8MB'"), Statement("SELECT 'x'")) == [
        [(1,), (2,), (3,)],
        [],
        [("x",)],
    ]
    assert answers() == []


def test_the_database_works_on_while_the_block_runs_and_has_answered_at_its_end():
    with underway(NUMBERS, Statement("SELECT pg_sleep(0.01), 'slept'")) as rows:
        assert rows == []
    assert rows[0] == [(1,), (2,), (3,)] and rows[1][0][1] == "slept"
    with underway() as rows:
        assert rows_of("SELECT 1") == [(1,)]
    assert rows == []


def test_more_than_the_line_holds_goes_through_while_the_block_runs():
    text = "x" * 5_000_000
    with underway(*(Statement("SELECT length(%s::text)", [text]) for _ in range(4))) as rows:
        pass
    assert rows == [[(len(text),)]] * 4


def test_nothing_else_is_asked_while_the_database_is_at_work():
    with pytest.raises(RuntimeError, match="at work"), underway(NUMBERS):
        rows_of("SELECT 1")
    assert rows_of("SELECT 2") == [(2,)]
