"""The trail: who did what, when and why, to be searched and taken along. For archivists."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from archive.articles import trail as trails
from archive.models import User

archivist = permission_required("archive.view_restricted", raise_exception=True)
PAGE = 100


class TrailForm(forms.Form):
    """What to look for in the trail."""

    article = forms.IntegerField(label=gettext_lazy("Article number"), required=False, min_value=1)
    person = forms.ModelChoiceField(
        User.objects.order_by("username"),
        label=gettext_lazy("Person"),
        required=False,
        empty_label=gettext_lazy("anyone"),
    )
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    words = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=200)


@archivist
def trail(request):
    """Search the trail, newest first."""
    form = TrailForm(request.GET or None)
    number = int(request.GET.get("page", "")) if request.GET.get("page", "").isdigit() else 1
    first = max(number - 1, 0) * PAGE
    rows = list(_found(form)[first : first + PAGE + 1])
    query = request.GET.copy()
    query.pop("page", None)
    base = f"?{query.urlencode()}&page=" if query else "?page="
    context = {
        "section": "trail",
        "form": form,
        "entries": rows[:PAGE],
        "query": query.urlencode(),
        "previous_url": f"{base}{number - 1}" if number > 1 else "",
        "next_url": f"{base}{number + 1}" if len(rows) > PAGE else "",
    }
    return render(request, "articles/trail.html", context)


@archivist
def export(request):
    """Hand out what was found as JSON Lines."""
    entries = _found(TrailForm(request.GET or None)).iterator(chunk_size=500)
    lines = (json.dumps(trails.as_record(entry), ensure_ascii=False) + "\n" for entry in entries)
    response = StreamingHttpResponse(lines, content_type="application/x-ndjson")
    response["Content-Disposition"] = 'attachment; filename="trail.jsonl"'
    return response


def _found(form: TrailForm):
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    person = wanted.get("person")
    return trails.entries(
        article_id=wanted.get("article"),
        user_id=person.pk if person else None,
        since=_midnight(wanted.get("since")),
        until=_midnight(wanted.get("until"), days=1),
        words=wanted.get("words", ""),
    )


def _midnight(day, days: int = 0) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=days) if day else None
