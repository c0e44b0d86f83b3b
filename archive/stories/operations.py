"""What editors do to stories: join, remove, merge, split, rename, pin, decide on links; each can be undone.

The promise: no article is ever lost and no story is left without an address. What an editor said outlasts every later
run of the machine: whom they placed is pinned, whom they took out is kept out, and an emptied story leads on to where
its articles went. Every operation holds the transaction lock of `stories_lock`, which placement takes too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from archive.articles.operations import ArchiveError, touch_index
from archive.models import (
    Article,
    Membership,
    Origin,
    PlacementEntry,
    Story,
    StoryEdit,
    StoryExclusion,
    StoryLink,
    StorySuggestion,
    User,
)

from .locks import stories_lock
from .refresh import refresh

LONGEST_TITLE = 300

# The parts that an editor may name; the earliest held follows from the dates.
SET_BY_HAND = tuple(role for role in Membership.Role.values if role != Membership.Role.EARLIEST_HELD)


class StoryError(ArchiveError):
    """Something about stories that was refused; the message says what to do."""


class UndoConflict(StoryError):
    """The edit can't be undone, because something it touched was changed again since."""


@transaction.atomic
def join(*, article: Article, story: Story, by: User | None, at: datetime) -> StoryEdit:
    """Put an article into a story for good, whatever kept it out before. Raises StoryError when it is there already."""
    stories_lock()
    story = _live(story)
    row = Membership.objects.filter(article=article).first()
    if row is not None and row.story_id == story.pk and row.pinned:
        raise StoryError(
            _("The article is in “%(title)s” already, and an editor put it there.") % {"title": story.title}
        )
    was = row.story_id if row else None
    before = _state([article.pk], [story.pk, was])
    StoryExclusion.objects.filter(article=article, story=story).delete()
    Membership.objects.update_or_create(article=article, defaults=_by_hand(story.pk, by, at))
    return _done(StoryEdit.Kind.JOIN, story, before, [article.pk], {was: story.pk}, by, at)


@transaction.atomic
def remove(*, article: Article, by: User | None, at: datetime) -> StoryEdit:
    """Take an article out of its story, into one of its own, and keep it out of that story from now on.

    Raises StoryError when the story holds nothing else: then there is nothing to take it out of.
    """
    stories_lock()
    row = _membership(article)
    story = row.story
    if not Membership.objects.filter(story=story).exclude(article=article).exists():
        raise StoryError(_("The article is all there is in its story: put it into another one instead."))
    own = Story.objects.create(title=_title_of(article), changed_at=at)
    before = _state([article.pk], [story.pk, own.pk])
    StoryExclusion.objects.get_or_create(article=article, story=story, defaults={"created_by": by})
    Membership.objects.filter(pk=row.pk).update(
        story=own, origin=Origin.MACHINE, pinned=False, score=0, reasons=[], placed_at=at, placed_by=by
    )
    return _done(StoryEdit.Kind.REMOVE, story, before, [article.pk], {own.pk: story.pk}, by, at)


@transaction.atomic
def merge(*, story: Story, into: Story, by: User | None, at: datetime) -> StoryEdit:
    """Make two stories one; the address of the first leads to the second from now on, and their articles stay there.

    Exclusions of either hold for the merged story, unless the article is a member of it. Raises StoryError when they
    are one story already.
    """
    stories_lock()
    story, into = _live(story), _live(into)
    if story.pk == into.pk:
        raise StoryError(_("These are one story already."))
    members = _members(story.pk, into.pk)
    before = _state(members, [story.pk, into.pk])
    for held in StoryExclusion.objects.filter(story=story).exclude(article__in=members):
        StoryExclusion.objects.get_or_create(article=held.article, story=into, defaults={"created_by": by})
    StoryExclusion.objects.filter(story__in=[story, into], article__in=members).delete()
    Membership.objects.filter(article__in=members).update(story=into, pinned=True, placed_by=by)
    return _done(StoryEdit.Kind.MERGE, into, before, members, {story.pk: into.pk}, by, at)


@transaction.atomic
def split(
    *, story: Story, articles: Collection[Article], by: User | None, at: datetime, title: str = ""
) -> tuple[Story, StoryEdit]:
    """Make a story of its own of some articles of a story; what stays and what goes is pinned from now on.

    Raises StoryError when none or all of the articles would go, or one of them is in another story.
    """
    stories_lock()
    story = _live(story)
    members = _members(story.pk)
    going = sorted({article.pk for article in articles})
    if not going or not set(going) <= set(members) or len(going) == len(members):
        raise StoryError(_("Choose some of the story's articles, but not all of them."))
    new = Story.objects.create(title=title[:LONGEST_TITLE], title_is_pinned=bool(title), changed_at=at)
    before = _state(members, [story.pk, new.pk])
    for article in going:
        StoryExclusion.objects.get_or_create(article_id=article, story=story, defaults={"created_by": by})
    Membership.objects.filter(article__in=going).update(**_by_hand(new.pk, by, at))
    Membership.objects.filter(story=story).update(pinned=True)
    return new, _done(StoryEdit.Kind.SPLIT, story, before, members, {new.pk: story.pk}, by, at)


@transaction.atomic
def rename(*, story: Story, title: str, by: User | None, at: datetime) -> StoryEdit:
    """Give a story a name of its own. An empty one gives the naming back to the machine."""
    stories_lock()
    story = _live(story)
    title = " ".join(title.split())[:LONGEST_TITLE]
    before = _state([], [story.pk])
    story.title_is_pinned = bool(title)
    if title:
        story.title = title
    story.save(update_fields=["title", "title_is_pinned"])
    return _done(StoryEdit.Kind.RENAME, story, before, [], {}, by, at)


@transaction.atomic
def pin(*, article: Article, by: User | None, at: datetime, pinned: bool = True) -> StoryEdit:
    """Confirm the place of an article, so that the machine leaves it there, or give it back to the machine."""
    stories_lock()
    row = _membership(article)
    before = _state([article.pk], [row.story_id])
    Membership.objects.filter(pk=row.pk).update(pinned=pinned, placed_by=by)
    return _done(StoryEdit.Kind.PIN, row.story, before, [article.pk], {}, by, at)


@transaction.atomic
def undo(*, edit: StoryEdit, by: User | None, at: datetime) -> StoryEdit:
    """Put everything that an edit touched back as it was before. Raises UndoConflict when it was changed since."""
    stories_lock()
    edit = StoryEdit.objects.select_for_update().get(pk=edit.pk)
    if edit.undone_at is not None:
        raise UndoConflict(_("This was undone already."))
    if edit.kind == StoryEdit.Kind.LINK:
        _undo_link(edit)
    elif edit.kind == StoryEdit.Kind.ROLE:
        _undo_role(edit, at)
    else:
        _undo_places(edit, at)
    edit.undone_by, edit.undone_at = by, at
    edit.save(update_fields=["undone_by", "undone_at"])
    return edit


def _undo_places(edit: StoryEdit, at: datetime) -> None:
    articles = [int(article) for article in edit.before["memberships"]]
    stories = [int(story) for story in edit.before["stories"]]
    if _state(articles, stories)["memberships"] != edit.after["memberships"]:
        raise UndoConflict(_("What this edit placed was placed anew since: undo the later edits first."))
    if edit.kind == StoryEdit.Kind.RENAME and _given_names(_state([], stories)) != _given_names(edit.after):
        raise UndoConflict(_("The story was renamed again since: undo that first."))
    _put_back(edit, articles, stories)
    emptied = {story: target for story in stories for target in stories if target != story}
    refresh(stories, at=at, leads_to=emptied)
    touch_index(articles)


@transaction.atomic
def decide_link(*, link: StoryLink, accept: bool, story: Story, by: User | None, at: datetime) -> StoryEdit:
    """Say, on the page of a story, whether its tie to another holds; the machine neither proposes it again nor acts
    on it."""
    stories_lock()
    link = StoryLink.objects.select_for_update().get(pk=link.pk)
    before = {"link": link.pk, "state": link.state, "decided_by": link.decided_by_id}
    link.state = StoryLink.State.ACCEPTED if accept else StoryLink.State.REJECTED
    link.decided_by = by
    link.save(update_fields=["state", "decided_by"])
    after = {"link": link.pk, "state": link.state, "decided_by": link.decided_by_id}
    return StoryEdit.objects.create(
        kind=StoryEdit.Kind.LINK, story=story, before=before, after=after, done_by=by, done_at=at
    )


@transaction.atomic
def set_role(*, article: Article, role: str, by: User | None, at: datetime) -> StoryEdit:
    """Say what part an article plays in its story, such as that it is no copy; "" gives the word back to the machine.

    Raises StoryError for a part that is a fact of the dates, or the one it has already.
    """
    stories_lock()
    row = _membership(article)
    if role and role not in SET_BY_HAND:
        raise StoryError(_("The earliest held follows from the dates: correct the date of the article instead."))
    if role == row.role and row.role_is_pinned:
        raise StoryError(_("That is what the article is already, by an editor's word."))
    before = {"article": article.pk, "role": row.role, "pinned": row.role_is_pinned}
    row.role, row.role_is_pinned = role or row.role, bool(role)
    row.save(update_fields=["role", "role_is_pinned"])
    after = {"article": article.pk, "role": row.role, "pinned": row.role_is_pinned}
    refresh([row.story_id], at=at)
    touch_index([article.pk])
    return StoryEdit.objects.create(
        kind=StoryEdit.Kind.ROLE, story=row.story, before=before, after=after, done_by=by, done_at=at
    )


def _undo_link(edit: StoryEdit) -> None:
    link = StoryLink.objects.select_for_update().get(pk=edit.after["link"])
    if link.state != edit.after["state"]:
        raise UndoConflict(_("The tie was decided on again since: undo that first."))
    link.state, link.decided_by_id = edit.before["state"], edit.before["decided_by"]
    link.save(update_fields=["state", "decided_by"])


def _undo_role(edit: StoryEdit, at: datetime) -> None:
    row = Membership.objects.filter(article=edit.after["article"]).first()
    if row is None or (row.role_is_pinned, row.role_is_pinned and row.role) != (
        edit.after["pinned"],
        edit.after["pinned"] and edit.after["role"],
    ):
        raise UndoConflict(_("What the article is was said again since: undo that first."))
    row.role, row.role_is_pinned = edit.before["role"], edit.before["pinned"]
    row.save(update_fields=["role", "role_is_pinned"])
    refresh([row.story_id], at=at)
    touch_index([row.article_id])


def _put_back(edit: StoryEdit, articles: Sequence[int], stories: Sequence[int]) -> None:
    for article, was in edit.before["memberships"].items():
        if was is None:
            Membership.objects.filter(article_id=article).delete()
            PlacementEntry.objects.mark([int(article)])
        else:
            Membership.objects.filter(article_id=article).update(**was)
    now = {tuple(pair) for pair in _state(articles, stories)["exclusions"]}
    before = {tuple(pair) for pair in edit.before["exclusions"]}
    for article, story in now - before:
        StoryExclusion.objects.filter(article_id=article, story_id=story).delete()
    for article, story in before - now:
        StoryExclusion.objects.create(article_id=article, story_id=story, created_by=edit.done_by)
    for story, was in edit.before["stories"].items():
        if edit.kind == StoryEdit.Kind.RENAME:
            Story.objects.filter(pk=story).update(title=was["title"], title_is_pinned=was["title_is_pinned"])


def _done(
    kind: str,
    story: Story,
    before: dict[str, Any],
    articles: Sequence[int],
    leads_to: dict[int | None, int],
    by: User | None,
    at: datetime,
) -> StoryEdit:
    """Derive what follows for the stories touched, and write the edit down with what it takes to undo it."""
    stories = [int(touched) for touched in before["stories"]]
    edit = StoryEdit.objects.create(kind=kind, story=story, before=before, done_by=by, done_at=at)
    refresh(stories, at=at, leads_to={was: to for was, to in leads_to.items() if was is not None})
    StorySuggestion.objects.filter(article__in=articles).delete()
    touch_index(articles)
    edit.after = _state(articles, stories)
    edit.save(update_fields=["after"])
    return edit


def _state(articles: Collection[int], stories: Collection[int | None]) -> dict[str, Any]:
    """Return where these articles stand and what these stories are called, as JSON."""
    known = [story for story in dict.fromkeys(stories) if story is not None]
    rows = {
        row["article_id"]: row
        for row in Membership.objects.filter(article__in=articles).values(
            "article_id", "story_id", "origin", "pinned", "score", "reasons", "placed_by_id"
        )
    }
    memberships = {
        str(article): {key: value for key, value in rows[article].items() if key != "article_id"}
        if article in rows
        else None
        for article in articles
    }
    named = Story.objects.filter(pk__in=known).order_by("pk")
    pairs = StoryExclusion.objects.filter(article__in=articles, story__in=known).order_by("article_id", "story_id")
    return {
        "memberships": memberships,
        "stories": {str(s.pk): {"title": s.title, "title_is_pinned": s.title_is_pinned} for s in named},
        "exclusions": [list(pair) for pair in pairs.values_list("article_id", "story_id")],
    }


def _given_names(state: dict[str, Any]) -> dict[str, str]:
    """Return the names that editors gave, leaving out those that follow from the members."""
    return {story: was["title"] for story, was in state["stories"].items() if was["title_is_pinned"]}


def _by_hand(story: int, by: User | None, at: datetime) -> dict[str, Any]:
    return {
        "story_id": story,
        "origin": Origin.EDITOR,
        "pinned": True,
        "score": 0.0,
        "reasons": [],
        "placed_at": at,
        "placed_by": by,
    }


def _live(story: Story) -> Story:
    """Return the story that this one leads to, as it stands now."""
    story = Story.objects.get(pk=story.pk)
    while story.merged_into_id is not None:
        story = Story.objects.get(pk=story.merged_into_id)
    return story


def _members(*stories: int) -> list[int]:
    rows = Membership.objects.filter(story__in=stories).order_by("article_id")
    return list(rows.values_list("article_id", flat=True))


def _membership(article: Article) -> Membership:
    row = Membership.objects.filter(article=article).select_related("story").first()
    if row is None:
        raise StoryError(_("The article is in no story yet: it is placed a moment after it comes in."))
    return row


def _title_of(article: Article) -> str:
    version = article.current_version
    return version.headline[:LONGEST_TITLE] if version else ""
