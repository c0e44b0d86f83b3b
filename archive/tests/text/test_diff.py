"""A diff loses nothing, pairs what belongs together, and shows a moved paragraph as moved."""

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.text.diff import Row, diff_line, diff_texts, word_runs

FERRY = "The ferry pier closes on Monday for nine weeks."
DIVERS = "Divers looked at each of the piles and found cracks."
SCHOOL = "The school boat sails at seven from the old quay."
COUNCIL = "The council meets on Thursday to speak about a landing stage."

words = st.sampled_from(["pier", "boat", "the", "crack.", "“sea”", "Nine", "7", "quay,", "said", "Lund"])
texts = st.lists(st.lists(words, min_size=1, max_size=8).map(" ".join), max_size=8).map("\n".join)


def lines(*paragraphs: str) -> str:
    return "\n".join(paragraphs)


def kinds(rows: list[Row]) -> list[str]:
    return [row.kind for row in rows]


@settings(max_examples=150, deadline=None)
@given(texts, texts)
def test_the_runs_spell_both_texts(before: str, after: str) -> None:
    rows = diff_texts(before, after)
    assert sorted(word for row in rows for word in row.before.split()) == sorted(before.split())
    assert [word for row in rows for word in row.after.split()] == after.split()
    for row in rows:
        assert "".join(text for text, _ in row.right) == row.after
        assert "".join(text for text, _ in row.left) == row.before
        assert {mark for _, mark in row.left} <= {"", "del"}
        assert {mark for _, mark in row.right} <= {"", "ins"}


def test_a_changed_word_is_marked_inside_its_sentence() -> None:
    (row,) = diff_texts(FERRY, FERRY.replace("nine", "eleven"))
    assert row.inline == (
        ("The ferry pier closes on Monday for ", ""),
        ("nine ", "del"),
        ("eleven ", "ins"),
        ("weeks.", ""),
    )


def test_an_inserted_sentence_leaves_its_neighbors_alone() -> None:
    left, right, _ = word_runs(f"{FERRY} {SCHOOL}", f"{FERRY} {DIVERS} {SCHOOL}")
    assert all(mark == "" for _, mark in left)
    assert [text.strip() for text, mark in right if mark] == [DIVERS]


def test_a_paragraph_that_only_moved_is_shown_as_moved() -> None:
    rows = diff_texts(lines(FERRY, DIVERS, SCHOOL, COUNCIL), lines(COUNCIL, FERRY, DIVERS, SCHOOL))
    assert kinds(rows) == ["moved", "same", "same", "same"]
    assert rows[0].moved_up


def test_a_paragraph_that_moved_and_changed_is_both() -> None:
    rows = diff_texts(lines(FERRY, DIVERS, SCHOOL), lines(DIVERS, SCHOOL, FERRY.replace("nine", "eleven")))
    assert kinds(rows) == ["same", "same", "moved"]
    assert not rows[2].moved_up
    assert ("eleven ", "ins") in rows[2].inline


def test_what_came_and_went_stands_where_it_was() -> None:
    rows = diff_texts(lines(FERRY, DIVERS, SCHOOL), lines(FERRY, COUNCIL, SCHOOL))
    assert kinds(rows) == ["same", "removed", "added", "same"]


def test_typographic_quotes_and_spacing_are_trivial() -> None:
    (row,) = diff_texts('He said  "no" - twice.', "He said “no” – twice.")
    assert (row.kind, row.trivial) == ("same", True)


def test_a_paragraph_broken_in_two_is_the_same_text() -> None:
    rows = diff_texts(f"{FERRY} {DIVERS}\n{SCHOOL}", lines(FERRY, DIVERS, SCHOOL))
    assert kinds(rows) == ["same", "same", "same"]
    assert [row.trivial for row in rows] == [True, True, False]


def test_a_paragraph_that_kept_one_sentence_is_changed_not_replaced() -> None:
    rows = diff_texts(f"{FERRY} {DIVERS} {SCHOOL}", DIVERS)
    assert kinds(rows) == ["changed"]


def test_a_line_that_is_empty_on_both_sides_has_no_row() -> None:
    assert diff_line("", "") is None
    added = diff_line("", "By Ines Okafor")
    assert added is not None
    assert added.kind == "added"
