"""Tags: which there are, and the page of each with its coverage over time."""

from __future__ import annotations

from django.http import HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from archive.articles import browse
from archive.models import Tag

from . import pictures
from .listing import histogram_of, page_context
from .public import public


@public
def tags(request):
    """List the tags that articles carry."""
    words, kind = request.GET.get("q", "").strip(), request.GET.get("kind", "")
    kind = kind if kind in Tag.Kind.values else ""
    context = {
        "section": "tags",
        "tags": browse.tags_held(request.user, words, kind),
        "words": words,
        "kind": kind,
        "kinds": Tag.Kind.choices,
    }
    return render(request, "tags/tags.html", context)


@public
def tag(request, pk: int):
    """Show a tag: its articles, over time, with the outlets and tags around it."""
    held = get_object_or_404(Tag.objects.select_related("merged_into"), pk=pk)
    if held.merged_into is not None:
        return HttpResponsePermanentRedirect(held.merged_into.get_absolute_url())
    articles = browse.with_tag(request.user, held)
    found = browse.spread(articles)
    context = {
        "section": "tags",
        "tag": held,
        "picture": histogram_of(found),
        "beside": browse.tags_beside(articles, held),
        "slices": pictures.share(
            [
                (one.thing.name, one.count, reverse("outlet", args=[one.thing.slug]))
                for one in browse.busiest_outlets(found)
            ]
        ),
    }
    return render(request, "tags/tag.html", context | page_context(request, articles))
