"""Quotes with their speakers: every quotation style, split and running quotes, apostrophes, scare quotes."""

from __future__ import annotations

import pytest

from archive.text.quotes import find_quotes


def only(text: str):
    (quote,) = find_quotes(text)
    return quote


@pytest.mark.parametrize(
    "text",
    [
        "“The dam will hold until May,” Ruiz said.",
        '"The dam will hold until May," Ruiz said.',
        "‘The dam will hold until May,’ Ruiz said.",
        "'The dam will hold until May,' Ruiz said.",
        "''The dam will hold until May,'' Ruiz said.",
        "«The dam will hold until May», Ruiz said.",
        "„The dam will hold until May“, Ruiz said.",
        "»The dam will hold until May«, Ruiz said.",
        "«The dam will hold until May,” Ruiz said.",
        "“The dam will hold until May,\" Ruiz said.",
    ],
)  # fmt: skip
def test_every_quotation_style_is_a_quote_with_its_speaker(text):
    quote = only(text)
    assert quote.text.rstrip(",") == "The dam will hold until May"
    assert quote.speaker == "Ruiz"
    assert text[quote.speaker_span[0] : quote.speaker_span[1]] == "Ruiz"


def test_apostrophes_and_plural_possessives_are_no_quotes():
    assert find_quotes("The ministers' meeting didn't end before the workers' rights' vote, and that's all.") == []


def test_an_apostrophe_inside_single_quotes_does_not_close_them():
    assert only("'They don't know the river,' Ruiz said.").text == "They don't know the river"


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("“It will hold until May,” said Ana Ruiz, who runs the dam.", "Ana Ruiz"),
        ("Mayor Ana Ruiz said: “It will hold until May.”", "Mayor Ana Ruiz"),
        ("Ana Ruiz, a spokeswoman for the dam, said it “will hold until May.”", "Ana Ruiz"),
        ("The mayor, Ana Ruiz, said it “will hold until May.”", "The mayor, Ana Ruiz"),
        ("The dam “will hold until May,” according to Ana Ruiz.", "Ana Ruiz"),
        ("One of the engineers claims that “the dam will hold.”", "One of the engineers"),
        ("Ruiz praised the crew and said that it “saved the valley twice.”", "Ruiz"),
        ("“Will it hold until May?” Ruiz asked.", "Ruiz"),
        ("Ruiz spoke in Northport on Monday, saying it “will hold until May.”", "Ruiz"),
    ],
)
def test_the_speaker_is_found_before_and_after_the_quote(text, speaker):
    assert only(text).speaker == speaker


def test_a_quote_that_a_clause_interrupts_is_one_quote_in_two_parts():
    text = "“The dam will hold,” Ruiz said, “and the valley is safe.”"
    quote = only(text)
    assert quote.text == "The dam will hold and the valley is safe."
    assert [text[a:b] for a, b in quote.parts] == ["The dam will hold", "and the valley is safe."]


def test_a_quote_that_runs_on_into_the_next_paragraph_is_one_quote():
    text = "“The dam was built in a hurry and nobody looked at the eastern wall, Ruiz said.\n“Now it must hold.”"
    assert len(only(text).parts) == 2


def test_two_quotes_joined_by_and_that_stay_two():
    text = "One engineer claims that “the wall was weak,” and that “nobody looked at it for years.”"
    assert [q.speaker for q in find_quotes(text)] == ["One engineer", "One engineer"]


def test_the_next_sentence_goes_on_with_the_same_speaker():
    text = "“The dam will hold,” Ruiz said. “The valley is safe.”"
    assert {q.speaker for q in find_quotes(text)} == {"Ruiz"}


def test_a_word_in_marks_is_a_scare_quote():
    assert only("The “safe” dam broke in May.").is_scare


def test_a_scare_quote_has_no_speaker_when_nobody_speaks():
    assert only("The so called “safe dam” broke in May.").speaker == ""


def test_verbs_inside_a_quote_name_no_speaker():
    quote = only("“He said Lopez lied about the wall,” Ruiz said.")
    assert quote.speaker == "Ruiz"


def test_other_scripts_pass_through():
    quotes = find_quotes("«Плотина выдержит до мая», — сказала мэр.\nوقال «السد سيصمد»")
    assert [q.text for q in quotes] == ["Плотина выдержит до мая", "السد سيصمد"]


def test_an_empty_text_has_no_quotes():
    assert find_quotes("") == []
