"""What part each article plays in its story."""

from datetime import UTC, datetime

from archive.stories.evidence import Dated, not_before
from archive.stories.roles import Told, parts

from .world import GATES, GATES_AGAIN, GATES_LATER

REWRITE = (
    "Hinges of the barrier in Lindholm: cracks were found",
    "Cracks were discovered in eleven hinges of Lindholm harbor's storm barrier, said port director Marta Osei.\n"
    "The foundry Brandt and Sons cast these hinges, and before the winter storms they were hurriedly welded.\n"
    "Until all hinges are replaced the barrier stays open, Osei on Tuesday told the board of the harbor.\n"
    "Trawlers of the fishing fleet were moved to Eskdale, the river port, and divers are examining the sluice.",
)


def member(number, text, day=None, hour=8):
    at = datetime(2025, 3, day, hour, tzinfo=UTC) if day else None
    return Told(number, at, *text, "en")


def role_of(*members):
    return {number: part.role for number, part in parts(members).items()}


def test_the_earliest_dated_article_is_the_earliest_held_whatever_came_in_first():
    assert role_of(member(1, GATES_AGAIN, 9), member(2, GATES, 8)) == {2: "earliest_held", 1: "report"}


def test_an_undated_article_is_never_the_earliest_held_beside_a_dated_one():
    assert role_of(member(1, GATES), member(2, GATES_AGAIN, 9))[2] == "earliest_held"


def test_a_copy_is_a_near_copy_of_the_earlier_one():
    found = parts([member(1, GATES, 8), member(2, GATES, 9)])
    assert (found[2].role, found[2].copy_of) == ("near_copy", 1)


def test_a_short_text_that_stands_inside_a_long_one_is_a_near_copy():
    body = "\n".join([GATES[1], GATES_LATER[1], GATES_AGAIN[1]])
    assert role_of(member(1, ("All of it", body), 8), member(2, GATES_LATER, 8, 9))[2] == "near_copy"


def test_the_same_said_in_other_words_in_the_same_order_is_a_rewrite():
    found = parts([member(1, GATES, 8), member(2, REWRITE)])
    assert (found[2].role, found[2].copy_of) == ("rewrite", 1)


def test_what_comes_days_later_with_its_own_text_is_a_follow_up():
    assert role_of(member(1, GATES, 8), member(2, GATES_LATER, 14))[2] == "follow_up"


def test_roles_do_not_depend_on_the_order_in_which_members_are_given():
    members = [member(1, GATES, 8), member(2, REWRITE), member(3, GATES_LATER, 14), member(4, GATES, 9)]
    assert parts(members) == parts(members[::-1])


def test_whoever_comes_in_leaves_the_roles_of_those_before_as_they_are():
    before = [member(1, GATES, 8), member(3, GATES_LATER, 14)]
    for one in (member(2, REWRITE), member(4, GATES, 9), member(5, GATES_AGAIN, 7)):
        whole = parts([*before, one])
        given = parts([*before, one], known={1, 3})
        assert one.id in given and given == {pk: whole[pk] for pk in given}
        assert all(whole[pk] == parts(before)[pk] for pk in {1, 3} - given.keys())
    assert parts([*before, member(2, REWRITE)], known={1, 3}).keys() == {2}


def test_weekdays_that_a_dated_member_fixes_prove_an_undated_one_is_not_older():
    dated = [Dated(1, datetime(2025, 3, 12).date(), *GATES, "Coastal Courier")]
    found = not_before("Osei will tell the board of the harbor on Tuesday that the barrier stays open.", dated)
    assert found is None, "what will be on a weekday lies ahead"
    found = not_before("The board of Lindholm harbor met inspectors and Osei on Tuesday.", [])
    assert found is None, "a weekday alone proves nothing"
    body = "Inspectors met the harbor board about the cracked hinges in Lindholm on Tuesday."
    text = "After a meeting of inspectors with the harbor board in Lindholm on Tuesday, the cracked hinges were shown."
    found = not_before(text, [Dated(1, datetime(2025, 3, 12).date(), "Hinges", body, "Coastal Courier")])
    assert found.day == datetime(2025, 3, 11).date()
    assert "Tuesday" in found.reason and "Coastal Courier" in found.reason


def test_a_held_report_that_is_cited_proves_the_day_of_that_report():
    origin = Dated(7, datetime(2025, 3, 10).date(), "Hinges", "", "Harbor Gazette")
    found = not_before("The Harbor Gazette reported cracks.", [], [origin])
    assert found.day == origin.day and "Harbor Gazette" in found.reason
