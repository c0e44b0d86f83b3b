"""Every date that is read was really printed: value, precision and zone say no more than the string does.

Strings are read by a strict grammar (ISO 8601, RFC 2822, day-month-year in words or numbers); dateparser, held to
strict parsing and one language, is asked only about short strings that the grammar does not know. No zone is invented,
numbers like 03/04/2024 are read by the order of the language, and a weekday that contradicts its date is noticed.
"""

# ruff: noqa: E501 - tables of words and patterns

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal

LANGUAGES = [
    "en",
    "es",
    "fr",
    "de",
    "it",
    "pt",
    "nl",
    "ru",
    "uk",
    "pl",
    "cs",
    "sv",
    "da",
    "nb",
    "fi",
    "tr",
    "ro",
    "hu",
    "ar",
    "el",
    "bg",
    "sr",
    "hr",
    "sk",
    "sl",
    "lt",
    "lv",
    "et",
    "id",
    "vi",
    "he",
    "fa",
    "hi",
    "bn",
    "ca",
    "eu",
    "gl",
    "ms",
    "sw",
    "sq",
    "mk",
    "be",
    "ka",
    "hy",
    "az",
    "kk",
    "uz",
    "is",
    "ga",
    "th",
    "ur",
]
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
# Only abbreviations that mean one offset everywhere; IST, CST, BST and AST are kept as printed and not resolved.
ZONES = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 60, "CET": 60, "CEST": 120, "MEZ": 60, "MESZ": 120, "EET": 120,
    "EEST": 180, "MSK": 180, "EST": -300, "EDT": -240, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480,
    "PDT": -420, "JST": 540, "KST": 540, "AEST": 600, "AEDT": 660, "ACST": 570, "AWST": 480, "NZST": 720,
    "NZDT": 780, "HKT": 480, "SGT": 480, "WIB": 420, "SAST": 120, "NPT": 345, "PKT": 300,
}  # fmt: skip
_ZONE_WORDS = "|".join(sorted(ZONES, key=len, reverse=True)) + "|IST|BST|CST|AST|ET|PT|CT|AKST|AKDT|HST"
_ZONE = rf"(?P<zone>(?-i:Z)(?![A-Za-z])|(?:UTC|GMT)?\s?[+\-−]\d{{2}}:?\d{{2}}(?!\d)|(?:UTC|GMT)[+\-−]\d{{1,2}}(?!\d)|(?-i:{_ZONE_WORDS})\b)"
_CLOCK = (
    r"(?P<hour>[01]?\d|2[0-3])(?:[:.](?P<minute>[0-5]\d)(?!\d)(?::(?P<second>[0-5]\d)(?:[.,]\d+)?)?|\s?[hH]\s?(?P<minute_h>[0-5]\d)?(?![a-zA-Z\d])|(?=\s?[ap]\.?m\b))"
    r"(?:\s?(?P<half>[aApP]\.?\s?[mM])\b\.?)?(?:\s?(?:Uhr|uur|hrs|h)\b)?"
)
_GLUE = r"(?:\s*[,|•·/\-–—@(]\s*|\s+(?:at|um|à|a las|às|as|o|об|в|alle|ore|om|kl\.?|klo|godz\.?|as of|saat|u)\s+|\s+)"
_TAIL = rf"(?:{_GLUE}{{1,2}}{_CLOCK}(?:\s?\(?{_ZONE}\)?)?)?"
_MONTH_WORD = r"(?P<month>[^\W\d_]{3,}(?:\s?월)?)"
_ISO = re.compile(
    r"(?<!\d)(?P<year>(?:18|19|20)\d\d)-(?P<monthn>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:[T\s]\s?(?P<hour>[01]\d|2[0-4]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:[.,]\d+)?)?\s?"
    + _ZONE
    + r"?)?(?![\d])"
)
_BASIC = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<monthn>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:T(?P<hour>[01]\d|2[0-4])(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?" + _ZONE + r"?)?(?![\dA-Za-z])"
)
_DAY_MONTH = re.compile(
    rf"(?<![\d.,:/])(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|er|º|ª|\.)?[\s\-/]*(?:de\s+|of\s+|d['’]|-e\s+)?{_MONTH_WORD}"
    rf"\.?,?[\s\-/]*(?:de\s+|del\s+|of\s+)?(?P<year>(?:18|19|20)\d\d)(?!\d)(?:\s?(?:р|г|году|року|год)\.?(?!\w))?{_TAIL}",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    rf"(?<!\w){_MONTH_WORD}\.?[\s\-]*(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?!\d)\s*[,.]?\s*(?P<year>(?:18|19|20)\d\d)(?!\d){_TAIL}",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(
    rf"(?<!\d)(?P<year>(?:19|20)\d\d)\s*[年년./\-]\s*(?P<monthn>0?[1-9]|1[0-2])\s*[月월./\-]\s*(?P<day>0?[1-9]|[12]\d|3[01])(?!\d)\s*[日일.]?"
    rf"(?:\s*[(（][^)）]{{1,4}}[)）])?(?:\s*(?P<hour>[01]?\d|2[0-3])\s*[:時时시]\s*(?P<minute>[0-5]\d)(?:\s*[分분]|:(?P<second>[0-5]\d))?)?(?:\s?\(?{_ZONE}\)?)?"
)
_NUMBERS = re.compile(
    rf"(?<![\d.,:/\-])(?P<first>0?[1-9]|[12]\d|3[01])(?P<mark>[./\-])(?P<second_n>0?[1-9]|[12]\d|3[01])(?P=mark)(?P<year>(?:19|20)\d\d|\d\d)(?![\d.,/\-]\d|\d){_TAIL}"
)
_RFC = re.compile(
    r"(?P<day>\d{1,2})\s+(?P<month>[A-Z][a-z]{2})\s+(?P<year>\d{4})\s+(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s+"
    + _ZONE
)
# The form of C's ctime: "Fri Apr 28 19:20:36 CEST 2023".
_CTIME = re.compile(
    r"(?P<month>[A-Z][a-z]{2})\s+(?P<day>\d{1,2})\s+(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)\s+"
    rf"(?:{_ZONE}\s+)?(?P<year>(?:19|20)\d\d)"
)
_MAY_HOLD_DATE = re.compile(r"(?:18|19|20)\d\d|\d[./-]\d{1,2}[./-]\d\d")
_NEAR_WORD = re.compile(r"[^\W\d_]+")

DatePrecision = Literal["instant", "minute", "day"]


@dataclass(frozen=True, slots=True)
class FoundDate:
    """One printed date. `value` is aware for an instant, naive for a minute, naive midnight for a day.

    `weekday_printed` is the weekday (0 Monday) that stands beside it, or None; `ambiguous` says that day and month
    could be swapped and the order was decided by `rule`.
    """

    value: datetime
    precision: DatePrecision
    zone: str
    printed: str
    start: int
    end: int
    rule: str
    weekday_printed: int | None = None
    ambiguous: bool = False

    @property
    def weekday_contradicted(self) -> bool:
        return self.weekday_printed is not None and self.weekday_printed != self.value.weekday()


@lru_cache(maxsize=1)
def _calendar() -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
    """Return the month and weekday names of all languages: word -> {language: number}, from dateparser's tables."""
    months: dict[str, dict[str, int]] = {}
    days: dict[str, dict[str, int]] = {}
    for language in LANGUAGES:
        info = importlib.import_module(f"dateparser.data.date_translation_data.{language}").info
        for table, names in ((months, _MONTHS), (days, _DAYS)):
            for number, name in enumerate(names):
                for word in info.get(name, ()):
                    table.setdefault(word.casefold().rstrip("."), {}).setdefault(language, number)
    for word, number in {"sept": 8, "juill": 6, "févr": 1, "déc": 11, "août": 7}.items():
        months.setdefault(word, {}).setdefault("en", number)
    return months, days


def _lookup(table: dict[str, dict[str, int]], word: str, language: str) -> int | None:
    known = table.get(word.casefold().rstrip("."))
    if known is None:
        return None
    base = language.split("-")[0]
    base = {"no": "nb", "nn": "nb"}.get(base, base)
    if base in known:
        return known[base]
    # The order of LANGUAGES settles words that two languages use for different months.
    return next(known[code] for code in LANGUAGES if code in known)


@lru_cache(maxsize=64)
def numeric_order(language: str) -> str:
    """Return the order of numbers in a date of `language` ("DMY", "MDY", "YMD"); "" when the language is not known.

    Bare "en" is not an answer: Britain writes the day first and America the month.
    """
    if not language or language.lower() == "en":
        return ""
    lowered = language.lower()
    if lowered.startswith("en-"):
        return "MDY" if lowered in {"en-us", "en-ph"} else "DMY"
    try:
        info = importlib.import_module(f"dateparser.data.date_translation_data.{lowered.split('-')[0]}").info
    except ImportError:
        return ""
    return str(info.get("date_order") or "DMY")


def find_dates(text: str, *, language: str = "", limit: int = 50) -> list[FoundDate]:
    """Return the dates printed in `text` in the order they stand, at most `limit`; parts of words and years are none.

    A date needs a day, a month and a year. `language` (a code such as "de" or "en-US") settles month names that two
    languages share and the order of numbers; without it 03/04/2024 is ambiguous and is left out unless the weekday
    beside it decides.
    """
    if _MAY_HOLD_DATE.search(text) is None:
        return []
    found: list[FoundDate] = []
    for one in _matches(text, language):
        if all(one.end <= other.start or one.start >= other.end for other in found):
            found.append(one)
            if len(found) >= limit:
                break
    return sorted(found, key=lambda one: one.start)


def _matches(text: str, language: str) -> Iterator[FoundDate]:
    for match in _ISO.finditer(text):
        yield from _built(text, match, int(match["monthn"]), int(match["day"]), "ISO 8601", language)
    for match in _RFC.finditer(text):
        if month := _month(match["month"], "en"):
            yield from _built(text, match, month, int(match["day"]), "RFC 2822", language)
    for match in _CTIME.finditer(text):
        if month := _month(match["month"], "en"):
            yield from _built(text, match, month, int(match["day"]), "ctime", language)
    for pattern, rule in ((_DAY_MONTH, "day, month in words, year"), (_MONTH_DAY, "month in words, day, year")):
        for match in pattern.finditer(text):
            if month := _month(match["month"], language):
                yield from _built(text, match, month, int(match["day"]), rule, language)
    for match in _YEAR_FIRST.finditer(text):
        yield from _built(text, match, int(match["monthn"]), int(match["day"]), "year, month, day", language)
    for match in _NUMBERS.finditer(text):
        yield from _numeric(text, match, language)
    for match in _BASIC.finditer(text):
        yield from _built(text, match, int(match["monthn"]), int(match["day"]), "ISO 8601 without hyphens", language)


def month_in(word: str, language: str) -> int | None:
    """Return the number of the month (1 for January) that a word names in that language, None when it names none."""
    names = _calendar()[0].get(word.casefold().rstrip("."), {})
    number = names.get({"no": "nb", "nn": "nb"}.get(language, language))
    return None if number is None else number + 1


def _month(word: str, language: str) -> int | None:
    number = _lookup(_calendar()[0], word, language)
    return None if number is None else number + 1


def _numeric(text: str, match: re.Match[str], language: str) -> Iterator[FoundDate]:
    first, second = int(match["first"]), int(match["second_n"])
    year = match["year"]
    if len(year) == 2 and (match["mark"] != "." or match["first"][0] + match["second_n"][0] == ""):
        return
    day_first = (
        list(_built(text, match, second, first, "day, month, year in numbers", language)) if second <= 12 else []
    )
    month_first = (
        list(_built(text, match, first, second, "month, day, year in numbers", language)) if first <= 12 else []
    )
    if not (day_first and month_first) or first == second:
        yield from (day_first or month_first)[:1]
        return
    for option in (day_first[0], month_first[0]):
        if option.weekday_printed is not None and not option.weekday_contradicted:
            yield replace(option, rule=option.rule + ", order by the weekday")
            return
    order = "DMY" if match["mark"] == "." else numeric_order(language)
    if order in ("DMY", "YMD"):
        yield replace(
            day_first[0], rule=day_first[0].rule + f", order of the language {language}".rstrip(), ambiguous=True
        )
    elif order == "MDY":
        yield replace(month_first[0], rule=month_first[0].rule + f", order of the language {language}", ambiguous=True)


def _built(text: str, match: re.Match[str], month: int, day: int, rule: str, language: str) -> Iterator[FoundDate]:
    got = match.groupdict()
    year = int(got["year"]) + (2000 if len(got["year"]) == 2 else 0)
    try:
        value = datetime(year, month, day)
    except ValueError:
        return
    precision: DatePrecision = "day"
    zone = ""
    hour, minute = got.get("hour"), got.get("minute") or got.get("minute_h")
    if hour is not None:
        clock = _clock(int(hour), int(minute or 0), int(got.get("second") or 0), got.get("half"))
        if clock is None:
            return
        value += clock
        precision = "minute"
        zone = (got.get("zone") or "").strip()
        if (offset := zone_offset(zone)) is not None:
            value = value.replace(tzinfo=timezone(timedelta(minutes=offset)))
            precision = "instant"
    weekday, start, end = _weekday_near(text, match.start(), match.end(), language)
    yield FoundDate(value, precision, zone, text[start:end].strip(" ,|-"), start, end, rule, weekday)


def _clock(hour: int, minute: int, second: int, half: str | None) -> timedelta | None:
    if half:
        if not 1 <= hour <= 12:
            return None if hour > 23 else timedelta(hours=hour, minutes=minute, seconds=second)
        hour = hour % 12 + (12 if half.lower().startswith("p") else 0)
    return timedelta(hours=hour, minutes=minute, seconds=second)


def zone_offset(zone: str) -> int | None:
    """Return the offset in minutes of a printed zone ("+02:00", "GMT+3", "CEST"), None when it is not certain."""
    zone = zone.strip().replace("−", "-")
    if not zone:
        return None
    if zone.upper() in ZONES:
        return ZONES[zone.upper()]
    match = re.fullmatch(r"(?:UTC|GMT)?\s?([+-])(\d{1,2}):?(\d\d)?", zone, re.IGNORECASE)
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return (-minutes if match[1] == "-" else minutes) if minutes <= 15 * 60 else None


def _weekday_near(text: str, start: int, end: int, language: str) -> tuple[int | None, int, int]:
    """Return the weekday that stands right before or after a date, and the stretch that holds both."""
    days = _calendar()[1]
    before = text[max(0, start - 24) : start]
    words = list(_NEAR_WORD.finditer(before))
    if words and not before[words[-1].end() :].strip(" ,.(/|-–") and len(words[-1].group()) > 1:
        number = _lookup(days, words[-1].group(), language)
        if number is not None:
            return number, start - len(before) + words[-1].start(), end
    after = text[end : end + 16]
    word = _NEAR_WORD.search(after)
    if word and not after[: word.start()].strip(" ,(") and len(word.group()) > 2:
        number = _lookup(days, word.group(), language)
        if number is not None and word.start() <= 2:
            closing = 1 if after[word.end() : word.end() + 1] == ")" else 0
            return number, start, end + word.end() + closing
    return None, start, end


def read_date(text: str, *, language: str = "") -> FoundDate | None:
    """Return the one date that the whole of a short string says, or None.

    For metadata and date lines. Where the grammar finds nothing, dateparser is asked, strictly and in one language
    (the given one, else English), because it reads a date into almost anything.
    """
    text = " ".join(text.split())
    if not 6 <= len(text) <= 80:
        found = find_dates(text[:400], language=language, limit=1) if text else []
        return found[0] if found else None
    if found := find_dates(text, language=language, limit=1):
        return found[0]
    if re.fullmatch(r"\d{10}|\d{13}", text):
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        moment = datetime.fromtimestamp(seconds, tz=timezone.utc)  # noqa: UP017
        return FoundDate(moment, "instant", "UTC", text, 0, len(text), "seconds since 1970")
    return _by_dateparser(text, language)


def _by_dateparser(text: str, language: str) -> FoundDate | None:
    if not re.search(r"(?<!\d)(?:18|19|20)\d\d(?!\d)", text) or not re.search(r"(?<!\d)\d{1,2}(?!\d)", text):
        return None
    import dateparser

    base = {"no": "nb", "nn": "nb"}.get(language.split("-")[0], language.split("-")[0])
    languages = [base] if base in LANGUAGES else ["en"]
    settings = {"STRICT_PARSING": True, "RETURN_AS_TIMEZONE_AWARE": False, "PARSERS": ["absolute-time"]}
    try:
        value = dateparser.parse(text, languages=languages, settings=settings)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    if value is None:
        return None
    precision: DatePrecision = "instant" if value.tzinfo else "minute" if re.search(r"\d[:.h]\d\d", text) else "day"
    if precision == "day":
        value = value.replace(hour=0, minute=0, second=0, microsecond=0)
    return FoundDate(value, precision, "", text, 0, len(text), f"dateparser, strict, {languages[0]}")


def latest_possible(found: FoundDate) -> datetime:
    """Return the earliest instant (aware) at which `found` can have been true anywhere on earth.

    A date without a zone is not later than a capture unless it is so in every zone: 14 hours are granted.
    """
    if found.value.tzinfo is not None:
        return found.value
    return found.value.replace(tzinfo=timezone(timedelta(hours=14)))


def is_later_than(found: FoundDate, moment: datetime) -> bool:
    """Return whether `found` lies after `moment` (aware) even in the zone that speaks most for it."""
    return latest_possible(found) > moment + timedelta(minutes=10)
