"""The days that a text tells of: dates in words or numbers, days of a month, and weekdays, counted back from its date.

The promise: each day was printed in the text and is none that lies ahead; a text in a language whose weekdays are not
known, or without dates, gets fewer days and never an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from .dates import month_in

# The names of the days from Monday on, in the forms that texts print them. Where a language writes them small, a
# capital is a name ("Santo Domingo"). A Russian or Ukrainian "среда" alone may be surroundings, so its case counts.
_NAMES = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag|Sonnabend", "Sonntag"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "ru": (
        "понедельник[ау]?",
        "вторник[ау]?",
        "среду",
        "четверг[ау]?",
        "пятниц[ауы]",
        "суббот[ауы]",
        "воскресень[ея]",
    ),
    "uk": (
        "понеділ(?:ок|ка)",
        "вівтор(?:ок|ка)",
        "середу",
        "четвер(?:га)?",
        "п['’ʼ]ятниц[юі]",
        "субот[уи]",
        "неділ[юі]",
    ),
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS = {
    language: re.compile(
        r"\b(?:" + "|".join(f"({name})" for name in names) + r")\b", re.IGNORECASE if language == "ru" else 0
    )
    for language, names in _NAMES.items()
}
# Most sentences hold none: without word borders and groups that is seen in a fraction of the time.
_ANY_WEEKDAY = {
    language: re.compile("|".join(names), re.IGNORECASE if language == "ru" else 0)
    for language, names in _NAMES.items()
}
# What lies ahead has not happened: "next Friday", "will meet on Friday". In other languages than English the word may
# stand anywhere in the sentence, so that it is left out as a whole.
AHEAD = {
    "en": re.compile(
        r"\b(?:next|coming|upcoming|by|until|will|would|to be|is due|are due|is set|are set|plans?|planned|expected)\b"
        rf"[^.!?\n]{{0,60}}?\b(?:{'|'.join(DAYS)})\b",
        re.IGNORECASE,
    ),
    "de": re.compile(
        r"\b(?:nächste[nmrs]?|kommende[nmrs]?|bis|wird|werden|würde[n]?|soll(?:en)?|plan(?:t|en)|geplant|erwartet)\b",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"\b(?:próxim[oa]s?|que viene|hasta|\w{2,}rán?|va a|van a|prevé[n]?|previst[oa]s?|antes de)\b",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(?:prochaine?s?|d[’']ici|jusqu[’'](?:à|au)|\w{2,}(?:ra|ront)|doit|doivent"
        r"|devrait|devraient|prévue?s?)\b",
        re.IGNORECASE,
    ),
    "ru": re.compile(
        r"\b(?:следующ\w+|ближайш\w+|будущ\w+|до|будет|будут|состо[ия]тся|пройд[её]т|планиру\w+|ожида\w+|намерен\w*)\b",
        re.IGNORECASE,
    ),
    "uk": re.compile(
        r"\b(?:наступн\w+|найближч\w+|майбутн\w+|до|буде|будуть|відбу(?:деться|дуться)|плану\w+|очіку\w+)\b",
        re.IGNORECASE,
    ),
}
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s+|\n+")

# "July 25", "Sept. 5th, 2014", "25 July", "25. Juli", "25 de julio de 2014"; "2014-07-25", "25.07.2014".
_MONTH_DAY = re.compile(
    r"(?<!\w)(?P<month>[^\W\d_]{3,12})\.?[ \u00a0](?P<day>\d{1,2})(?:st|nd|rd|th)?(?![\w:%]|[.,]\d)"
    r"(?:,?[ \u00a0](?P<year>(?:19|20)\d\d)(?!\d))?"
)
_DAY_MONTH = re.compile(
    r"(?<![\w.,:/$£€])(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?[ \u00a0](?:of |de |d['’])?(?P<month>[^\W\d_]{3,12})\b"
    r"(?:\.?,?[ \u00a0](?:de |del |of )?(?P<year>(?:19|20)\d\d)(?!\d))?"
)
_NUMBERS = (
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)"),
    re.compile(r"(?<![\d.])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>(?:19|20)\d\d)(?!\d)"),
)
_NUMBER = re.compile(r"\d+")
# A date is no longer, on either side of one of its numbers.
BESIDE = 40
# Languages that write their months with a capital: in these "may 3" is no date.
_CAPITAL_MONTHS = frozenset({"en", "de"})

# What happened is told at the top; further down weekdays are those of hearings, vigils and other events. Dates of
# earlier weeks are read further on, but not in a list of many, which is an index of events and not a report of one.
OPENING = 1500
READ = 20_000
RECENT_DAYS = 13
EARLIER_MOST = 12


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, none of them blank."""
    return [sentence for sentence in _SENTENCE.split(text) if sentence.strip()]


def last_before(day: date, weekday: int) -> date:
    """Return the last such weekday (0 for Monday) on or before the day."""
    return day - timedelta((day.weekday() - weekday) % 7)


def days_told(text: str, published: date, language: str = "") -> frozenset[date]:
    """Return the days that a text published on that day tells of, none of them later.

    A full date of the day of publication says when the text was put out, and is left out.
    """
    code = language[:2].lower() or "en"
    recent: set[date] = set()
    earlier: set[date] = set()
    for start, day in _dates(text[:READ], published, code):
        if (published - day).days > RECENT_DAYS:
            earlier.add(day)
        elif start < OPENING:
            recent.add(day)
    recent.update(_weekdays(text[:OPENING], published, code))
    return frozenset(recent | earlier if len(earlier) <= EARLIER_MOST else recent)


def _dates(text: str, published: date, language: str) -> Iterator[tuple[int, date]]:
    """Yield where each date starts, and the day: without a year, the last such day."""
    around = list(_around_numbers(text))
    for pattern in (_MONTH_DAY, _DAY_MONTH):
        for match in (match for start, end in around for match in pattern.finditer(text, start, end)):
            word = match["month"]
            month = month_in(word, language)
            if month is None or (language in _CAPITAL_MONTHS and not word[0].isupper()):
                continue
            years = [int(match["year"])] if match["year"] else [published.year, published.year - 1]
            days = (day for year in years if (day := _day(year, month, int(match["day"]))) is not None)
            past = next((day for day in days if day <= published), None)
            if past is not None and not (match["year"] and past == published):
                yield match.start(), past
    for pattern in _NUMBERS:
        for match in (match for start, end in around for match in pattern.finditer(text, start, end)):
            found = _day(int(match["year"]), int(match["month"]), int(match["day"]))
            if found is not None and found < published:
                yield match.start(), found


def _around_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a text that may hold a date: what stands around its numbers."""
    start = end = 0
    for number in _NUMBER.finditer(text):
        if number.start() - BESIDE > end:
            if end:
                yield start, end
            start = max(0, number.start() - BESIDE)
        end = number.end() + BESIDE
    if end:
        yield start, end


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _weekdays(text: str, published: date, language: str) -> Iterator[date]:
    pattern = WEEKDAYS.get(language)
    if pattern is None or not _ANY_WEEKDAY[language].search(text):
        return
    for sentence in filter(_ANY_WEEKDAY[language].search, sentences(text)):
        found = [match.lastindex - 1 for match in pattern.finditer(sentence) if match.lastindex]
        if found and not AHEAD[language].search(sentence):
            yield from (last_before(published, weekday) for weekday in found)
