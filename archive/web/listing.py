"""What pages with a list of articles share: the page at a place, and the picture of the list over time."""

from __future__ import annotations

from datetime import date

from django.http import Http404
from django.urls import reverse
from django.utils import formats

from archive.articles import browse
from archive.articles.paging import BadPlace, page_by_date

from . import pictures


def page_context(request, articles) -> dict[str, object]:
    """Return `articles`, `previous_url` and `next_url` for the place the address names."""
    try:
        page = page_by_date(articles, older_than=request.GET.get("older", ""), newer_than=request.GET.get("newer", ""))
    except BadPlace as error:
        raise Http404(str(error)) from error
    return {
        "articles": page.articles,
        "previous_url": _at(request, "newer", page.newer),
        "next_url": _at(request, "older", page.older),
    }


def _at(request, name: str, place: str) -> str:
    if not place:
        return ""
    query = request.GET.copy()
    query.pop("older", None)
    query.pop("newer", None)
    query[name] = place
    return f"?{query.urlencode()}"


def histogram_of(found: browse.Spread) -> pictures.Histogram | None:
    """Return the picture of articles over time, each bar leading to its days; None when all are undated."""
    step, counts = browse.volume(found.days)
    if not counts:
        return None
    if step == "day":
        return pictures.histogram([(_label(day, step), count, _day_address(day)) for day, count in counts])
    years = {year: reverse("year", args=[year]) for year in {day.year for day, _ in counts}}
    return pictures.histogram([(_label(day, step), count, years[day.year]) for day, count in counts])


def _label(day: date, step: str) -> str:
    return formats.date_format(day, {"day": "j M Y", "month": "M Y", "year": "Y"}[step])


def _day_address(day: date) -> str:
    return reverse("day", args=[day.year, day.month, day.day])
