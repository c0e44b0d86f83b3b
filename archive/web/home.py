"""The first page of the day: what is running, what came in, and what the reader keeps an eye on."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from archive import clock
from archive.articles import browse, collections
from archive.importing import sample
from archive.stories import lists

from .history import silent_edits

STORIES = 6


def home(request):
    """Show what is running; an empty archive welcomes the newcomer instead."""
    figures = browse.figures(request.user)
    if not figures["articles"]:
        return render(request, "home/welcome.html", {"section": "home"})
    context = {
        "section": "home",
        "stories": _running(request.user),
        "arrivals": browse.latest_arrivals(request.user),
        "runs": browse.latest_runs() if request.user.has_perm("archive.import_articles") else [],
        "silent_edits": silent_edits(request.user, 5),
        "collections": collections.visible(request.user)[:5],
        "figures": figures,
    }
    return render(request, "home/home.html", context)


def _running(user):
    """Return what runs; on a quiet day the stories with the latest articles."""
    at = clock.now()
    running = lists.running_stories(user, at=at)[:STORIES] or lists.stories_shown(user, at=at)[:STORIES]
    return lists.with_newest(user, running, at=at)


@require_POST
@permission_required("archive.import_articles", raise_exception=True)
def load_sample(request):
    """Bring the sample in, and wait for it on the first page."""
    sample.load_sample(by=request.user, at=clock.now())
    messages.success(request, _("The sample is coming in. Its articles appear here in a moment."))
    return redirect("home")
