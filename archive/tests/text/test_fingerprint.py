"""Texts that are the same, contain each other or share passages are found by integers."""

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.text.fingerprint import (
    WINDOW,
    containment,
    content_sha256,
    overlap,
    shingles,
    text_key,
    winnow,
    without_furniture,
)
from archive.text.normalize import line_key

TEXT = " ".join(f"word{n % 97} of{n % 89} the{n % 83} text{n}" for n in range(120))
OTHER = " ".join(f"another{n % 71} thing{n}" for n in range(200))


def test_the_key_is_blind_to_lines_typography_and_the_border_of_standfirst_and_body():
    assert text_key("Ferries stop", "A standfirst.", "Body “one”.\nBody two.") == text_key(
        "FERRIES STOP", "", 'A standfirst.\nBody "one".   Body two.'
    )
    assert text_key("Ferries stop at 5") != text_key("Ferries stop at 6")


def test_the_content_hash_sees_every_character_and_border():
    assert content_sha256("a", "b") != content_sha256("ab", "")
    assert content_sha256("a b") != content_sha256("a  b")


def test_a_text_inside_a_dump_ten_times_its_size_is_contained():
    part, whole = shingles(TEXT), shingles(OTHER * 5 + " " + TEXT + " " + OTHER * 5)
    assert containment(part, whole) == 1.0
    assert containment(whole, part) < 0.6
    assert overlap(whole, part) == 1.0


def test_texts_that_share_nothing_do_not_overlap():
    assert overlap(shingles(TEXT), shingles(OTHER)) == 0.0
    assert containment(frozenset(), shingles(TEXT)) == 0.0


def test_short_texts_have_fingerprints_too():
    assert len(shingles("Two words")) == 1
    assert len(winnow("Two words")) == 1
    assert winnow("") == shingles("") == frozenset()


def test_hashes_fit_a_signed_bigint():
    assert all(-(2**63) <= value < 2**63 for value in shingles(TEXT) | winnow(TEXT))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 300), st.integers(WINDOW + 7, 60))
def test_a_shared_passage_of_a_window_always_shares_a_winnowed_hash(start, length):
    words = TEXT.split()
    passage = " ".join(words[start % (len(words) - length) :][:length])
    assert winnow(TEXT) & winnow(f"{OTHER} {passage} {OTHER}")


def test_winnowing_keeps_a_fraction_of_the_grams():
    assert len(winnow(TEXT)) < len(TEXT.split()) / 3


def test_furniture_is_left_out_before_comparing():
    lines = ["12 comments", "The ferry stops."]
    assert without_furniture(lines, {line_key("3 comments")}) == "The ferry stops."
