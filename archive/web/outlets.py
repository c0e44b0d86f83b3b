"""Outlets: who is held, and the page of each with its coverage over time."""

from __future__ import annotations

from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse

from archive.articles import browse
from archive.models import Article, Outlet

from .listing import histogram_of, page_context
from .public import public


@public
def outlets(request):
    """List the outlets that the archive holds."""
    words = request.GET.get("q", "").strip()
    held = browse.outlets_held(request.user, words)
    return render(request, "outlets/outlets.html", {"section": "outlets", "outlets": held, "words": words})


@public
def outlet(request, slug: str):
    """Show an outlet: what is held of it, over time, and whom it relies on."""
    try:
        page = browse.outlet_page(request.user, slug)
    except Outlet.DoesNotExist as error:
        raise Http404(f"There is no outlet “{slug}”.") from error
    if page.outlet.slug != slug:
        return HttpResponsePermanentRedirect(reverse("outlet", args=[page.outlet.slug]))
    articles = Article.objects.visible_to(request.user).filter(outlet=page.outlet)
    context = {
        "section": "outlets",
        "page": page,
        "outlet": page.outlet,
        "picture": histogram_of(page.spread),
    }
    return render(request, "outlets/outlet.html", context | page_context(request, articles))
