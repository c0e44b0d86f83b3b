"""The small pages around the record: theme choice, the list of keys, the guided tasks, the icon."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from archive.importing.sample import sample_zip

from .context import THEMES

YEAR = 365 * 24 * 3600


@login_not_required
@require_POST
def theme(request):
    """Remember the theme a reader chose and go back to where they were."""
    chosen = request.POST.get("theme", "system")
    chosen = chosen if chosen in THEMES else "system"
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    if request.user.is_authenticated:
        request.user.theme = chosen
        request.user.save(update_fields=["theme"])
    response = HttpResponseRedirect(back)
    response.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    return response


def keys(request):
    """List the keys, for whoever has no script running."""
    return render(request, "keys.html")


def learn(request):
    """Show the guided tasks."""
    return render(request, "learn.html", {"section": "learn"})


def learn_files(request):
    """Hand out the files of the guided tasks."""
    response = HttpResponse(sample_zip(), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="lindholm.zip"'
    return response


@login_not_required
@require_safe
def icon(request):
    """Lead to the icon: a browser asks for it by this address on whatever has no page to name one."""
    return redirect(static("archive/img/icon.svg"))
