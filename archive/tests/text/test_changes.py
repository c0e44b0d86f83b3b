"""Every difference is classed, by what it is about, and trifles are told from changes."""

import pytest

from archive.text.changes import Said, compare, is_silent

CASES = [
    ("The fire killed 45 people, officials said.", "The fire killed 54 people, officials said.", {"number"}),
    ("Twelve people were hurt in the blast.", "Two dozen people were hurt in the blast.", {"number"}),
    ("The vote is on Monday.", "The vote is on Tuesday.", {"date"}),
    ("The vote is on 6 April 2031.", "The vote is on 7 April 2031.", {"date"}),
    ("A walk with Ana Petrov by the sea.", "A walk with Anna Petrova by the sea.", {"name"}),
    ("“We will never go back there,” said Lund. It rained.", "It rained.", {"quote_removed", "name", "attribution"}),
    (
        "“We will never go back there,” said Lund. It rained.",
        "“We shall never go back there again,” said Lund. It rained.",
        {"quote_changed"},
    ),
    ("It rained.", "It rained.\n“All of us are soaked to the skin,” said Lund.", {"quote_added", "paragraph_added"}),
    (
        "It will cost more, the harbor office said on the phone.",
        "It will cost more, two people at the quay said on the phone.",
        {"attribution", "number"},
    ),
    ("He walked slowly home.", "He ambled slowly home.", {"wording"}),
    ("It rained.\nUpdated at 10:45", "It rained.\nUpdated at 11:45", {"trivial"}),
    ("It was \"the worst day\"  for us.", "It was “the worst day” for us.", {"trivial"}),
    (
        "It rained.",
        "It rained.\nCorrection: an earlier version of this story gave nine weeks.",
        {"correction_note"},
    ),
    ("It rained all day long.\nSnow will follow.", "Snow will follow.\nIt rained all day long.", {"paragraph_moved"}),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "wanted"), CASES)
def test_a_change_is_classed_by_what_it_is_about(before: str, after: str, wanted: set[str]) -> None:
    assert set(compare(Said(body=before), Said(body=after)).kinds) == wanted


def test_a_change_carries_the_words_before_and_after() -> None:
    found = compare(Said(body="It killed 45 people."), Said(body="It killed 54 people.")).changes
    assert [(change.kind, change.before, change.after) for change in found] == [("number", "45", "54")]


def test_a_reworded_headline_is_a_change_of_the_headline() -> None:
    compared = compare(Said(headline="Ferry closes", body="x"), Said(headline="Ferry shuts", body="x"))
    assert compared.kinds == ("headline",)


def test_a_quote_that_only_moved_to_another_paragraph_is_no_lost_quote() -> None:
    quote = "“We were told in March about it,” said Lund."
    before = f"The pier is closed. {quote}\nThe boats sail from the quay."
    after = f"The pier is closed.\nThe boats sail from the quay. {quote}"
    assert "quote_removed" not in compare(Said(body=before), Said(body=after)).kinds


def test_a_caption_is_a_class_of_its_own() -> None:
    compared = compare(Said(body="x", captions=["The pier in May"]), Said(body="x", captions=["The pier in June"]))
    assert compared.kinds == ("caption",)


def test_the_same_text_has_no_changes() -> None:
    said = Said(headline="Ferry closes", standfirst="For weeks", byline="By Lund", body="It rained.\nIt poured.")
    assert compare(said, said).changes == ()


def test_a_weighty_change_without_a_note_is_silent() -> None:
    assert is_silent(["number"])
    assert not is_silent(["number", "correction_note"])
    assert not is_silent(["wording", "caption", "trivial"])
