"""Every date that is read was printed, and says no more than the string does."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from archive.text.dates import find_dates, is_later_than, numeric_order, read_date, zone_offset

MINUTE = datetime(2031, 5, 11, 6, 45)
DAY = datetime(2031, 5, 11)


@pytest.mark.parametrize(
    ("language", "text", "value", "precision"),
    [
        ("en", "By Lena Orr • 11 May 2031 06:45", MINUTE, "minute"),
        ("en", "Sunday, 11 May 2031, 06:45", MINUTE, "minute"),
        ("en", "May 11, 2031 at 6:45 a.m.", MINUTE, "minute"),
        ("en", "Published 11th May, 2031", DAY, "day"),
        ("ru", "11 мая 2031, 06:45", MINUTE, "minute"),
        ("uk", "Неділя, 11 травня 2031 року, 06:45", MINUTE, "minute"),
        ("ar", "11 مايو 2031", DAY, "day"),
        ("de", "11.05.2031 um 06:45 Uhr", MINUTE, "minute"),
        ("es", "11 de mayo de 2031 - 06:45h", MINUTE, "minute"),
        ("fr", "Publié le 11/05/2031 à 06h45", MINUTE, "minute"),
        ("pl", "11 maja 2031", DAY, "day"),
        ("ja", "2031年5月11日 6:45", MINUTE, "minute"),
        ("ko", "2031.05.11 06:45", MINUTE, "minute"),
        ("en", "2031-05-11", DAY, "day"),
        ("en", "2031-05-11T06:45:00Z", MINUTE.replace(tzinfo=UTC), "instant"),
        ("en", "20310511T064500Z", MINUTE.replace(tzinfo=UTC), "instant"),
        ("en", "Sun, 11 May 2031 06:45:00 GMT", MINUTE.replace(tzinfo=UTC), "instant"),
        ("en", "2031-05-11T06:45:00+0300", MINUTE.replace(tzinfo=timezone(timedelta(hours=3))), "instant"),
        (
            "en",
            "Sun May 11 06:45:10 CEST 2031",
            datetime(2031, 5, 11, 6, 45, 10, tzinfo=timezone(timedelta(hours=2))),
            "instant",
        ),
    ],
)
def test_dates_are_read_as_printed(language, text, value, precision):
    (found,) = find_dates(text, language=language)
    assert (found.value, found.precision) == (value, precision)
    assert found.printed in text


@pytest.mark.parametrize(
    "text",
    [
        "3 Min Read",
        "May 2031",
        "2031",
        "Version 1.2.3.2004",
        "31 February 2031",
        "11 Blorp 2031",
        "call 555-11-2031",
        "12:45",
        "",
    ],
)
def test_what_is_no_date_gives_none(text):
    assert find_dates(text, language="en") == []
    assert read_date(text, language="en") is None


@pytest.mark.parametrize("zone", ["IST", "BST", "CST", "ET"])
def test_a_zone_that_means_several_offsets_is_kept_as_printed_and_not_resolved(zone):
    (found,) = find_dates(f"11 May 2031 06:45 {zone}", language="en")
    assert (found.value, found.precision, found.zone) == (MINUTE, "minute", zone)


def test_a_date_without_a_zone_gets_none():
    assert find_dates("11 May 2031 06:45", language="en")[0].value.tzinfo is None


def test_a_wrong_weekday_is_noticed():
    assert find_dates("Monday, 11 May 2031", language="en")[0].weekday_contradicted
    assert not find_dates("Sunday, 11 May 2031", language="en")[0].weekday_contradicted
    assert not find_dates("11 May 2031 (Sunday)", language="en")[0].weekday_contradicted


def test_numbers_are_read_in_the_order_of_the_language():
    assert find_dates("03/04/2031", language="fr")[0].value == datetime(2031, 4, 3)
    assert find_dates("03/04/2031", language="en-US")[0].value == datetime(2031, 3, 4)
    assert find_dates("13/04/2031", language="en-US")[0].value == datetime(2031, 4, 13)


def test_numbers_whose_order_nothing_tells_are_left_out():
    assert numeric_order("en") == ""
    assert find_dates("03/04/2031", language="en") == []


def test_a_weekday_settles_the_order_of_numbers():
    (found,) = find_dates("Tuesday 03/04/2031", language="en")
    assert found.value == datetime(2031, 3, 4)
    assert found.rule.endswith("order by the weekday")


def test_a_word_for_two_months_is_read_in_the_language_of_the_text():
    assert find_dates("5 listopada 2031", language="pl")[0].value.month == 11
    assert find_dates("5 listopada 2031", language="hr")[0].value.month == 10


def test_several_dates_are_found_in_the_order_they_stand():
    found = find_dates("Published 11 May 2031, updated 2031-05-12T08:00Z", language="en")
    assert [one.value.day for one in found] == [11, 12]


def test_a_day_is_later_than_the_capture_only_if_it_is_so_in_every_zone():
    captured = datetime(2031, 5, 10, 12, tzinfo=UTC)
    assert not is_later_than(find_dates("11 May 2031")[0], captured)
    assert is_later_than(find_dates("12 May 2031")[0], captured)
    assert is_later_than(find_dates("2031-05-10T13:00:00Z")[0], captured)


@pytest.mark.parametrize(
    ("zone", "minutes"), [("Z", 0), ("+05:30", 330), ("GMT-3", -180), ("MSK", 180), ("IST", None), ("", None)]
)
def test_offsets_are_known_or_not_given(zone, minutes):
    assert zone_offset(zone) == minutes


def test_seconds_since_1970_are_read_and_long_rubbish_is_not():
    assert read_date("1936248300").value == MINUTE.replace(tzinfo=UTC)
    assert read_date("x" * 500) is None
