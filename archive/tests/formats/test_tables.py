"""Columns of tables are mapped as an editor chose, by their names, or by what stands in them."""

from datetime import UTC, datetime

import pytest

from archive.formats import registry, rows
from archive.formats.base import ParseError, ReadContext, Rejected
from archive.tests.formats.samples_json import SAMPLES


def read(text, **columns):
    context = ReadContext(captured_at=datetime(2026, 4, 1, tzinfo=UTC), file_name="a.csv", columns=columns)
    return list(registry.read(text.encode(), context))


def test_the_choice_of_an_editor_wins_over_the_name_of_a_column():
    text = "title,summary,text\nNot this,This one,The words.\n"
    (article,) = read(text, title="", summary="headline")
    assert (article.headline, article.standfirst, article.body) == ("This one", "", "The words.")


def test_a_choice_is_found_again_whatever_the_case_of_the_column():
    (article,) = read("Foo_Bar,text\nA headline,The words.\n", **{"foo bar": "headline"})
    assert article.headline == "A headline"


def test_a_choice_of_a_field_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(ParseError, match="no field of an article") as raised:
        read("a,b\nx,y\n", a="colour")
    assert "headline" in raised.value.mend


def test_a_table_without_any_column_that_is_known_is_refused_with_its_columns():
    with pytest.raises(ParseError, match="“kilo”, “mega”"):
        read("kilo,mega\n1,2\n3,4\n")


def test_an_empty_row_is_passed_over_and_a_row_without_words_rejected():
    first, second, third = read("headline,body,date\nOne,Words.,\n,,\n,,2026-03-01\nTwo,Words.,\n")
    assert (first.headline, first.record) == ("One", "row 2")
    assert isinstance(second, Rejected) and second.record == "row 4" and second.mend
    assert third.headline == "Two"


def test_a_row_can_be_read_again_from_its_own_bytes():
    (article,) = read('headline,body,tags\nOne,"Words, and\nmore words.","a; b"\n')
    (again,) = registry.read(article.raw, ReadContext(captured_at=datetime(2026, 4, 1, tzinfo=UTC)))
    assert (again.headline, again.body, again.tags) == (article.headline, article.body, article.tags)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_any_usual_mark_separates_the_columns(mark):
    lines = [["headline", "date", "body"], ["One", "2026-03-01", "Words."], ["Two", "2026-03-02", "More."]]
    found = read("\n".join(mark.join(line) for line in lines))
    assert [article.headline for article in found] == ["One", "Two"]


def test_a_table_in_utf_16_is_read():
    data = "headline\tbody\nПаром стоит\tСлова.\n".encode("utf-16")
    (article,) = registry.read(data, ReadContext(captured_at=datetime(2026, 4, 1, tzinfo=UTC), file_name="a.tsv"))
    assert article.headline == "Паром стоит"


def test_prose_with_commas_is_no_table():
    text = "The ferry stopped, again.\nIt waits, and waits, at the quay.\nNobody knows, of course, when it will sail.\n"
    assert registry.recognize(text.encode(), "dump.txt").name == "text_dump"


def test_columns_are_shown_with_their_guess_and_the_first_rows():
    names, guess, first = registry.columns_of((SAMPLES / "table/march.xlsx").read_bytes())
    assert names[:2] == ["Headline", "Published"]
    assert guess["Story"] == "body" and guess["Publication"] == "outlet"
    assert first[0][0] == "Ferry stops after crack" and first[0][1] == "2026-03-11"
    assert set(guess.values()) <= set(rows.FIELDS)


def test_what_is_no_table_has_no_columns():
    assert registry.columns_of((SAMPLES / "nitf/ferry.xml").read_bytes()) is None
