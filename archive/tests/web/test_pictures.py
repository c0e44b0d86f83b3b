"""Pictures are geometry: every fact has its shape, inside the frame, and none hides another."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.web import pictures

START = datetime(2031, 5, 4, tzinfo=UTC)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=120))
def test_bars_stand_side_by_side_on_the_floor_as_high_as_their_count(counts):
    picture = pictures.histogram([(str(place), count, "") for place, count in enumerate(counts)])
    for bar, after in zip(picture.bars, picture.bars[1:], strict=False):
        assert bar.x + bar.width <= after.x + 0.02
        assert (bar.count > after.count) <= (bar.height >= after.height)
    for bar in picture.bars:
        assert bar.y + bar.height == pytest.approx(picture.floor, abs=0.02)
        assert (bar.height > 0) == (bar.count > 0)
        assert bar.x + bar.width <= picture.width + 0.02


def test_bars_outside_the_chosen_range_are_set_back():
    picture = pictures.histogram([("May", 3, ""), ("June", 2, "")], chosen=["June"])
    assert [bar.chosen for bar in picture.bars] == [False, True]


def test_a_picture_is_drawn_alike_in_a_language_that_writes_decimals_with_a_comma():
    bars = pictures.histogram([(month, 3, "") for month in ("May", "June", "July")], width=100)
    slices = pictures.share([("Wire", 1, ""), ("Gazette", 2, "")], width=100)
    with translation.override("de"):
        assert 'x="33.33"' in render_to_string("components/_histogram.html", {"picture": bars})
        assert 'x="66.67"' in render_to_string("components/_share.html", {"slices": slices, "width": 100})


def test_shares_add_up_to_the_whole_and_the_largest_comes_first():
    slices = pictures.share([("Wire", 1, ""), ("Gazette", 14, ""), ("Radio", 5, "")])
    assert [one.label for one in slices] == ["Gazette", "Radio", "Wire"]
    assert sum(one.percent for one in slices) == pytest.approx(100)
    assert pictures.share([]) == () == pictures.share([("Wire", 0, "")])


def test_lanes_run_in_the_order_of_the_first_report_and_dots_do_not_cover_each_other():
    events = [
        pictures.Event(START + timedelta(hours=5), "Radio", "second", "/2"),
        pictures.Event(START, "Gazette", "first", "/1"),
        pictures.Event(START, "Gazette", "at the same minute", "/3", sure=False),
        pictures.Event(START + timedelta(days=3), "Radio", "last", "/4"),
    ]
    picture = pictures.lanes(events)
    assert [lane.label for lane in picture.lanes] == ["Gazette", "Radio"]
    first, beside = picture.lanes[0].dots
    assert beside.x - first.x >= 10 and {first.hollow, beside.hollow} == {True, False}
    assert all(picture.left <= dot.x <= picture.width for lane in picture.lanes for dot in lane.dots)
    assert pictures.lanes([]).lanes == ()


def test_what_is_relied_on_stands_left_of_what_relies_on_it():
    nodes = [pictures.Node(key, key) for key in ("a", "relay", "origin", "alone")]
    picture = pictures.graph(nodes, [("origin", "relay"), ("relay", "a"), ("origin", "a")], unsure=[("origin", "a")])
    at = {placed.node.key: placed.x for placed in picture.nodes}
    assert at["origin"] < at["relay"] < at["a"] and at["alone"] == at["origin"]
    assert [edge.sure for edge in picture.edges if (edge.source, edge.target) == ("origin", "a")] == [False]


def test_a_circle_of_outlets_that_cite_each_other_is_still_drawn():
    nodes = [pictures.Node(key, key) for key in "abc"]
    picture = pictures.graph(nodes, [("a", "b"), ("b", "c"), ("c", "a"), ("a", "a"), ("a", "unknown")])
    assert len(picture.nodes) == 3 and len(picture.edges) == 3


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=80))
def test_no_two_boxes_of_a_graph_overlap(relations):
    nodes = [pictures.Node(str(key), "word " * key) for key in range(31)]
    picture = pictures.graph(nodes, [(str(a), str(b)) for a, b in relations])
    places = [(placed.x, placed.y) for placed in picture.nodes]
    assert len(set(places)) == len(nodes)
    assert all(x + 188 <= picture.width and y + 50 <= picture.height for x, y in places)


def test_a_long_label_is_broken_into_two_lines_and_then_cut():
    picture = pictures.graph([pictures.Node("a", "Donaudampfschifffahrtsgesellschaft " * 4)], [])
    assert len(picture.nodes[0].lines) == 2 and picture.nodes[0].lines[-1].endswith("…")


def test_a_year_has_all_its_days_and_the_busiest_are_the_darkest():
    counts = {date(2032, 2, 29): 9, date(2032, 3, 1): 1, date(2031, 3, 1): 50}
    picture = pictures.heat(2032, counts, lambda day: f"/{day:%j}/")
    assert len(picture.days) == 366 and len(picture.months) == 12
    levels = {day.day: day.level for day in picture.days if day.count}
    assert set(levels) == {date(2032, 2, 29), date(2032, 3, 1)}
    assert levels[date(2032, 2, 29)] > levels[date(2032, 3, 1)] > 0


def test_a_story_of_one_day_is_measured_in_hours():
    first = datetime(2031, 5, 4, 6, 40, tzinfo=UTC)
    events = [pictures.Event(first, "A", "one", "#1"), pictures.Event(first + timedelta(hours=5), "B", "two", "#2")]
    labels = [label for _, label in pictures.lanes(events).ticks]
    assert labels == ["4 May, 06:40", "08:00", "09:00", "10:00", "11:00"]
