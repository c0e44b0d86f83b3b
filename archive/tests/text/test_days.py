"""The days that a text tells of."""

from datetime import date

import pytest

from archive.text.days import EARLIER_MOST, OPENING, days_told

# A Thursday.
PUBLISHED = date(2024, 5, 16)


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("The crane fell on Tuesday.", "en", [(2024, 5, 14)]),
        ("The crane fell on Thursday morning.", "en", [(2024, 5, 16)]),
        ("Der Kran stürzte am Sonnabend um.", "de", [(2024, 5, 11)]),
        ("La grúa cayó el lunes.", "es", [(2024, 5, 13)]),
        ("Кран упал во вторник.", "ru", [(2024, 5, 14)]),
        ("The crane fell on May 3.", "en", [(2024, 5, 3)]),
        ("The crane fell on Sept. 5th at noon.", "en", [(2023, 9, 5)]),
        ("The crane fell on 25 July.", "en-GB", [(2023, 7, 25)]),
        ("Der Kran stürzte am 25. Juli um.", "de", [(2023, 7, 25)]),
        ("La grúa cayó el 25 de julio de 2021.", "es", [(2021, 7, 25)]),
        ("It fell on July 25, 2021, and again on July 26 2022.", "en", [(2021, 7, 25), (2022, 7, 26)]),
        ("Der Kran stürzte am 25.07.2021 um.", "de", [(2021, 7, 25)]),
        ("It fell on 2021-07-25.", "", [(2021, 7, 25)]),
    ],
)
def test_a_day_is_counted_back_from_the_day_of_publication(text, language, told):
    assert days_told(text, PUBLISHED, language) == {date(*day) for day in told}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The council will meet on Tuesday.", "en"),
        ("Der Rat wird am Dienstag tagen.", "de"),
        ("The fair opens on June 3, 2024.", "en"),
        ("You may 3 times ask.", "en"),
        ("They march 25 miles.", "en"),
        ("It cost 3.25 and took 14 people.", "en"),
        ("It stands at 12 Augusta Road, February 31, 2021.", "en"),
        ("Posted: May 16, 2024", "en"),
        ("局長は水門が開いていると述べた", "ja"),
        ("", ""),
    ],
)
def test_what_lies_ahead_or_is_no_day_is_not_told(text, language):
    assert days_told(text, PUBLISHED, language) == frozenset()


def test_weekdays_are_read_in_the_opening_and_earlier_dates_in_the_whole_text():
    filling = "Nothing more was said. " * (OPENING // 20)
    assert days_told(f"{filling}It fell on Tuesday.", PUBLISHED) == frozenset()
    assert days_told(f"{filling}It fell on July 25, 2021.", PUBLISHED) == {date(2021, 7, 25)}


def test_a_list_of_many_earlier_dates_is_no_report_of_any():
    dates = [f"July {day}, 2021." for day in range(1, EARLIER_MOST + 2)]
    assert len(days_told("\n".join(dates[:-1]), PUBLISHED)) == EARLIER_MOST
    assert days_told("\n".join(dates), PUBLISHED) == frozenset()
