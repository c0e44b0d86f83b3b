"""The one way from an address to an article: found, moved, gone, or not there, alike on every page."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from archive.articles.permissions import may
from archive.models import Article

from .gone import gone


def article_or_gone(request, pk: int) -> tuple[Article, HttpResponse | None]:
    """Return the article, and instead of it an answer where the person can't have it.

    A merged article leads on to the one it became part of; a killed or withheld one answers 410 with an explanation;
    an embargoed one is not there yet for whoever may not see it.
    """
    article = (
        Article.objects.filter(pk=pk)
        .select_related("outlet", "current_version", "membership__story", "merged_into")
        .first()
    )
    if article is None:
        raise Http404(_("There is no such article."))
    if article.merged_into_id is not None:
        here = request.path.replace(f"/articles/{pk}/", f"/articles/{article.merged_into_id}/", 1)
        query = request.META.get("QUERY_STRING", "")
        return article, redirect(f"{here}?{query}" if query else here, permanent=False)
    if article.is_published or may(request.user, "view_restricted"):
        return article, None
    if article.status == Article.Status.USABLE:
        # Under an embargo: to this reader it is not there yet.
        raise Http404(_("There is no such article."))
    return article, gone(request, article)
