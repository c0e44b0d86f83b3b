"""Two texts beside each other, and one against many."""

from __future__ import annotations

from archive.text.align import align, missing_here, only_here, sentences_of

LEFT = (
    "The eastern wall of the dam moved by four centimeters on Monday.\n"
    "Engineers asked the council to lower the lake at once and to close the valley road.\n"
    "The school boat sails as usual."
)
RIGHT = (
    "The town hall was lit all night.\n"
    "On Monday the dam's eastern wall shifted by four centimeters.\n"
    "Engineers asked the council to lower the lake at once.\n"
    "They also asked for the valley road to be closed."
)


def kinds(rows):
    return [(row.kind, len(row.left), len(row.right)) for row in rows]


def test_what_both_say_is_told_from_what_was_reworded_and_what_only_one_has():
    rows = align(LEFT, RIGHT)
    assert kinds(rows)[0] == ("right", 0, 1)
    assert ("reworded", 1, 1) in kinds(rows)
    assert kinds(rows)[-1][0] in ("left", "right")
    only_left = [row.left[0].text for row in rows if row.kind == "left"]
    assert only_left == ["The school boat sails as usual."]


def test_the_same_text_says_the_same():
    assert {row.kind for row in align(LEFT, LEFT)} == {"both"}


def test_every_sentence_comes_out_once():
    rows = align(LEFT, RIGHT)
    for side, text in (("left", LEFT), ("right", RIGHT)):
        spans = sorted((p.start, p.end) for row in rows for p in getattr(row, side))
        assert spans == [(p.start, p.end) for p in sentences_of(text)]


def test_an_empty_text_has_nothing_beside_it():
    assert align("", "") == []
    assert {row.kind for row in align("", RIGHT)} == {"right"}
    assert {row.kind for row in align(LEFT, "")} == {"left"}


def test_a_quote_of_several_sentences_stays_one():
    text = "“The wall moved. Nobody slept. It was dark,” Ruiz said on Monday."
    assert [p.text for p in sentences_of(text)] == [text]


def test_only_here_counts_who_else_says_it():
    counts = {o.part.text: o.elsewhere for o in only_here(LEFT, [RIGHT, "Nothing of the sort."])}
    assert counts["The school boat sails as usual."] == 0
    assert counts["The eastern wall of the dam moved by four centimeters on Monday."] == 1


def test_missing_here_tells_each_thing_once_with_who_says_it():
    again = "All night long the town hall was lit.\nNobody came to the harbor office this morning."
    found = missing_here(LEFT, [RIGHT, again])
    assert found[0].part.text == "The town hall was lit all night." and found[0].said_by == (0, 1)
    assert [m.said_by for m in found if "harbor office" in m.part.text] == [(1,)]
