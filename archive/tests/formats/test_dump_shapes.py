"""A line of a dump looks the same whenever it comes, and one that came before is not looked at again."""

import numpy as np
import pytest

from archive.formats import dump_shapes
from archive.formats.dump_shapes import NAMES, count_words, shapes_of

LINES = [
    "Harbor council votes on Tuesday.",
    "The mayor's well-known ferry-boat, built in '98, didn't sail -- not once.",
    "'quoted' -dash- and don'",
    "Über­raschung am Kai – „Fähre“ läuft wieder aus!",
    "港の議会は火曜日に投票する。",
    "𝔉erry 𝔏ine reopens, 𝟙𝟚 boats",
    "snake_case stays one word",
    "",
    "• 12.04.2031 | Kai & Hafen",
    "Published 12 April 2031, 14:05",
]


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch) -> None:
    monkeypatch.setattr(dump_shapes, "_remembered", dump_shapes._Remembered())


@pytest.mark.parametrize("line", LINES)
def test_words_counted_by_their_signs_are_the_words_counted_one_by_one(line):
    assert [shape.words for shape in shapes_of([*LINES, line])][-1] == count_words(line)


def test_a_line_has_the_same_shape_alone_among_others_and_the_second_time():
    together = shapes_of(LINES, "en")
    for line, first in zip(LINES, together, strict=True):
        alone = dump_shapes._looked_at([line], "en")[0]
        again = shapes_of([line], "en")[0]
        assert again is first
        assert np.array_equal(alone.row, first.row)
        for name in ("words", "sentence", "prose", "key", "tokens", "picture", "credit", "controls", "dates", "heavy"):
            assert getattr(alone, name) == getattr(first, name), (line, name)


def test_lines_that_come_back_are_not_looked_at_again(monkeypatch):
    shapes_of(LINES, "en")
    looked = []
    real = dump_shapes._looked_at
    monkeypatch.setattr(dump_shapes, "_looked_at", lambda new, language: looked.extend(new) or real(new, language))
    shapes_of([*LINES, "A new line."], "en")
    assert looked == ["A new line."]


def test_what_is_remembered_of_a_line_holds_for_its_language_only():
    line = "Tuesday 03/04/2031, or 05/06/2031"
    assert [found.value.day for found in shapes_of([line], "fr")[0].dates][-1] == 5
    assert [found.value.day for found in shapes_of([line], "en-US")[0].dates][-1] == 6


def test_no_more_lines_are_remembered_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(dump_shapes, "_REMEMBERED_LINES", 10)
    for number in range(100):
        shapes_of([f"Line {number} of many", "Home"], "en")
    held = dump_shapes._remembered
    assert len(held._recent) + len(held._older) <= 20
    assert held.get(("en", "Home")) is not None


def test_long_lines_are_text_and_are_not_remembered():
    line = "The council of the harbor met again. " * 10
    shapes_of([line.strip()], "en")
    assert dump_shapes._remembered.get(("en", line.strip())) is None


def test_every_number_of_a_shape_has_its_name():
    assert {len(shape.row) for shape in shapes_of(LINES)} == {len(NAMES)}


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("It sailed.", True),
        ("“It sailed!”", True),
        ("它开航了。", True),
        ("It sailed", False),
        ("(aside)", False),
        ("", False),
    ],
)
def test_a_sentence_ends_with_its_mark_and_perhaps_closing_signs(line, ends):
    assert shapes_of([line])[0].sentence is ends
