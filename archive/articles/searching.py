"""Searching the archive as one person sees it: every list of hits, wherever it is shown, comes from here.

The promise: hits are loaded by their numbers from what the person may see; withheld, embargoed and canceled texts show
neither in hits nor counts, facets, suggestions or did-you-mean of those who may not see them, not even between a kill
and the moment the index hears of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from archive import clock
from archive.engine import search_engine
from archive.models import Article, Version
from archive.models.articles import sees_restricted
from archive.search import (
    FACETS,
    Hit,
    Marker,
    Node,
    Order,
    Runs,
    SearchEngine,
    SearchRequest,
    any_words,
    guess_language,
    parse,
    parse_words,
    read_as,
    without_versions,
)
from archive.search import suggest as suggesting
from archive.search.othernames import name_fields, with_other_names

from .hits import load_hits, outlet_names, pending_hidden
from .names import other_names


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A hit with its article, the version that matched, and what to show of it."""

    article: Article
    version: Version
    score: float
    headline: Runs
    snippets: tuple[Runs, ...]
    is_current: bool = True
    still_there: bool = True
    copies: tuple[Article, ...] = ()

    @property
    def copy_outlets(self) -> int:
        """In how many outlets the near-copies stand."""
        return len({copy.outlet_id for copy in self.copies})


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet: what is searched for, what is shown, and how many hits carry it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of what a query found."""

    query: Node
    text: str
    read_as: str
    total: int
    groups: int
    hits: tuple[ShownHit, ...]
    facets: dict[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    histogram: tuple[FacetValue, ...] = ()
    undated: int = 0
    suggestion: str = ""
    offers_any_words: bool = False
    as_of: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the page for machines; the names are kept, other tools rely on them."""
        return {
            "total": self.total,
            "read_as": self.read_as,
            "hits": [
                {
                    "article": hit.article.pk,
                    "version": hit.version.number,
                    "score": hit.score,
                    "headline": hit.version.headline,
                    "outlet": hit.article.outlet.slug,
                    "published_at": hit.article.published_iso,
                    "warnings": [note.text for note in hit.article.warnings],
                    "snippets": [[{"text": text, "marked": marked} for text, marked in runs] for runs in hit.snippets],
                }
                for hit in self.hits
            ],
            "facets": {
                name: [{"value": v.value, "label": v.label, "count": v.count} for v in values]
                for name, values in self.facets.items()
            },
            "suggestion": self.suggestion or None,
        }


def asked_by_any_name(query: Node) -> Node:
    """Return the query asking also for the own names of what it asks for by an alias or a merged tag."""
    fields = name_fields(query)
    return with_other_names(query, other_names(fields)) if fields else query


def request_for(user, query: Node, now: datetime, **options: Any) -> SearchRequest:
    """Return a request that finds only what this person may see, by whatever name it is asked for."""
    return SearchRequest(
        asked_by_any_name(query),
        now.date(),
        include_restricted=sees_restricted(user),
        hidden=pending_hidden(user, now),
        **options,
    )


def search_page(
    user,
    text: str,
    *,
    order: Order = Order.RELEVANCE,
    offset: int = 0,
    limit: int = 20,
    facets: tuple[str, ...] = FACETS,
    histogram: bool = False,
    fold_copies: bool = False,
    any_words_mode: bool = False,
    engine_name: str | None = None,
    as_of: datetime | None = None,
) -> SearchPage:
    """Answer a query for a person: parse, search, facets, snippets, and the articles loaded as they may be seen.

    Raises QueryError when the query can't be read, EngineError when the index can't. `as_of` keeps later arrivals out,
    so that paging is stable.
    """
    now = clock.now()
    engine = search_engine(engine_name)
    query = parse_words(text) if any_words_mode else parse(text, now.date())
    request = request_for(
        user,
        query,
        now,
        order=order,
        offset=offset,
        limit=limit,
        facets=facets,
        histogram=histogram,
        fold_copies=fold_copies,
        captured_until=as_of,
    )
    result = engine.search(request)
    languages = engine.languages()
    hits = _shown(user, now, result.hits, Marker(query, languages, now.date()))
    hits = _told_whether_still_there(engine, request, hits)
    suggestion = "" if any_words_mode or result.total else _suggestion(engine, request, query)
    return SearchPage(
        query=query,
        text=text,
        read_as=read_as(query, languages, gettext),
        total=result.total,
        groups=result.groups,
        hits=hits,
        facets={name: _labelled(name, values) for name, values in result.facets.items()},
        histogram=tuple(FacetValue(bar.value, bar.value, bar.count) for bar in result.histogram),
        undated=result.undated,
        suggestion=suggestion,
        offers_any_words=not any_words_mode and not result.total and _any_words_finds(engine, request),
        as_of=as_of or now,
    )


def matching_ids(user, text: str, *, chunk: int = 5000) -> Iterator[int]:
    """Yield the articles that a query finds for a person, newest first, all of them and each once.

    Raises QueryError when the query can't be read, EngineError when the index can't.
    """
    now = clock.now()
    engine, query = search_engine(), parse(text, now.date())
    seen: set[int] = set()
    offset = 0
    while True:
        options = {"order": Order.NEWEST, "offset": offset, "limit": chunk, "facets": (), "captured_until": now}
        hits = engine.search(request_for(user, query, now, **options)).hits
        for hit in hits:
            if hit.article not in seen:
                seen.add(hit.article)
                yield hit.article
        if len(hits) < chunk:
            return
        offset += chunk


def _shown(user, now: datetime, hits: Sequence[Hit], marker: Marker) -> tuple[ShownHit, ...]:
    wanted = {hit.article for hit in hits} | {copy for hit in hits for copy in hit.folded}
    articles = load_hits(user, wanted, now)
    older = [hit for hit in hits if not _is_current(articles.get(hit.article), hit.version)]
    versions = {
        (v.article_id, v.number): v
        for v in (
            Version.objects.filter(article_id__in={h.article for h in older}, number__in={h.version for h in older})
            if older
            else ()
        )
    }
    shown = []
    for hit in hits:
        article = articles.get(hit.article)
        if article is None:
            continue
        current = _is_current(article, hit.version)
        version = article.current_version if current else versions.get((hit.article, hit.version))
        if version is None:
            continue
        language = version.language or article.language or _guessed(version)
        shown.append(
            ShownHit(
                article=article,
                version=version,
                score=hit.score,
                headline=marker.mark(version.headline, language, "headline"),
                snippets=_snippets(marker, version, language),
                is_current=current,
                copies=tuple(articles[pk] for pk in hit.folded if pk in articles),
            )
        )
    return tuple(shown)


def _told_whether_still_there(engine: SearchEngine, request: SearchRequest, hits: tuple[ShownHit, ...]):
    """Return the hits, those on older versions saying whether the article's current version matches too."""
    older = frozenset(hit.article.pk for hit in hits if not hit.is_current)
    if not older:
        return hits
    asked = replace(
        request,
        query=without_versions(request.query),
        only=older,
        offset=0,
        limit=len(older),
        facets=(),
        histogram=False,
    )
    kept = {hit.article for hit in engine.search(asked).hits}
    return tuple(hit if hit.is_current else replace(hit, still_there=hit.article.pk in kept) for hit in hits)


def _guessed(version: Version) -> str:
    return guess_language(f"{version.headline}\n{version.standfirst}\n{version.body}")


def _is_current(article: Article | None, number: int) -> bool:
    return article is not None and article.current_version is not None and article.current_version.number == number


def _snippets(marker: Marker, version: Version, language: str) -> tuple[Runs, ...]:
    found = marker.snippets(version.body, language, "body")
    if version.standfirst and not any(marked for runs in found for _, marked in runs):
        standfirst = marker.snippets(version.standfirst, language, "standfirst")
        if any(marked for runs in standfirst for _, marked in runs):
            return standfirst
    return found[:1] if not any(marked for runs in found for _, marked in runs) else found


def _labelled(name: str, values: Sequence) -> tuple[FacetValue, ...]:
    labels = outlet_names([v.value for v in values]) if name == "outlet" and values else {}
    return tuple(FacetValue(v.value, labels.get(v.value, v.value), v.count) for v in values)


def _suggestion(engine: SearchEngine, request: SearchRequest, query: Node) -> str:
    """Return a query spelt like the one that was typed, which finds something this person may see, "" for none."""
    return suggesting.did_you_mean(engine, replace(request, query=query), asked_by_any_name)


def _any_words_finds(engine: SearchEngine, request: SearchRequest) -> bool:
    loose = any_words(request.query)
    if loose is None:
        return False
    return engine.search(replace(request, query=loose, offset=0, limit=0, facets=(), histogram=False)).total > 0
