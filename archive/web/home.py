"""The first page of the day: what is running, what came in, and what the reader keeps an eye on."""

from __future__ import annotations

from django.shortcuts import render

from archive.articles import browse

from .history import silent_edits


def home(request):
    """Show what is running; an empty archive welcomes the newcomer instead."""
    if browse.is_empty(request.user):
        return render(request, "home/welcome.html", {"section": "home"})
    context = {
        "section": "home",
        "stories": browse.running_stories(request.user),
        "arrivals": browse.latest_arrivals(request.user),
        "runs": browse.latest_runs() if request.user.has_perm("archive.import_articles") else [],
        "silent_edits": silent_edits(request.user, 5),
        "figures": browse.figures(request.user),
    }
    return render(request, "home/home.html", context)
