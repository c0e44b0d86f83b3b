"""Drifted quotes across texts: which belong together, how each differs, and what must stay apart."""

from __future__ import annotations

import pytest

from archive.text.quote_families import find_families, lost_and_changed, text_of, variant_kind

FIRST = (
    "Mayor Ana Ruiz has warned the council of a “disturbing rate” of seepage through the eastern wall of the dam.\n"
    "“The orders were plain. Nobody slept in the control room that night... it was a strange silence. It was rather "
    "frightening,” one of the engineers told the paper."
)
SECOND = (
    "Mayor Ana Ruiz told the council that water seeps through the eastern wall of the dam “at a disturbing rate”.\n"
    "One engineer says that “the orders were plain,” and that “nobody slept in the control room that night… it was a "
    "strange silence. It was rather frightening.”"
)
THIRD = (
    "The mayor Ana Ruiz said to the council that seepage in the eastern wall of the dam goes «in an alarming rate».\n"
    "One of the technicians assured that these were «very clear orders» and that «nobody had slept in the control "
    "room that night, a strange silence it had been»."
)  # fmt: skip
OTHER = "Opposition leader Tom Hale said the “budget of the harbor is a disgrace to the town.”"


def families(*bodies: str):
    return find_families([text_of(i, i, i, body) for i, body in enumerate(bodies, 1)])


def wordings(family) -> dict[int, str]:
    return {member.key: member.text for member in family.members}


def test_drifted_wordings_meet_in_families_and_long_quotes_in_two():
    found = [wordings(family) for family in families(FIRST, SECOND, THIRD)]
    assert [set(f) for f in found] == [{1, 2, 3}] * 3
    texts = [f[3] for f in found]
    assert any("alarming rate" in t for t in texts)
    assert any("very clear orders" in t for t in texts)
    assert any("nobody had slept" in t for t in texts)


def test_a_family_keeps_one_wording_a_text():
    for family in families(FIRST, SECOND, THIRD):
        keys = [member.key for member in family.members]
        assert len(keys) == len(set(keys))


def test_what_shares_nothing_stays_apart():
    assert families(FIRST, OTHER) == []


def test_a_shared_name_alone_makes_no_shared_utterance():
    one = "Ruiz said the valley “was warned by Northport” in the spring of that year."
    other = "Hale said the valley “pays tax to Northport” in the spring of that year."
    assert families(one, other) == []


def test_a_single_quoted_word_is_never_linked():
    assert families("The “plain” order stood.", "The “plain” order fell.") == []


def test_a_sentence_without_marks_that_says_the_words_is_a_paraphrase():
    plain = (
        "The mayor wrote that nobody slept in the control room that night and called it a strange, frightening silence."
    )
    (family,) = [f for f in families(SECOND, plain) if len(f.members) == 2]
    member = family.members[1]
    assert (member.kind, member.quote) == ("paraphrased", None)
    assert plain[member.start : member.end] == member.text and member.text.startswith("nobody slept")


def test_members_stand_in_time_order():
    found = find_families([text_of(1, 1, 9, SECOND), text_of(2, 2, 3, FIRST)])
    assert all([m.key for m in f.members] == [2, 1] for f in found)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The orders were plain, and nobody slept.", "identical"),
        ("the orders were plain, and nobody slept", "identical"),
        ("The orders were plain and nobody slept.", "punctuation"),
        ("The orders were plain", "shortened"),
        ("The orders were plain, but nobody slept.", "reworded"),
        ("Clear orders had been given and no one rested", "back_translated"),
    ],
)
def test_each_way_of_drifting_has_its_class(text, kind):
    assert variant_kind("The orders were plain, and nobody slept.", text) == kind


def test_lost_and_changed_words_are_told_in_order():
    lost, changed = lost_and_changed("at a very disturbing rate indeed", "at a alarming rate")
    assert lost == ["indeed"] and changed == [("very disturbing", "alarming")]


def test_no_texts_make_no_families():
    assert find_families([]) == []


def test_a_quote_that_a_hundred_texts_print_is_one_family():
    said = "Harbor master {} said: “We will not send a single passenger over that pier until it is safe.”"
    bodies = [said.format(name) for name in ("Falk", "Ines Falk") * 60]
    (family,) = families(*bodies, "“We won't send one passenger over that pier until it is safe,” Falk said.")
    assert len(family.members) == 121
    assert [member.kind for member in family.members] == ["identical"] * 120 + ["reworded"]
