"""Two spellings of the same words come out as the same string."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text.normalize import (
    clean_line,
    clean_text,
    fold,
    line_key,
    same_key,
    slug_key,
    split_lines,
    strip_bullet,
    unwrap,
    words,
    words_of_lines,
)


def test_a_clean_line_has_no_controls_marks_or_runs_of_space():
    assert clean_line("  The\u00a0 ferry\u200b\x00 \tline\u2028stops ") == "The ferry line stops"


def test_a_joiner_inside_a_word_is_spelling_and_stays():
    assert clean_line("می‌رود") == "می‌رود"


def test_clean_text_keeps_paragraphs_and_drops_blank_lines():
    assert clean_text("One.\r\n\r\n \u00a0 \nTwo.\x00") == "One.\nTwo."


def test_lines_end_where_an_editor_shows_their_end():
    assert split_lines("a\r\nb\rc\nd\u2028e\x85f") == ["a", "b", "c", "d\u2028e\x85f"]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("“Plain” – it’s…", '"plain" - it\'s...'),
        ("Café", "CAFE"),
        ("ﬁsh", "fish"),
        ("Straße", "STRASSE"),
        ("«Слово»", '"слово"'),
        ("ёлка", "елка"),
    ],
)
def test_folding_makes_spellings_equal(left, right):
    assert fold(left) == fold(right)


def test_folding_keeps_letters_that_are_not_accents():
    assert fold("мой") != fold("мои")
    assert fold("हिन्दी") == "हिन्दी"


def test_furniture_recurs_whatever_its_numbers_and_bullets():
    assert line_key("  • 12 Comments") == line_key("3 comments")
    assert line_key("28 Nov 2025") == line_key("1 Nov 2031")
    assert line_key("* * *") == ""


def test_same_key_ignores_everything_but_letters_and_digits():
    assert same_key("Ferries: “stop”, 2 lines!") == same_key("ferries stop 2 lines")
    assert same_key("2 lines") != same_key("3 lines")


def test_slugs_keep_every_script_and_end_between_words():
    assert slug_key("The Quay Gazette & Post") == "the-quay-gazette-post"
    assert slug_key("الميادين نت") == "الميادين-نت"
    assert slug_key("one two three", limit=9) == "one-two"
    assert len(slug_key("x" * 200)) == 80


@pytest.mark.parametrize(
    ("line", "mark", "rest"),
    [
        ("  • News", "•", "News"),
        ("o Sports", "o", "Sports"),
        ("2. Second", "2.", "Second"),
        ("2031 was wet", "", "2031 was wet"),
    ],
)
def test_list_marks_are_told_from_words(line, mark, rest):
    assert strip_bullet(line) == (mark, rest)


PARAGRAPH = (
    "The ferry union has voted by a wide margin to stop all crossings on the northern line from the first day of next "
    "month, and the owners of the line have asked the harbor office to name a mediator before the summer season ends, "
    "which neither the crews nor the passengers believe will happen in time for the holidays that begin in June."
)


def wrapped(text: str, width: int = 72, indent: str = "   ") -> list[str]:
    import textwrap

    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent)


def test_paragraphs_of_a_wrapped_dump_are_joined_again():
    lines = ["   Home", "   News", "", *wrapped(PARAGRAPH), "", *wrapped(PARAGRAPH + " Again."), "", "   Contact"]
    paragraphs = unwrap(lines)
    assert [text.strip() for text, _ in paragraphs] == ["Home", "News", PARAGRAPH, PARAGRAPH + " Again.", "Contact"]
    assert sorted(number for _, numbers in paragraphs for number in numbers) == [
        number for number, line in enumerate(lines, 1) if line
    ]


def test_lines_of_an_unwrapped_dump_stay_apart():
    lines = ["Home", "News", PARAGRAPH, "Contact", PARAGRAPH]
    assert [text for text, _ in unwrap(lines)] == lines


def test_menu_entries_of_a_wrapped_dump_stay_apart():
    lines = ["   * Home", "   * News", "   * Sports", "", *wrapped(PARAGRAPH), *wrapped("* " + PARAGRAPH)]
    assert [text.strip()[:6] for text, _ in unwrap(lines)] == ["* Home", "* News", "* Spor", "The fe", "* The "]


@given(st.lists(st.text(st.characters(exclude_characters="\n"), max_size=30), max_size=6))
def test_the_words_of_many_lines_are_those_of_each(lines):
    assert words_of_lines(lines) == [words(line) for line in lines]


def test_the_words_of_lines_in_several_scripts_keep_to_their_lines():
    lines = ["Café_Olé\u200b", "", "\u0301accent first", "ЁЛКА — ｗｉｄｅ", "हिन्दी"]
    assert words_of_lines(lines) == [words(line) for line in lines]
