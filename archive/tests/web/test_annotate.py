"""A body with its evidence comes out whole."""

from hypothesis import given
from hypothesis import strategies as st

from archive.web.annotate import Span, paragraphs_with


def span(start: int, end: int, kind: str = "source") -> Span:
    return Span(start, end, kind, "#", "")


def test_the_stretch_a_source_rests_on_is_a_run_of_its_own():
    (runs,) = paragraphs_with("The pier closes, Wire reports.", [span(17, 29)])
    assert [(run.text, run.span is not None) for run in runs] == [
        ("The pier closes, ", False),
        ("Wire reports", True),
        (".", False),
    ]


def test_a_span_over_two_paragraphs_is_marked_in_both():
    first, second = paragraphs_with("One two\nthree four", [span(4, 13)])
    assert [run.text for run in first if run.span] == ["two"]
    assert [run.text for run in second if run.span] == ["three"]


def test_of_two_overlapping_spans_the_earlier_and_longer_one_is_kept():
    (runs,) = paragraphs_with("abcdefgh", [span(2, 4, "quote"), span(2, 6), span(5, 8)])
    assert [(run.text, run.span.kind) for run in runs if run.span] == [("cdef", "source")]


def test_a_span_outside_the_body_is_left_out():
    (runs,) = paragraphs_with("short", [span(2, 90), span(-1, 3), span(4, 4)])
    assert [run.text for run in runs] == ["short"]


@given(
    st.text(alphabet="ab \n", max_size=60),
    st.lists(st.tuples(st.integers(-3, 70), st.integers(-3, 70)), max_size=8),
)
def test_every_character_comes_out_once_and_in_order(body, pairs):
    paragraphs = paragraphs_with(body, [span(start, end) for start, end in pairs])
    assert ["".join(run.text for run in runs) for runs in paragraphs] == [
        line for line in body.split("\n") if line.strip()
    ]
