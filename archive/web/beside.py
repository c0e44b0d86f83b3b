"""Pages that lay texts beside each other: two articles, one against its story or its kin, and the family of a quote."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from archive import clock
from archive.articles.queries import listed
from archive.models import Article, QuoteFamily, QuoteVariant, Version
from archive.stories import beside, rulings
from archive.stories.queries import related_articles

from .doors import article_or_gone

# How many related articles a page shows.
RELATED = 20

KINDS = {
    "both": ("same", gettext_lazy("both say")),
    "reworded": ("changed", gettext_lazy("reworded")),
    "left": ("removed", gettext_lazy("only left")),
    "right": ("added", gettext_lazy("only right")),
}


def side_by_side(request, pk: int, other: int):
    """Show two articles, or two versions of them, sentence beside sentence."""
    at = clock.now()
    try:
        left = beside.version_seen_by(request.user, pk, at, _number(request, "left"))
        right = beside.version_seen_by(request.user, other, at, _number(request, "right"))
    except (Article.DoesNotExist, Version.DoesNotExist) as error:
        raise Http404(str(error)) from error
    pair = beside.side_by_side(left, right)
    only = request.GET.get("show", "")
    rows = [
        {"kind": KINDS[row.kind][0], "label": KINDS[row.kind][1], "left": row.left, "right": row.right}
        for row in pair.rows
        if only not in KINDS or row.kind == only
    ]
    choices = [{"kind": kind, "label": KINDS[kind][1], "count": pair.counts[kind]} for kind in KINDS]
    kept = request.GET.copy()
    kept.pop("show", None)
    context = {
        "section": "stories",
        "pair": pair,
        "rows": rows,
        "only": only,
        "choices": choices,
        "kept": kept.urlencode(),
        "left_title": _column(left, right),
        "right_title": _column(right, left),
    }
    return render(request, "articles/beside.html", context)


def against_story(request, pk: int):
    """Show what only this article of its story says, and what it is missing."""
    article, gone = article_or_gone(request, pk)
    if gone is not None:
        return gone
    page = beside.against_story(request.user, article, clock.now())
    story = article.membership.story if hasattr(article, "membership") else None
    return render(
        request, "articles/against_story.html", {"section": "stories", "page": page, "article": article, "story": story}
    )


def related(request, pk: int):
    """Show the articles nearest to one, best first, in its story or out of it."""
    article, gone = article_or_gone(request, pk)
    if gone is not None:
        return gone
    seen = listed(Article.objects.visible_to(request.user, clock.now()))
    rows = [row for row in related_articles(seen, article.pk, limit=RELATED) if row.is_worth_a_look]
    story = article.membership.story if hasattr(article, "membership") else None
    context = {"section": "stories", "article": article, "rows": rows, "story": story}
    return render(request, "articles/related.html", context)


def quote_family(request, pk: int):
    """Show the wordings of one utterance in time order, with what each lost and changed."""
    family = get_object_or_404(QuoteFamily.objects.select_related("story__merged_into"), pk=pk)
    wordings = beside.family_page(request.user, family, clock.now())
    if not wordings:
        raise Http404(_("No article that you may read has this quote."))
    return render(request, "quotes/family.html", {"section": "stories", "family": family, "wordings": wordings})


@require_POST
def part_wording(request, pk: int, variant_id: int):
    """Take a wording out of its family, or put it back, as an editor says."""

    variant = get_object_or_404(QuoteVariant.objects.select_related("quote"), pk=variant_id, family=pk)
    if request.POST.get("back"):
        rulings.put_wording_back(variant=variant, by=request.user, at=clock.now())
        messages.success(request, _("The wording is back in its family."))
    else:
        rulings.part_wording(variant=variant, by=request.user, at=clock.now())
        messages.success(request, _("Taken out: this wording is not that utterance."))
    return redirect("quote_family", pk=pk)


def _column(version: Version, other: Version) -> str:
    """Return the outlet, with the number of the version where that could be another than the reader thinks."""
    outlet = version.article.outlet.name
    if version.pk == version.article.current_version_id and version.article_id != other.article_id:
        return outlet
    return _("%(outlet)s, version %(number)s") % {"outlet": outlet, "number": version.number}


def _number(request, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isdecimal() else None
