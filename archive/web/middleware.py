"""The reader's own clock: times are shown in the zone a person chose, else the one their browser told.

Promise: a page never shows a time in a zone it does not name; the foot of every page names the one in force.
"""

from __future__ import annotations

from urllib.parse import unquote
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.utils import timezone

ZONES = frozenset(available_timezones())


class ReaderZone:
    """Answer every request with the reader's zone in force."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        with timezone.override(ZoneInfo(reader_zone(request))):
            return self.get_response(request)


def reader_zone(request) -> str:
    """Return the name of the reader's zone: chosen, else told by the browser, else the archive's own."""
    user = getattr(request, "user", None)
    chosen = user.time_zone if user is not None and user.is_authenticated else ""
    told = unquote(request.COOKIES.get("reader_zone", ""))
    # "UTC" is what an account starts with; whoever never chose gets the zone of the browser.
    name = told if chosen in ("", "UTC") and told else chosen
    return name if name in ZONES else settings.READER_TIME_ZONE
