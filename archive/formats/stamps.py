"""Machine-written dates of wire formats into dates with evidence. A zone that is not written is never added."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from zoneinfo import ZoneInfo

from archive.formats.base import Candidate, DateReading, Precision, ReadContext
from archive.text import dates

# The moment, its precision, the zone as printed, and the rule that read it.
_Found = tuple[datetime, Precision, str, str]

_ISO = re.compile(
    r"(?P<y>\d{4})(?P<s>[-/.]?)(?P<m>\d\d)(?P=s)(?P<d>\d\d)"
    r"(?:(?:[Tt]|\s+|\s*,\s*)(?P<H>\d\d):?(?P<M>\d\d)(?::?(?P<S>\d\d)(?:[.,](?P<f>\d{1,9}))?)?)?"
    r"\s*(?P<z>[Zz]|(?:UTC|GMT)?\s*[+\-−]\d\d(?::?\d\d)?|UTC|GMT)?"
)
_ENVELOPE = re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d)")
_OFFSET = re.compile(r"([+\-−])(\d\d):?(\d\d)?$")
_MAIL = re.compile(r"(?:[A-Za-z]{3,9},?\s+)?\d{1,2}\s+[A-Za-z]{3,9}\.?\s+\d{2,4}\s+\d{1,2}:\d\d")
_MAIL_ZONE = re.compile(r"(?:([+-]\d{4})|\b([A-Z]{1,5}))\s*(?:\([^)]*\))?\s*$")
# The only zone names that RFC 822 defines; any other three letters may mean several zones.
_MAIL_NAMES = {"UT", "GMT", "UTC", "Z", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"}
_EARLIEST, _LATEST = 1400, 2200


def read(value: str, *, where: str, context: ReadContext) -> DateReading:
    """Return the date that a stamp names, undated (with the reason as a candidate) when it names none.

    Reads ISO 8601, basic and extended, RFC 822 and the fourteen digits of envelopes. A date later than the capture
    can't be when something was published, and is kept only as a candidate that lost.
    """
    printed = " ".join(value.split())
    if not printed:
        return DateReading()
    found = _iso(printed) or _mail(printed)
    if found is None:
        return lost(printed, where, "is no date that a machine writes")
    moment, precision, zone, rule = found
    if is_later(moment, context.captured_at):
        return lost(printed, where, "later than the capture")
    return DateReading(
        value=moment,
        precision=precision,
        zone=zone,
        printed=printed,
        where=where,
        rule=rule,
        candidates=(Candidate(printed, where),),
    )


def read_epoch(seconds: float, *, printed: str, where: str, context: ReadContext) -> DateReading:
    """Return the instant that a number of seconds since 1970 names."""
    when = datetime.fromtimestamp(seconds, tz=UTC)
    if is_later(when, context.captured_at):
        return lost(printed, where, "later than the capture")
    return DateReading(
        value=when,
        precision="instant",
        zone="UTC",
        printed=printed,
        where=where,
        rule="seconds since 1970",
        candidates=(Candidate(printed, where),),
    )


def read_printed(value: str, *, where: str, context: ReadContext, language: str = "") -> DateReading:
    """Return the date of a string that a machine or a person wrote, in the language given or the outlet's."""
    printed = " ".join(value.split())
    if not printed or _iso(printed) or _mail(printed):
        return read(printed, where=where, context=context)
    language = language or (context.outlet.language if context.outlet else "")
    found = dates.read_date(printed, language=language)
    if found is None:
        return lost(printed, where, "is no date that can be read")
    if dates.is_later_than(found, context.captured_at) or is_later(found.value, context.captured_at):
        return lost(printed, where, "later than the capture")
    return DateReading(
        value=found.value,
        precision=found.precision,
        zone=found.zone,
        printed=printed,
        where=where,
        rule=found.rule,
        candidates=(Candidate(printed, where),),
    )


def lost(printed: str, where: str, why: str) -> DateReading:
    """Return an undated reading that remembers what was printed and why it did not do."""
    return DateReading(printed=printed, where=where, candidates=(Candidate(printed, where, why),))


def best(readings: list[DateReading]) -> DateReading:
    """Return the first reading that has a value, the others as its candidates that lost."""
    dated = [reading for reading in readings if reading.value is not None]
    chosen = dated[0] if dated else next((reading for reading in readings if reading.printed), DateReading())
    others: list[Candidate] = []
    for reading in readings:
        if reading is not chosen and reading.printed:
            why = "another date comes first" if reading.value is not None else ""
            others += [Candidate(c.value, c.origin, c.lost_because or why) for c in reading.candidates]
    return DateReading(
        value=chosen.value,
        precision=chosen.precision,
        zone=chosen.zone,
        printed=chosen.printed,
        where=chosen.where,
        rule=chosen.rule,
        candidates=(*chosen.candidates, *others),
    )


def moment(value: str) -> datetime | None:
    """Return an aware UTC moment, None when the stamp is no date or names no zone."""
    found = _iso(" ".join(value.split())) or _mail(" ".join(value.split()))
    if found is None or found[0].tzinfo is None:
        return None
    return found[0].astimezone(UTC)


def fetched(stamp: str, context: ReadContext) -> datetime | None:
    """Return when something was fetched, None for a stamp that can't be read or lies after the upload."""
    when = moment(stamp)
    return when if when and when <= context.captured_at else None


def hold_until(value: str, context: ReadContext) -> datetime | None:
    """Return when an embargo ends, in UTC. Without a zone it is the outlet's, else the last place on earth: an embargo
    must rather last a few hours too long than be broken."""
    return _bound(value, context, timezone(timedelta(hours=-12)), end_of_day=False)


def expires_at(value: str, context: ReadContext) -> datetime | None:
    """Return when a right of use ends, in UTC; without a zone the outlet's, else the first place on earth. A day
    counts to its end."""
    return _bound(value, context, timezone(timedelta(hours=14)), end_of_day=True)


def is_later(value: datetime, captured_at: datetime) -> bool:
    """Say whether a date is later than the capture wherever on earth it was written."""
    if value.tzinfo is not None:
        return value > captured_at
    return value - timedelta(hours=14) > captured_at.astimezone(UTC).replace(tzinfo=None)


def hold_date(when: datetime, context: ReadContext) -> datetime:
    """Return when an embargo ends whose date a person printed, with the same care as `hold_until`."""
    return _placed(when, context, timezone(timedelta(hours=-12)))


def _bound(value: str, context: ReadContext, otherwise: timezone, *, end_of_day: bool) -> datetime | None:
    printed = " ".join(value.split())
    if not printed:
        return None
    if found := _iso(printed) or _mail(printed):
        when, precision = found[0], found[1]
    elif human := dates.read_date(printed, language=context.outlet.language if context.outlet else ""):
        when, precision = human.value, human.precision
    else:
        return None
    if precision == "day" and end_of_day:
        when += timedelta(days=1)
    return _placed(when, context, otherwise)


def _placed(when: datetime, context: ReadContext, otherwise: timezone) -> datetime:
    if when.tzinfo is None:
        name = context.outlet.time_zone if context.outlet else ""
        try:
            when = when.replace(tzinfo=ZoneInfo(name) if name else otherwise)
        except (KeyError, ValueError):
            when = when.replace(tzinfo=otherwise)
    return when.astimezone(UTC)


def _iso(printed: str) -> _Found | None:
    match = _ENVELOPE.fullmatch(printed) or _ISO.fullmatch(printed)
    if not match:
        return None
    part = match.groupdict()
    year = int(part["y"])
    if not _EARLIEST <= year < _LATEST:
        return None
    zone = (part.get("z") or "").strip()
    try:
        if part["H"] is None:
            return datetime(year, int(part["m"]), int(part["d"])), "day", "", "ISO 8601 day"
        hour, minute, second = int(part["H"]), int(part["M"]), min(int(part["S"] or 0), 59)
        midnight = hour == 24 and not minute and not second
        when = datetime(year, int(part["m"]), int(part["d"]), 0 if midnight else hour, minute, second)
        when += timedelta(days=1) if midnight else timedelta(0)
        if fraction := part.get("f"):
            when = when.replace(microsecond=int(fraction[:6].ljust(6, "0")))
        if not zone:
            return when, "minute", "", "ISO 8601 without a zone"
        return when.replace(tzinfo=_zone(zone)), "instant", zone, "ISO 8601"
    except ValueError:
        return None


def _zone(printed: str) -> timezone:
    match = _OFFSET.search(printed)
    if not match:
        return UTC
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return timezone(offset if match[1] == "+" else -offset)


def _mail(printed: str) -> _Found | None:
    if not _MAIL.match(printed):
        return None
    parts = parsedate_tz(printed)
    if parts is None:
        return None
    try:
        when = datetime(*parts[:6])
    except ValueError:
        return None
    if not _EARLIEST <= when.year < _LATEST:
        return None
    zone = _MAIL_ZONE.search(printed)
    name = (zone[1] or zone[2] or "") if zone else ""
    known = name in _MAIL_NAMES or (name[:1] in "+-" and name not in ("", "-0000"))
    if not known or parts[9] is None:
        return when, "minute", name if name != "-0000" else "", "RFC 822 without a known zone"
    return when.replace(tzinfo=timezone(timedelta(seconds=parts[9]))), "instant", name, "RFC 822"
