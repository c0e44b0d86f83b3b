"""The query language: what is read, what is refused with a mend, and that printing a tree loses nothing."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.search import QueryError, any_words, parse, parse_words, read_as, to_string
from archive.search.nodes import (
    And,
    Dates,
    Everything,
    Fuzzy,
    Not,
    Or,
    Pattern,
    Phrase,
    VersionsNode,
    Word,
    conjunction,
    disjunction,
)

TODAY = date(2026, 3, 18)


def read(text):
    return parse(text, TODAY)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Everything()),
        ("harbour", Word("harbour")),
        ("harbour gates", And((Word("harbour"), Word("gates")))),
        ("harbour AND gates", And((Word("harbour"), Word("gates")))),
        ("harbour OR gates locks", Or((Word("harbour"), And((Word("gates"), Word("locks")))))),
        ("(harbour OR gates) locks", And((Or((Word("harbour"), Word("gates"))), Word("locks")))),
        ("-harbour", Not(Word("harbour"))),
        ("gates NOT harbour", And((Word("gates"), Not(Word("harbour"))))),
        ("-(harbour gates)", Not(And((Word("harbour"), Word("gates"))))),
        ('"harbour gates"', Phrase("harbour gates")),
        ("“harbour gates”", Phrase("harbour gates")),
        ("„harbour gates“", Phrase("harbour gates")),
        ('"harbour gates"~5', Phrase("harbour gates", slop=5)),
        ("harb*", Pattern("harb*")),
        ("h?rbour", Pattern("h?rbour")),
        ("harbor~", Fuzzy("harbor")),
        ("harbor~2", Fuzzy("harbor", distance=2)),
        ("=gates", Word("gates", exact=True)),
        ("headline:gates", Word("gates", "headline")),
        ("title:gates", Word("gates", "headline")),
        ('tag:="South Quay"', Phrase("South Quay", "tag", exact=True)),
        ("headline:(harbour gates)", And((Word("harbour", "headline"), Word("gates", "headline")))),
        ("outlet:cour*", Pattern("cour*", "outlet")),
        ("date:2024-04-06", Dates("2024-04-06")),
        ("date:2024-04..2024-06", Dates("2024-04..2024-06")),
        ('date:"last week"', Dates("last week")),
        ("before:2024 after:2023-05", And((Dates("2024", "before"), Dates("2023-05", "after")))),
        ("date:unknown", Dates("unknown")),
        (
            "kind:correction story:12 lang:de",
            And((Word("correction", "kind"), Word("12", "story"), Word("de", "lang"))),
        ),
        ("gates versions:all", And((Word("gates"), VersionsNode("all")))),
        ("at 10:30", And((Word("at"), Word("10:30")))),
        ("Quay: gates", And((Word("Quay"), Word("gates")))),
        ("harbour - gates", And((Word("harbour"), Word("gates")))),
        ("sluice-gates", Word("sluice-gates")),
        ("and or not", And((Word("and"), Word("or"), Word("not")))),
    ],
)
def test_a_query_is_read_as_its_tree(text, tree):
    assert read(text) == tree


@pytest.mark.parametrize(
    ("text", "position", "mend"),
    [
        ("harbour AND", 8, "add a word"),
        ("AND harbour", 0, "add a word"),
        ("harbour OR", 8, "add a word"),
        ("OR harbour", 0, "add a word"),
        ("a OR OR b", 2, "add a word"),
        ("harbour NOT", 8, "put a word after it"),
        ("(harbour", 0, "add )"),
        ("harbour)", 7, "remove it"),
        ("()", 0, "put words into them"),
        ('"harbour', 0, 'add "'),
        ('""', 0, "put words between them"),
        ("outlt:courier", 0, "outlet"),
        ("outlet:", 0, "right after the colon"),
        ("outlet: courier", 0, "right after the colon"),
        ("date:2024-13", 5, "2024-04-06"),
        ("date:2024-06..2024-04", 5, "2024-04..2024-06"),
        ("before:unknown", 7, "date:unknown"),
        ("kind:poem", 5, "correction"),
        ("story:gates", 6, "story:12"),
        ("change:mood", 7, "quote-removed"),
        ("h*", 0, "at least two"),
        ("*", 0, "at least two letters"),
        ("harbour~3", 0, "word~1"),
        ('"harbour"~5', 0, "name two"),
        ('"one two three"~5', 0, "name two"),
        ('"harbour gates"~99', 0, "1 to 50"),
        ('="harbour gates"', 1, "before each word"),
        ("=", 0, "right after it"),
        ("=harb*", 1, "leave one"),
        ("headline:-gates", 9, "-headline:word"),
        ("headline:(outlet:x)", 10, "close headline"),
        ("versions:some", 9, "versions:all"),
        ("gates OR versions:all", 9, "outside OR"),
        ("x" * 2001, 2000, "at most 2000"),
    ],
)
def test_a_mistake_names_its_place_and_the_mend(text, position, mend):
    with pytest.raises(QueryError) as refused:
        read(text)
    assert refused.value.position == position
    assert mend in refused.value.mend


@pytest.mark.parametrize("operator", ["harb*", "h?rb", "harbor~2", '"a b"~3', "-gates", "=gates", "a OR b"])
def test_no_operator_is_dropped_in_any_field_of_prose(operator):
    tree = read(f"headline:({operator})")
    assert to_string(tree).count("headline:") >= 1
    assert type(tree) is type(read(operator))


WORDS = st.text("abcdefghijöяж", min_size=2, max_size=8).filter(lambda word: word.upper() not in ("AND", "OR", "NOT"))
TEXTS = st.text('abz .,-"\\éя', min_size=1, max_size=20).map(lambda t: " ".join(t.split())).filter(
    lambda text: any(letter.isalnum() for letter in text)
)  # fmt: skip
PROSE = st.sampled_from(["", "headline", "standfirst", "body", "quote"])
NAMES = st.sampled_from(["by", "outlet", "tag", "person", "place", "org", "source"])
LEAVES = st.one_of(
    st.builds(Word, WORDS, PROSE | NAMES, st.booleans()),
    st.builds(Phrase, TEXTS, PROSE | NAMES),
    st.builds(Phrase, TEXTS, NAMES, st.just(0), st.just(True)),
    st.builds(Phrase, st.tuples(WORDS, WORDS).map(" ".join), PROSE, st.integers(1, 50)),
    st.builds(lambda word, field: Pattern(word + "*", field), WORDS, PROSE | NAMES),
    st.builds(lambda a, b: Pattern(a + "?" + b), WORDS, WORDS),
    st.builds(Fuzzy, WORDS, PROSE | NAMES, st.sampled_from([1, 2])),
    st.builds(Dates, st.sampled_from(["2024-04-06", "2024", "2024-01..2024-03", "last week", "unknown"])),
    st.builds(Dates, st.sampled_from(["2024-04-06", "yesterday"]), st.sampled_from(["before", "after"])),
    st.builds(lambda number: Word(str(number), "story"), st.integers(1, 10**6)),
)


def _not(child):
    return child.child if isinstance(child, Not) else Not(child)


TREES = st.recursive(
    LEAVES,
    lambda below: st.one_of(
        below.map(_not),
        st.lists(below, min_size=2, max_size=4).map(conjunction),
        st.lists(below, min_size=2, max_size=4).map(disjunction),
    ),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(TREES)
def test_printing_a_tree_gives_a_query_that_reads_as_the_same_tree(tree):
    assert read(to_string(tree)) == tree


@settings(max_examples=400, deadline=None)
@given(st.text('ab AND OR NOT()"-=*?~:.\\ headline: tag: date:2024', max_size=40))
def test_any_string_is_read_or_refused_and_what_is_read_prints_stably(text):
    try:
        tree = read(text)
    except QueryError as error:
        assert error.mend and 0 <= error.position <= len(text)
        return
    assert read(to_string(tree)) == tree
    assert read_as(tree)


def test_any_words_loosens_only_plain_words():
    assert any_words(read("harbour gates tag:quay")) == And((Word("quay", "tag"), Or((Word("harbour"), Word("gates")))))
    assert any_words(read("harbour")) is None


def test_operators_are_words_where_any_word_may_match():
    assert parse_words("TO BE OR NOT") == Or((Word("TO"), Word("BE"), Word("OR"), Word("NOT")))


def test_it_is_said_how_a_query_was_read():
    said = read_as(read('harb* OR (headline:"sluice gates" -fog date:2024-04..2024-06)'), ("en",))
    assert said == (
        "A word beginning with “harb” or (the phrase “sluice gates” in the headline and not “fog” "
        "and dated from 2024-04 to 2024-06)"
    )


def test_words_that_need_not_match_are_named():
    assert "“the” need not match" in read_as(read("the harbour"), ("en",))
    assert "need not" not in read_as(read("the harbour"), ("en", "de"))
    assert "need not" not in read_as(read("the"), ("en",))
