"""The first page of the day: what is running, what came in, and what the reader keeps an eye on."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from archive import clock
from archive.alerts.queries import alerts_of
from archive.articles import browse, collections
from archive.importing import sample
from archive.stories import lists

from .history import silent_edits

STORIES, ASKED = 6, 24
ALERTS = 5


def home(request):
    """Show what is running; an empty archive welcomes the newcomer instead."""
    held = browse.holdings(request.user)
    if not held["articles"].count:
        return render(request, "home/welcome.html", {"section": "home"})
    at = clock.now()
    context = {
        "section": "home",
        "stories": _running(request.user, at),
        "arrivals": browse.latest_arrivals(request.user),
        "runs": browse.latest_runs() if request.user.has_perm("archive.import_articles") else [],
        "silent_edits": silent_edits(request.user, 5),
        "alerts": alerts_of(request.user, at).filter(seen_at=None)[:ALERTS] if request.user.is_authenticated else [],
        "collections": collections.visible(request.user)[:5],
        "held": held,
    }
    return render(request, "home/home.html", context)


def _running(user, at: datetime):
    """Return what runs, those that gain most outlets today first; on a quiet day those with the latest articles."""
    running = list(lists.running_stories(user, at=at)[:ASKED]) or list(lists.stories_shown(user, at=at)[:STORIES])
    gained = lists.outlets_gained(user, running, at=at)
    for story in running:
        story.gained = gained.get(story.pk, 0)
    running.sort(key=lambda story: -story.gained)
    return lists.with_newest(user, running[:STORIES], at=at)


@require_POST
@permission_required("archive.import_articles", raise_exception=True)
def load_sample(request):
    """Bring the sample in, and wait for it on the first page."""
    sample.load_sample(by=request.user, at=clock.now())
    messages.success(request, _("The sample is coming in. Its articles appear here in a moment."))
    return redirect("home")
