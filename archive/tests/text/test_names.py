"""Names by their form: runs of capitals, sentence openers, outlets, and scripts without capitals."""

from __future__ import annotations

import pytest

from archive.text.names import capitalized_runs, classify, find_names, initials
from archive.text.outlet_mentions import OutletLookup
from archive.text.outlet_names import known_outlet, looks_like_outlet
from archive.text.sources import anonymous, institution_in, person_name, read_source, short_institution


def texts(text: str) -> list[str]:
    return [name.text for name in capitalized_runs(text)]


def test_runs_join_words_of_one_name_and_stop_at_punctuation():
    assert texts("In May, Ana Ruiz of Northport met the Bank of Harbors, Tom Hale said.") == [
        "Ana Ruiz of Northport",
        "Bank of Harbors",
        "Tom Hale",
    ]


def test_a_sentence_opener_is_a_name_only_when_the_text_says_so_elsewhere():
    assert texts("Bridges fell. The bridges were old.") == []
    assert texts("Ruiz spoke. The town heard Ruiz.") == ["Ruiz", "Ruiz"]


def test_every_run_is_the_slice_it_names():
    text = "Mayor Ruiz’s plan for Northport angered the U.S. Navy."
    assert all(text[n.start : n.end] == n.text for n in find_names(text))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Northport Gazette", "outlet"),
        ("Reuters", "outlet"),
        ("Harbor Ministry", "organisation"),
        ("Germany", "place"),
        ("Ana Ruiz", "person"),
        ("NGO", "organisation"),
    ],
)
def test_the_form_tells_the_kind(name, kind):
    assert classify(name) == kind


def test_other_scripts_are_read_or_left_alone():
    assert texts("В Нортпорт приехала Анна Руис.") == ["Нортпорт", "Анна Руис"]
    assert texts("قالت آنا رويز إن السد آمن") == []


def test_initials_leave_the_article_out():
    assert initials("The Northport Daily Times") == "NDT"


def test_outlets_are_known_by_name_alias_and_form():
    assert known_outlet("FT") == "Financial Times"
    assert looks_like_outlet("Vesti-Inform") and looks_like_outlet("northport.com")
    assert not looks_like_outlet("Ana Ruiz") and not looks_like_outlet("as reported by Coast Today")


def test_unnamed_persons_keep_their_number():
    three = anonymous("three unnamed officials")
    assert three is not None and (three.name, three.count) == ("three unnamed officials", 3)
    assert anonymous("Ana Ruiz") is None


def test_titles_are_no_part_of_a_persons_name():
    assert person_name("Foreign Minister Ana Ruiz") == "Ana Ruiz"
    assert person_name("harbor aide Tom Hale, who left in May") == "Tom Hale"


def test_institutions_meet_under_their_everyday_name():
    assert short_institution("United States Department of Harbors") == "Harbors Department"
    assert institution_in("spokesperson for the Harbor Authority, in a statement") == "Harbor Authority"


def test_a_pronoun_is_no_source():
    assert read_source("He", OutletLookup.of()) is None
