"""The articles behind a page of hits, loaded with all that a list shows of each, in two queries.

The promise: only what the person may see is loaded, by `visible_to`; what a list does not show stays in the database.
Whose visibility it is makes two queries, not one for each person: see `ArticleQuerySet.visible_to`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, Model, OuterRef, TextField
from django.db.models.base import ModelState

from archive.models import Article, ArticleTag, LegalNote, Membership, Outlet, Story, Tag, Version
from archive.models.articles import sees_restricted

from .prepared import IsAny, Prepared
from .queries import version_marks

SOME_TIME = datetime(1904, 2, 29, tzinfo=UTC)
SOME_IDS = [-1, -2]
SOME_SLUGS = ["-", "--"]
LISTS = ("tag_ids", "notes", "version_marks")
LEFT_OUT = {
    "article": {"published_evidence", "edited_fields", "editor_note", "usage_terms"},
    "version": {"authors", "captions", "posts", "source_line", "credit", "dateline"},
    "membership": {"reasons"},
}


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag on a hit."""

    tag: Tag


class _Columns:
    """The columns of a model in the rows of a query, and how they become one of its objects."""

    def __init__(self, model: type[Model], name: str, path: str, start: int) -> None:
        self.model = model
        left_out = LEFT_OUT.get(name, set())
        self.names = [f.attname for f in model._meta.concrete_fields if f.attname not in left_out]
        self.paths = [f"{path}{name}" for name in self.names]
        self.place = slice(start, start + len(self.names))

    def take(self, values: tuple[Any, ...]) -> Any:
        """Return the object of these columns, None where a join found none.

        As `from_db` does it for columns without descriptors of their own, in a tenth of its time.
        """
        if values[0] is None:
            return None
        made = self.model.__new__(self.model)
        made.__dict__.update(zip(self.names, values, strict=True))
        made._state = state = ModelState()
        state.adding, state.db = False, "default"
        return made


@cache
def _columns() -> tuple[_Columns, ...]:
    parts: list[_Columns] = []
    start = len(LISTS)
    for model, name, path in (
        (Article, "article", ""),
        (Outlet, "outlet", "outlet__"),
        (Version, "version", "current_version__"),
        (Membership, "membership", "membership__"),
        (Story, "story", "membership__story__"),
    ):
        parts.append(_Columns(model, name, path, start))
        start += len(parts[-1].names)
    return tuple(parts)


@cache
def _hits(restricted: bool) -> Prepared:
    tags = ArticleTag.objects.filter(article=OuterRef("pk"), removed_at=None).order_by("position", "id")
    notes = LegalNote.objects.filter(article=OuterRef("pk"), lifted_at=None).order_by("id")
    query = (
        Article.objects.visible_where(restricted, SOME_TIME)
        .filter(IsAny("pk", SOME_IDS))
        .annotate(
            tag_ids=ArraySubquery(tags.values("tag_id")),
            notes=ArraySubquery(notes.values("text")),
            version_marks=version_marks(),
        )
        .values_list(*LISTS, *(path for part in _columns() for path in part.paths))
    )
    return Prepared(query, ids=SOME_IDS) if restricted else Prepared(query, ids=SOME_IDS, at=SOME_TIME)


@cache
def _tags() -> Prepared:
    return Prepared(Tag.objects.filter(IsAny("pk", SOME_IDS)).values_list("pk", "name", "kind"), ids=SOME_IDS)


def load_hits(user, ids: Iterable[int], at: datetime) -> dict[int, Article]:
    """Return those of the articles that this person may see, by number.

    Each has its outlet, current version, membership and story, and as lists show them its tags in order as
    `shown_tags`, the legal notes in force as `warnings`, and a mark for each of its versions as `version_marks`.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    found = {}
    rows = _hits(sees_restricted(user)).rows(ids=wanted, at=at)
    tags = {
        pk: TagRow(Tag(pk=pk, name=name, kind=kind))
        for pk, name, kind in _tags().rows(ids=[pk for row in rows for pk in row[0]])
    }
    parts = _columns()
    for row in rows:
        tag_ids, notes, marks = row[: len(LISTS)]
        article, outlet, version, membership, story = (part.take(row[part.place]) for part in parts)
        article.outlet, article.current_version = outlet, version
        if membership is not None:
            membership.story = story
        # Also where there is none, so that nobody asks the database for it again.
        Article._meta.get_field("membership").set_cached_value(article, membership)
        article.version_marks = marks
        article.shown_tags = [tags[pk] for pk in tag_ids]
        article.warnings = [LegalNote(article_id=article.pk, text=text) for text in notes]
        found[article.pk] = article
    return found


@cache
def _hidden(restricted: bool) -> Prepared:
    """Return the query of `pending_hidden`; uses index_entry_waiting and article_embargoed."""
    visible = Article.objects.visible_where(restricted, SOME_TIME).filter(pk=OuterRef("pk"))
    waiting = Article.objects.filter(~Exists(visible), indexentry__wanted__gt=F("indexentry__done")).values_list("pk")
    if restricted:
        return Prepared(waiting)
    embargoed = Article.objects.filter(embargoed_until__gt=SOME_TIME).values_list("pk")
    return Prepared(waiting.union(embargoed, all=True), at=SOME_TIME)


def pending_hidden(user, at: datetime) -> frozenset[int]:
    """Return the articles that this person may not see although the index may hold them as open.

    Between a kill and the drain that carries it over the index still holds the article as open: searches leave it out
    by its number.
    """
    return frozenset(pk for (pk,) in _hidden(sees_restricted(user)).rows(at=at))


@cache
def _outlets() -> Prepared:
    return Prepared(
        Outlet.objects.filter(IsAny("slug", SOME_SLUGS, TextField())).values_list("slug", "name"), slugs=SOME_SLUGS
    )


def outlet_names(slugs: Iterable[str]) -> dict[str, str]:
    """Return the names of outlets by their slugs."""
    return dict(_outlets().rows(slugs=list(slugs)))  # type: ignore[arg-type]
