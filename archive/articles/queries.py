"""Reads on the record for pages, commands and exports, each a bounded number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, OuterRef, Prefetch, QuerySet, Value, When, prefetch_related_objects
from django.db.models.functions import Coalesce, Concat

from archive.models import Article, ArticleTag, Attribution, Capture, LegalNote, Quote, QuoteVariant, Tag, Version

# What no list of articles shows.
_UNLISTED = tuple(f"current_version__{name}" for name in ("body", "posts", "captions", "source_line"))


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """All that the page of one article shows."""

    article: Article
    version: Version
    versions: Sequence[Version]
    captures: Sequence[Capture]
    tags: Sequence[Tag]
    attributions: Sequence[Attribution]
    quotes: Sequence[Quote]

    @property
    def reading(self) -> dict:
        """The machine's reading of the capture this version came from, or an empty one."""
        for capture in self.captures:
            if capture.pk == self.version.capture_id:
                return capture.read
        return {}


def listed(articles: QuerySet[Article]) -> QuerySet[Article]:
    """Return the articles with all that a list shows of each, in three queries however long the list.

    `shown_tags` holds its tags in order, `warnings` the legal notes in force on it, `version_marks` the kind of each of
    its versions in order, with a "~" behind it where the text changed without a note. Bodies stay where they are.
    """
    shown = ArticleTag.objects.filter(removed_at=None).select_related("tag").order_by("position", "id")
    rows = articles.select_related("outlet", "current_version", "membership__story").defer(*_UNLISTED)
    return rows.annotate(version_marks=version_marks()).prefetch_related(
        Prefetch("article_tags", queryset=shown, to_attr="shown_tags"), legal_warnings()
    )


def version_marks() -> ArraySubquery:
    """Return what gives each article of a query the marks of its versions; uses the unique key of version numbers."""
    silent = Case(When(change__is_silent=True, then=Value("~")), default=Value(""))
    versions = Version.objects.filter(article=OuterRef("pk")).order_by("number")
    return ArraySubquery(versions.values(mark=Concat("kind", silent)))


def legal_warnings(path: str = "") -> Prefetch:
    """Return what loads the legal notes in force on articles, or on those that `path` leads to, as `warnings`."""
    notes = LegalNote.objects.filter(lifted_at=None).order_by("id")
    return Prefetch(f"{path}legal_notes", queryset=notes, to_attr="warnings")


def in_order(user, ids: Sequence[int], at: datetime | None = None) -> list[Article]:
    """Return those of the articles that this person may see, in the order of `ids`."""
    found = {article.pk: article for article in listed(Article.objects.visible_to(user, at).filter(pk__in=ids))}
    return [found[pk] for pk in ids if pk in found]


# What a list of versions or captures does not show: whole texts, and what the machine read.
_TEXTS = ("body", "posts", "captions", "standfirst", "source_line")
_READINGS = ("import_item__parsed", "import_item__plan", "import_item__decision", "capture__reading")


def article_page(user, article_id: int, *, number: int | None = None, at: datetime | None = None) -> ArticlePage:
    """Return what the page of an article shows, for its current version or the one with this number.

    Raises Article.DoesNotExist or Version.DoesNotExist when there is none that this person may see.
    """
    held = Article.objects.visible_to(user, at).select_related("outlet", "current_version", "membership__story")
    return page_of(held.get(pk=article_id), number=number)


def page_of(article: Article, *, number: int | None = None) -> ArticlePage:
    """Return what the page of an article that this reader may see shows. Raises Version.DoesNotExist."""
    prefetch_related_objects([article], legal_warnings())
    version = article.current_version
    if number is not None and (version is None or version.number != number):
        version = article.versions.filter(number=number).first()
    if version is None:
        raise Version.DoesNotExist(f"Article {article.pk} has no version {number}.")
    captures = article.captures.select_related("version").defer(*(f"version__{name}" for name in _TEXTS), "reading")
    # The reading of one capture is shown; those of an article that came a hundred times stay where they are.
    captures = captures.annotate(read=Case(When(pk=version.capture_id, then="reading")))
    variants = QuoteVariant.objects.select_related("family")
    return ArticlePage(
        article=article,
        version=version,
        versions=list(history(article).defer(*_TEXTS, *_READINGS)),
        captures=list(captures.order_by("captured_at", "id")),
        tags=tags_of(article),
        attributions=list(
            article.attributions.filter(version=version, rejected_at=None).select_related("outlet").order_by("order")
        ),
        quotes=list(
            article.quotes.filter(version=version)
            .prefetch_related(Prefetch("variants", queryset=variants))
            .order_by("start", "pk")
        ),
    )


def history(article: Article) -> QuerySet[Version]:
    """Return the versions as the outlet issued them; those without a time of issue stand where they arrived."""
    return article.versions.select_related("author", "capture", "change", "import_item__run").order_by(
        Coalesce("issued_at", "recorded_at"), "number"
    )


def tags_of(article: Article) -> list[Tag]:
    """Return the article's tags in the order in which they were printed or set."""
    rows = article.article_tags.filter(removed_at=None).select_related("tag").order_by("position", "id")
    return [row.tag for row in rows]
