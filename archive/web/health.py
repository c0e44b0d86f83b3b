"""The health page: whether the archive keeps up, and whether what comes in is still read well."""

from __future__ import annotations

from django.conf import settings
from django.shortcuts import render

from archive import clock
from archive.articles import arrivals, browse, trail
from archive.indexing import state
from archive.models import ImportRun

OPEN_RUNS = ("staging", "reading", "preview", "running", "paused")


def health(request):
    """Show backlogs, index, open imports and the quality of arrivals; what needs a hand comes first."""
    now = clock.now()
    index_backlog, story_backlog = state.backlogs(at=now)
    index = state.index_state()
    context = {
        "section": "health",
        "index": index,
        "index_backlog": index_backlog,
        "story_backlog": story_backlog,
        "held": browse.holdings(request.user),
        "open_runs": ImportRun.objects.filter(state__in=OPEN_RUNS).order_by("-id")[:10],
        "outlets": arrivals.quality(at=now),
        "languages": arrivals.quality(at=now, by="language"),
        "sound": not (index.broken or index_backlog.late or story_backlog.late or index_backlog.failed),
        "embedded": settings.EMBEDDED_DATABASE,
        "trail_exposed": trail.can_be_rewritten(),
    }
    return render(request, "health.html", context)
