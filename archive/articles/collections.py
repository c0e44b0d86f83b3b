"""Collections: made, filled, ordered, shared, handed on. Every change leaves its trace in the trail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, F, Max, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from archive.models import Article, Collection, CollectionItem, ResearchRequest, User

from . import trail
from .operations import ArchiveError
from .queries import in_order


@dataclass(frozen=True, slots=True)
class CollectionPage:
    """One page of a collection: `total` counts what this person may see of it, `hidden` what they may not."""

    collection: Collection
    entries: Sequence[tuple[CollectionItem, Article]]
    total: int
    requests: Sequence[ResearchRequest]
    hidden: int


def visible(user: User, *, put_away: bool = False) -> QuerySet[Collection]:
    """Return the collections this person may see, last changed first, each with its number of articles."""
    found = Collection.objects.visible_to(user).filter(put_away_at__isnull=not put_away)
    return found.select_related("owner").annotate(count=Count("items")).order_by("-changed_at", "-id")


ORDERS = {
    "own": (F("position").asc(), F("id").asc()),
    "time": (
        Coalesce("article__published_at", "article__not_before").asc(nulls_last=True),
        F("article_id").asc(),
    ),
    "added": (F("added_at").desc(), F("id").desc()),
}


def page(
    user: User,
    collection_id: int,
    *,
    order: str = "own",
    offset: int = 0,
    limit: int | None = None,
    at: datetime | None = None,
) -> CollectionPage:
    """Return one page of a collection in one of `ORDERS`, all of it without a limit, in a fixed number of queries.

    Raises Collection.DoesNotExist when there is none that this person may see.
    """
    collection = Collection.objects.visible_to(user).select_related("owner").get(pk=collection_id)
    shown = collection.items.filter(article__in=Article.objects.visible_to(user, at).values("pk"))
    total = shown.count()
    ordered = shown.select_related("added_by").order_by(*ORDERS[order])
    items = list(ordered[offset : offset + limit] if limit is not None else ordered[offset:])
    articles = {article.pk: article for article in in_order(user, [item.article_id for item in items], at)}
    return CollectionPage(
        collection=collection,
        entries=[(item, articles[item.article_id]) for item in items if item.article_id in articles],
        total=total,
        requests=list(
            collection.requests.select_related("assignee").order_by(
                F("done_at").desc(nulls_first=True), F("due_at").asc(nulls_last=True), "id"
            )
        ),
        hidden=collection.items.count() - total,
    )


def articles_of(user: User, collection: Collection, at: datetime | None = None) -> QuerySet[Article]:
    """Return the articles of a collection that this person may see, in its order."""
    found = Article.objects.visible_to(user, at).filter(collection_items__collection=collection)
    return found.order_by("collection_items__position", "collection_items__id")


@transaction.atomic
def create(*, name: str, by: User, at: datetime, description: str = "", is_shared: bool = False) -> Collection:
    """Make a collection."""
    if not name.strip():
        raise ArchiveError(_("Give the collection a name."))
    made = Collection.objects.create(
        name=name.strip()[:200], description=description.strip(), owner=by, is_shared=is_shared
    )
    trail.record(action="make collection", subject=f"collection {made.pk}", by=by, at=at, after={"name": made.name})
    return made


@transaction.atomic
def edit(*, collection: Collection, by: User, at: datetime, name: str, description: str, is_shared: bool) -> Collection:
    """Rename, describe or share a collection; locks its row."""
    held = _writable(collection, by)
    if not name.strip():
        raise ArchiveError(_("Give the collection a name."))
    if held.owner_id != by.pk and is_shared != held.is_shared:
        raise PermissionDenied(_("Only the person who made the collection decides who sees it."))
    before = {"name": held.name, "description": held.description, "is_shared": held.is_shared}
    held.name, held.description, held.is_shared = name.strip()[:200], description.strip(), is_shared
    held.save(update_fields=["name", "description", "is_shared", "changed_at"])
    after = {"name": held.name, "description": held.description, "is_shared": held.is_shared}
    if before != after:
        _note(held, "edit collection", by, at, before, after)
    return held


@transaction.atomic
def put_away(*, collection: Collection, by: User, at: datetime, back: bool = False) -> None:
    """Take a collection out of the lists, or back into them; nothing in it is lost."""
    held = _writable(collection, by)
    if held.owner_id != by.pk:
        raise PermissionDenied(_("Only the person who made the collection can put it away."))
    held.put_away_at = None if back else at
    held.save(update_fields=["put_away_at", "changed_at"])
    _note(held, "take collection back" if back else "put collection away", by, at)


@transaction.atomic
def add(*, collection: Collection, articles: Iterable[Article], by: User, at: datetime, note: str = "") -> int:
    """Add articles at the end of a collection and return how many were new to it; locks the collection's row."""
    held = _writable(collection, by)
    last = held.items.aggregate(last=Max("position"))["last"] or 0
    known = set(held.items.values_list("article_id", flat=True))
    new = [article for article in articles if article.pk not in known]
    CollectionItem.objects.bulk_create(
        CollectionItem(
            collection=held, article=article, position=last + number, note=note.strip(), added_by=by, added_at=at
        )
        for number, article in enumerate(new, start=1)
    )
    if new:
        held.save(update_fields=["changed_at"])
        for article in new:
            trail.record(
                action="collect", article=article, subject=f"collection {held.pk}", by=by, at=at, reason=note.strip()
            )
    return len(new)


@transaction.atomic
def remove(*, collection: Collection, article_id: int, by: User, at: datetime) -> None:
    """Take an article out of a collection; its note stays in the trail."""
    held = _writable(collection, by)
    item = held.items.select_related("article").filter(article_id=article_id).first()
    if item is None:
        return
    before = {"note": item.note, "position": item.position}
    item.delete()
    held.save(update_fields=["changed_at"])
    trail.record(
        action="take out of collection",
        article=item.article,
        subject=f"collection {held.pk}",
        by=by,
        at=at,
        before=before,
    )


@transaction.atomic
def set_note(*, collection: Collection, article_id: int, note: str, by: User, at: datetime) -> None:
    """Write the note on an article of a collection."""
    held = _writable(collection, by)
    item = held.items.select_for_update().get(article_id=article_id)
    before, item.note = item.note, note.strip()
    item.save(update_fields=["note"])
    held.save(update_fields=["changed_at"])
    _note(held, "note in collection", by, at, {"note": before}, {"note": item.note})


@transaction.atomic
def move(*, collection: Collection, article_id: int, step: int, by: User, at: datetime) -> None:
    """Move an article up (negative) or down (positive) by so many places; locks the collection's row."""
    held = _writable(collection, by)
    items = list(held.items.order_by("position", "id"))
    place = next((i for i, item in enumerate(items) if item.article_id == article_id), None)
    if place is None:
        raise ArchiveError(_("This article is not in the collection any more."))
    item = items.pop(place)
    items.insert(max(0, min(len(items), place + step)), item)
    for position, each in enumerate(items, start=1):
        each.position = position
    CollectionItem.objects.bulk_update(items, ["position"])
    held.save(update_fields=["changed_at"])


@transaction.atomic
def ask(
    *,
    collection: Collection,
    asker: str,
    question: str,
    by: User,
    at: datetime,
    due_at: datetime | None = None,
    assignee: User | None = None,
) -> ResearchRequest:
    """Add a research request to a collection."""
    held = _writable(collection, by)
    if not question.strip():
        raise ArchiveError(_("Say what is to be found out."))
    made = ResearchRequest.objects.create(
        collection=held,
        asker=asker.strip()[:200] or by.get_username(),
        question=question.strip(),
        due_at=due_at,
        assignee=assignee,
        created_by=by,
    )
    _note(held, "ask for research", by, at, {}, {"question": made.question, "asker": made.asker})
    return made


@transaction.atomic
def answer(*, request: ResearchRequest, text: str, by: User, at: datetime) -> None:
    """Answer a research request; an empty answer opens it again."""
    held = _writable(request.collection, by)
    request.answer = text.strip()
    request.done_at = at if request.answer else None
    request.save(update_fields=["answer", "done_at"])
    _note(held, "answer research", by, at, {}, {"question": request.question, "answer": request.answer})


def open_requests(user: User) -> QuerySet[ResearchRequest]:
    """Return what this person still has to see to, the most urgent first."""
    found = ResearchRequest.objects.filter(assignee=user, done_at=None, collection__put_away_at=None)
    return found.select_related("collection").order_by(F("due_at").asc(nulls_last=True), "id")


def _writable(collection: Collection, by: User) -> Collection:
    """Return the collection with its row locked, if this person may write in it: its owner, or an editor if shared."""
    held = Collection.objects.select_for_update().get(pk=collection.pk)
    if held.owner_id != by.pk and not (held.is_shared and by.has_perm("archive.edit_article")):
        raise PermissionDenied(_("This collection is somebody else's: ask them to share it, or copy what you need."))
    return held


def _note(
    collection: Collection,
    action: str,
    by: User,
    at: datetime,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    trail.record(action=action, subject=f"collection {collection.pk}", by=by, at=at, before=before, after=after)
