"""The page of one article, in its current version or any other: text, evidence, captures, what was removed."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404
from django.shortcuts import render

from archive import clock
from archive.articles import queries
from archive.articles.export import removed_lines
from archive.articles.permissions import may
from archive.models import Article, Version
from archive.stories.copies import copies_of
from archive.stories.origins import shaken_sources
from archive.stories.queries import suggestions_for, why_here

from .annotate import Run, Span, paragraphs_with
from .doors import article_or_gone
from .public import may_read_text, public


@public
def article(request, pk: int, number: int | None = None):
    """Show an article. One that was killed or withheld answers 410 with an explanation to whoever may not read it;
    one that was merged into another leads there."""
    held, instead = article_or_gone(request, pk)
    if instead is not None:
        return instead
    try:
        page = queries.page_of(held, number=number)
    except Version.DoesNotExist as error:
        raise Http404(str(error)) from error
    if not may_read_text(request.user, page.article):
        shown = {"section": "search", "article": page.article, "version": page.version, "page": page}
        return render(request, "articles/teaser.html", shown)
    shown = context(page)
    copies, shaken = copies_of(request.user, page.article, clock.now())
    if may(request.user, "edit_article"):
        shown["offered"] = suggestions_for(request.user, page.article, at=clock.now())
    shown["reasons"] = why_here(request.user, page.article, at=clock.now())
    shown |= {"copies": copies, "shaken": list(dict.fromkeys([*shown["shaken"], *shaken]))}
    return render(request, "articles/article.html", shown)


def context(page: queries.ArticlePage) -> dict[str, object]:
    """Return the context of `articles/article.html`."""
    version, reading = page.version, page.reading
    roles: dict[str, list] = {"main": [], "side": [], "background": []}
    for hop in page.attributions:
        roles[hop.role].append(hop)
    return {
        "section": "search",
        "page": page,
        "article": page.article,
        "version": version,
        "is_current": version.pk == page.article.current_version_id,
        "paragraphs": _beside_posts(paragraphs_with(version.body, _spans(page)), version.posts),
        "main_sources": roles["main"],
        "side_sources": roles["side"],
        "background_sources": roles["background"],
        "direct_quotes": [quote for quote in page.quotes if quote.is_direct],
        "date_candidates": page.article.published_evidence.get("candidates", [])[1:],
        "headline_candidates": reading.get("candidates", {}).get("headline", [])[1:],
        "byline_candidates": reading.get("candidates", {}).get("byline", [])[1:],
        "lines": reading.get("lines", []),
        "removed": removed_lines(reading),
        "story": _story(page.article),
        "shaken": shaken_sources([page.article]).get(page.article.pk, []),
    }


def _beside_posts(paragraphs: list[Sequence[Run]], posts: list[dict]) -> list[Sequence[Run]]:
    """Return the paragraphs that no post of a live blog says: the posts are shown with their stamps."""
    said = {line for post in posts for line in (post.get("headline"), *(post.get("body") or "").split("\n"))}
    return [runs for runs in paragraphs if "".join(run.text for run in runs) not in said] if posts else paragraphs


def _spans(page: queries.ArticlePage) -> list[Span]:
    sources = [
        Span(hop.start, hop.end, "source", f"#source-{hop.order}", hop.name)
        for hop in page.attributions
        if hop.field == "body"
    ]
    quotes = [
        Span(start, end, "quote", f"#quote-{quote.pk}", quote.speaker)
        for quote in page.quotes
        if quote.field == "body" and quote.is_direct
        for start, end in (quote.parts or [(quote.start, quote.end)])
    ]
    return sources + quotes


def _story(article: Article):
    membership = getattr(article, "membership", None)
    return membership.story if membership else None
