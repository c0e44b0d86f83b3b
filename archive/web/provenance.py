"""The page of a story's provenance: stated origins, who relies on whom as a picture and a table, sources not held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from archive import clock
from archive.articles.operations import ArchiveError
from archive.articles.permissions import may
from archive.models import Article, Attribution, Confirmation, Story
from archive.stories import confirmations, origins, queries, rulings
from archive.stories.provenance import Provenance, article_key

from .doors import article_or_gone
from .pictures import Graph, Node, graph

# The sources of so many articles stand on one page, each with its forms.
CHAINS = 50


def story_provenance(request, pk: int):
    """Show who relies on whom in a story."""
    story = _live(pk)
    if story.pk != pk:
        return redirect("story_provenance", pk=story.pk, permanent=True)
    articles = origins.members_in_order(request.user, story, clock.now())
    if not articles:
        raise Http404(_("There is no such story."))
    found = origins.provenance_of(articles)
    editing = may(request.user, "edit_article")
    page = Paginator(articles, CHAINS).get_page(request.GET.get("page"))
    context = {
        "section": "stories",
        "story": story,
        "found": found,
        "picture": picture_of(found, articles),
        "chains": _chains(page.object_list, request.user),
        "page": page,
        "previous_url": f"?page={page.previous_page_number()}#chains" if page.has_previous() else "",
        "next_url": f"?page={page.next_page_number()}#chains" if page.has_next() else "",
        "links": _links(found, articles),
        "none_stated": [a for a in articles if a.pk in found.none_stated],
        "confirmed": confirmations.confirmed(articles),
        "may_edit": editing,
        "articles": articles,
        "kinds": [choice for choice in Attribution.Kind.choices if choice[0] != Attribution.Kind.RELAY],
        "roles": Attribution.Role.choices,
        "withdrawn": confirmations.confirmed(articles, withdrawn=True) if editing else [],
    }
    return render(request, "stories/provenance.html", context)


def story_graph(request, pk: int):
    """Hand out the picture as an SVG file that stands by itself."""
    story = _live(pk)
    articles = origins.members_in_order(request.user, story, clock.now())
    if not articles:
        raise Http404(_("There is no such story."))
    picture = picture_of(origins.provenance_of(articles), articles)
    answer = render(
        request, "stories/graph.svg", {"picture": picture, "story": story}, content_type="image/svg+xml; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="story-{story.pk}-provenance.svg"'
    return answer


@require_POST
def confirm_claim(request, pk: int) -> HttpResponse:
    """Write down what the editor who is signed in found out about one claim of a story."""
    story = _live(pk)
    chosen = [int(number) for number in request.POST.getlist("article") if number.isdecimal()]
    try:
        confirmations.confirm(
            story=story,
            claim=request.POST.get("claim", ""),
            finding=request.POST.get("finding", ""),
            origins=request.POST.getlist("origin"),
            articles=list(Article.objects.visible_to(request.user).filter(pk__in=chosen)),
            reason=request.POST.get("reason", ""),
            by=request.user,
            at=clock.now(),
        )
    except ArchiveError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is confirmed in your name."))
    return redirect(reverse("story_provenance", args=[story.pk]) + "#confirmed")


@require_POST
def withdraw_confirmation(request, pk: int) -> HttpResponse:
    """Withdraw a confirmation, or take it up again."""
    row = get_object_or_404(Confirmation, pk=pk)
    back = bool(request.POST.get("back"))
    confirmations.withdraw(confirmation=row, by=request.user, at=clock.now(), back=back)
    messages.success(request, _("It is confirmed again.") if back else _("The confirmation is withdrawn."))
    story = Story.objects.filter(memberships__article__confirmations=row).first()
    if story is None:
        return redirect("stories")
    return redirect(reverse("story_provenance", args=[story.pk]) + "#confirmed")


@require_POST
def rule_on_source(request, pk: int) -> HttpResponse:
    """Reject a source, take that back, or correct it, as an editor says."""
    hop = get_object_or_404(Attribution.objects.select_related("article", "version"), pk=pk)
    article, gone = article_or_gone(request, hop.article_id)
    if gone is not None:
        return gone
    by, at = request.user, clock.now()
    try:
        if request.POST.get("back"):
            rulings.restore_source(attribution=hop, by=by, at=at)
            messages.success(request, _("The source is back."))
        elif request.POST.get("change"):
            rulings.change_source(attribution=hop, by=by, at=at, **_said(request))
            messages.success(request, _("The source is corrected."))
        else:
            rulings.reject_source(attribution=hop, by=by, at=at)
            messages.success(request, _("%(name)s is no source of this article any more.") % {"name": hop.name})
    except ArchiveError as error:
        messages.error(request, str(error))
    return _back(request, article)


@require_POST
def add_source(request, pk: int) -> HttpResponse:
    """Add a source with the passage that names it."""
    article, gone = article_or_gone(request, pk)
    if gone is not None:
        return gone
    relay = request.POST.get("handed_on_by", "")
    hops = Attribution.objects.filter(version=article.current_version_id, rejected_at=None)
    try:
        rulings.add_source(
            article=article,
            evidence=request.POST.get("evidence", ""),
            handed_on_by=hops.filter(order=int(relay)).first() if relay.isdecimal() else None,
            by=request.user,
            at=clock.now(),
            **_said(request),
        )
    except ArchiveError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The source is noted."))
    return _back(request, article)


def _said(request) -> dict[str, Any]:
    """Return what the form says about a source."""
    role, kind = request.POST.get("role", ""), request.POST.get("kind", "")
    onward = request.POST.get("relies_on", "")
    return {
        "name": request.POST.get("name", "").strip(),
        "role": role if role in Attribution.Role.values else Attribution.Role.MAIN,
        "kind": kind if kind in Attribution.Kind.values else Attribution.Kind.OUTLET,
        "relies_on": int(onward) if onward.isdecimal() else None,
    }


def picture_of(found: Provenance, articles: Sequence[Article]) -> Graph:
    """Return the picture of who relies on whom, from origins on the left to articles on the right."""
    through = {root.key: root.through for root in found.roots}
    nodes = [
        Node(
            key=point.key,
            label=point.name,
            sub=through.get(point.key) or point.sub,
            kind=point.kind,
            held=point.held or point.kind not in ("outlet", "relay"),
            root=point.is_root,
        )
        for point in found.points
    ]
    nodes += [
        Node(
            key=article_key(article.pk),
            label=article.outlet.name,
            sub=article.current_version.headline if article.current_version else "",
            kind="article",
            url=article.get_absolute_url(),
        )
        for article in articles
    ]
    relations = [(link.origin, link.reliant) for link in found.links]
    return graph(nodes, relations, unsure=[(ln.origin, ln.reliant) for ln in found.links if not ln.sure])


def _live(pk: int) -> Story:
    try:
        return queries.live_story(pk)
    except Story.DoesNotExist as error:
        raise Http404(_("There is no such story.")) from error


def _links(found: Provenance, articles: Sequence[Article]) -> list[dict]:
    """Return the picture as rows of a table: origin, who relies on it, the words that say so."""
    names = {point.key: point.name for point in found.points}
    urls = {article_key(a.pk): a.get_absolute_url() for a in articles}
    names |= {article_key(a.pk): f"{a.outlet.name}: {a.current_version.headline}" for a in articles}
    return [
        {
            "origin": names[link.origin],
            "origin_url": urls.get(link.origin, ""),
            "reliant": names[link.reliant],
            "reliant_url": urls.get(link.reliant, ""),
            "text": link.evidence,
            "sure": link.sure,
        }
        for link in found.links
    ]


def _chains(articles: Sequence[Article], user) -> list[dict]:
    """Return each article with all its hops; whoever may correct them also sees the rejected ones."""
    rows = Attribution.objects.filter(version__in=[a.current_version_id for a in articles]).order_by("order")
    if not may(user, "edit_article"):
        rows = rows.filter(rejected_at=None)
    hops: dict[int, list[Attribution]] = {}
    for row in rows:
        hops.setdefault(row.article_id, []).append(row)
    shaken = origins.shaken_sources(articles)
    return [
        {"article": article, "hops": hops.get(article.pk, []), "shaken": shaken.get(article.pk, [])}
        for article in articles
    ]


def _back(request, article: Article) -> HttpResponse:
    membership = getattr(article, "membership", None)
    if request.POST.get("from") == "story" and membership is not None:
        return redirect("story_provenance", pk=membership.story_id)
    return redirect("article", pk=article.pk)
