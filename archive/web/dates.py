"""Browse by date: years as calendars, a day as a page, and what has no date."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from archive import clock
from archive.articles import browse

from . import pictures
from .listing import page_context
from .public import public


@public
def dates(request, year: int | None = None):
    """Show a year as a calendar: the latest that holds something, or the one asked for."""
    years = browse.years_held(request.user)
    if year is None:
        year = years[0][0] if years else clock.now().year
    counts = browse.days_of_year(request.user, year)
    context = {
        "section": "dates",
        "year": year,
        "years": years,
        "count": sum(counts.values()),
        "months": _months(year, counts),
        "picture": pictures.heat(year, counts, lambda day: reverse("day", args=[day.year, day.month, day.day])),
        "undated": browse.undated(request.user).exists(),
    }
    return render(request, "dates/year.html", context)


@public
def day(request, year: int, month: int, day: int):
    """Show the articles of one day."""
    try:
        asked = date(year, month, day)
    except ValueError as error:
        raise Http404(f"There is no {day}.{month}.{year}.") from error
    context = {
        "section": "dates",
        "day": asked,
        "before": asked - timedelta(days=1),
        "after": asked + timedelta(days=1),
    }
    return render(request, "dates/day.html", context | page_context(request, browse.on_day(request.user, asked)))


@public
def undated(request):
    """Show the articles without a date."""
    return render(
        request, "dates/undated.html", {"section": "dates"} | page_context(request, browse.undated(request.user))
    )


def _months(year: int, counts: dict[date, int]) -> list[tuple[date, int, list[tuple[date, int]]]]:
    months = []
    for month in range(1, 13):
        days = sorted((day, count) for day, count in counts.items() if day.month == month)
        if days:
            months.append((date(year, month, 1), sum(count for _, count in days), days))
    return months
