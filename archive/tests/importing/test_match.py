"""What an arrival is, decided without a database: every way of being known, and every doubt that becomes a question."""

from dataclasses import replace
from datetime import date

import pytest

from archive.importing.match import decide
from archive.importing.outcome import Arrival, Ask, Choice, Held, Likeness, Outcome

ARRIVAL = Arrival(outlet_id=1, text_key="text", word_count=200)
HELD = Held(article_id=7, version_id=70, outlet_id=1, likeness=Likeness.TEXT, outlet_name="The Gull", overlap=1.0)
SAME = replace(HELD, same_text=True)
NEAR = replace(HELD, likeness=Likeness.NEAR, overlap=0.93)


def test_what_is_like_nothing_held_is_a_new_article():
    plan = decide(ARRIVAL, [])
    assert plan.outcome is Outcome.CREATED
    assert plan.outlet_id == 1


def test_a_file_without_any_text_is_a_question():
    plan = decide(Arrival(outlet_id=1), [])
    assert (plan.outcome, plan.ask) == (Outcome.QUESTION, Ask.TEXT)


def test_the_same_text_at_the_same_outlet_is_another_capture():
    plan = decide(ARRIVAL, [SAME])
    assert (plan.outcome, plan.article_id, plan.version_id) == (Outcome.UNCHANGED, 7, 70)


def test_the_same_text_at_another_outlet_is_an_article_of_its_own():
    assert decide(ARRIVAL, [replace(SAME, outlet_id=2)]).outcome is Outcome.CREATED


def test_a_text_without_an_outlet_belongs_to_the_outlet_that_is_held_with_the_very_same_text():
    plan = decide(replace(ARRIVAL, outlet_id=None), [SAME])
    assert (plan.outcome, plan.article_id, plan.outlet_id) == (Outcome.UNCHANGED, 7, 1)


def test_a_text_that_two_outlets_carry_and_that_names_none_is_a_question():
    other = replace(SAME, article_id=8, version_id=80, outlet_id=2, outlet_name="The Tern")
    plan = decide(replace(ARRIVAL, outlet_id=None), [SAME, other])
    assert (plan.outcome, plan.ask) == (Outcome.QUESTION, Ask.OUTLET)
    assert {one.article_id for one in plan.candidates} == {7, 8}


def test_a_text_that_is_only_like_a_held_one_does_not_give_its_outlet_away():
    plan = decide(replace(ARRIVAL, outlet_id=None), [NEAR])
    assert (plan.outcome, plan.ask) == (Outcome.QUESTION, Ask.OUTLET)
    assert plan.candidates == (NEAR,)


def test_a_near_copy_at_the_same_outlet_is_a_question_with_the_candidate():
    plan = decide(ARRIVAL, [NEAR])
    assert (plan.outcome, plan.ask, plan.candidates) == (Outcome.QUESTION, Ask.SAME_ARTICLE, (NEAR,))


def test_a_text_that_differs_in_furniture_only_is_another_capture():
    plan = decide(ARRIVAL, [replace(NEAR, same_text=True)])
    assert plan.outcome is Outcome.UNCHANGED


def test_the_same_guid_with_another_text_is_a_new_version():
    known = replace(HELD, likeness=Likeness.GUID, guid="g", overlap=0.1)
    plan = decide(replace(ARRIVAL, guid="g"), [known])
    assert (plan.outcome, plan.article_id, plan.kind) == (Outcome.NEW_VERSION, 7, "update")


def test_a_correction_makes_a_version_of_that_kind():
    known = replace(HELD, likeness=Likeness.GUID, guid="g")
    assert decide(replace(ARRIVAL, guid="g", signal="correction"), [known]).kind == "correction"


def test_the_same_address_with_a_changed_text_is_a_new_version():
    known = replace(HELD, likeness=Likeness.ADDRESS, url_key="gull.example/a", overlap=0.6)
    plan = decide(replace(ARRIVAL, url_key="gull.example/a"), [known])
    assert (plan.outcome, plan.article_id) == (Outcome.NEW_VERSION, 7)


def test_the_same_address_with_another_text_altogether_is_a_question():
    known = replace(HELD, likeness=Likeness.ADDRESS, url_key="gull.example/news", overlap=0.0)
    plan = decide(replace(ARRIVAL, url_key="gull.example/news"), [known])
    assert (plan.outcome, plan.ask) == (Outcome.QUESTION, Ask.ADDRESS)


def test_two_guids_tell_two_articles_apart_even_with_the_same_text():
    assert decide(replace(ARRIVAL, guid="b"), [replace(SAME, guid="a")]).outcome is Outcome.CREATED
    assert decide(replace(ARRIVAL, guid="b"), [replace(NEAR, guid="a")]).outcome is Outcome.CREATED


def test_an_old_file_that_comes_again_is_a_capture_of_the_earlier_version():
    known = replace(HELD, likeness=Likeness.GUID, guid="g", version_id=71, overlap=0.8)
    earlier = replace(known, version_id=70, is_current=False, same_text=True, same_bytes=True)
    plan = decide(replace(ARRIVAL, guid="g"), [known, earlier])
    assert (plan.outcome, plan.version_id) == (Outcome.UNCHANGED, 70)


def test_a_page_that_says_again_what_it_had_said_before_has_gone_back_to_it():
    known = replace(HELD, likeness=Likeness.ADDRESS, version_id=71, overlap=0.8)
    earlier = replace(known, version_id=70, is_current=False, same_text=True, same_bytes=True)
    plan = decide(replace(ARRIVAL, sees_reverts=True), [known, earlier])
    assert (plan.outcome, plan.kind, plan.version_id) == (Outcome.NEW_VERSION, "revert", 70)


def test_a_kill_order_kills_the_article_of_its_guid():
    known = replace(HELD, likeness=Likeness.GUID, guid="g")
    plan = decide(replace(ARRIVAL, guid="g", signal="kill", text_key=""), [known])
    assert (plan.outcome, plan.kind, plan.article_id) == (Outcome.NEW_VERSION, "kill", 7)


def test_a_kill_order_that_comes_before_its_article_waits():
    plan = decide(replace(ARRIVAL, guid="g", signal="kill"), [])
    assert (plan.outcome, plan.ask) == (Outcome.QUESTION, Ask.ORDER_WAITS)


def test_a_second_kill_order_changes_nothing():
    known = replace(HELD, likeness=Likeness.GUID, guid="g", is_canceled=True)
    assert decide(replace(ARRIVAL, guid="g", signal="kill"), [known]).outcome is Outcome.UNCHANGED


def test_what_was_killed_is_known_again_under_another_guid():
    killed = replace(SAME, guid="a", is_canceled=True)
    plan = decide(replace(ARRIVAL, guid="b"), [killed])
    assert (plan.outcome, plan.article_id) == (Outcome.UNCHANGED, 7)
    assert "killed" in plan.reason


@pytest.mark.parametrize(
    ("arrived", "held", "outcome"),
    [
        (date(2031, 5, 1), date(2031, 5, 1), Outcome.UNCHANGED),
        (date(2031, 5, 2), date(2031, 5, 1), Outcome.CREATED),
        (None, None, Outcome.CREATED),
    ],
)
def test_a_line_too_short_to_tell_articles_apart_is_known_by_its_day_only(arrived, held, outcome):
    thin = replace(ARRIVAL, word_count=4, day=arrived)
    assert decide(thin, [replace(SAME, day=held)]).outcome is outcome


def test_the_same_bytes_are_known_however_short_the_text_is():
    thin = replace(ARRIVAL, word_count=4)
    assert decide(thin, [replace(SAME, same_bytes=True)]).outcome is Outcome.UNCHANGED


def test_the_same_words_at_another_address_weeks_later_are_another_article():
    later = replace(ARRIVAL, url_key="gull.example/b", day=date(2031, 6, 1))
    held = replace(SAME, url_key="gull.example/a", day=date(2031, 5, 1))
    assert decide(later, [held]).outcome is Outcome.CREATED
    assert decide(replace(later, day=date(2031, 5, 2)), [held]).outcome is Outcome.UNCHANGED


@pytest.mark.parametrize(
    ("what", "outcome"),
    [("new", Outcome.CREATED), ("version", Outcome.NEW_VERSION), ("capture", Outcome.UNCHANGED)],
)
def test_an_editors_word_goes_before_everything(what, outcome):
    plan = decide(ARRIVAL, [NEAR], Choice(what, 7, 70))
    assert plan.outcome is outcome


def test_the_order_in_which_candidates_are_found_does_not_matter():
    held = [NEAR, SAME, replace(NEAR, article_id=9, version_id=90, overlap=0.85)]
    assert decide(ARRIVAL, held) == decide(ARRIVAL, held[::-1])


PAGE = replace(ARRIVAL, guid="cms-2", from_page=True)


def test_the_number_a_page_has_in_its_content_system_says_nothing_against_a_wire_story():
    wire = replace(SAME, guid="urn:wire:1")
    assert decide(PAGE, [wire]).outcome is Outcome.UNCHANGED
    assert decide(PAGE, [replace(NEAR, guid="urn:wire:1")]).ask is Ask.SAME_ARTICLE


def test_pages_of_different_numbers_are_different_articles():
    assert decide(PAGE, [replace(SAME, guid="cms-1", from_page=True)]).outcome is Outcome.CREATED


def test_an_identifier_that_all_pages_of_a_site_share_is_a_question():
    other = replace(HELD, likeness=Likeness.GUID, guid="cms-2", from_page=True, url_key="gull.example/1", overlap=0.0)
    plan = decide(replace(PAGE, url_key="gull.example/2"), [other])
    assert (plan.outcome, plan.ask) == (Outcome.QUESTION, Ask.ADDRESS)
    moved = decide(replace(PAGE, url_key="gull.example/2"), [replace(other, overlap=0.6)])
    assert (moved.outcome, moved.article_id) == (Outcome.NEW_VERSION, 7)
