"""Lists of stories that a desk works from, and the note of when a reader last looked at one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Prefetch, Q, QuerySet

from archive.models import Article, Membership, Story, StoryVisit, User


def stories_shown(
    user: User | None, *, at: datetime, words: str = "", tag: str = "", outlet: str = ""
) -> QuerySet[Story]:
    """Return the stories of several articles of which this person may see some, latest activity first.

    `tag` and `words` narrow by the members: a tag's name (topic, person, place), words of title or headline; `outlet`
    is a slug. Uses story_by_activity.
    """
    visible = Article.objects.visible_to(user, at)
    if tag:
        visible = visible.filter(article_tags__tag__name__iexact=tag, article_tags__removed_at=None)
    if outlet:
        visible = visible.filter(outlet__slug=outlet)
    found = Story.objects.filter(merged_into=None, article_count__gt=1)
    found = found.filter(pk__in=visible.values("membership__story"))
    for word in words.split()[:8]:
        members = Membership.objects.filter(
            article__in=Article.objects.visible_to(user, at), article__current_version__headline__icontains=word
        )
        found = found.filter(Q(title__icontains=word) | Q(pk__in=members.values("story")))
    return found.order_by(F("last_at").desc(nulls_last=True), "-pk")


def with_newest(user: User | None, stories: Iterable[Story], *, at: datetime, newest: int = 3) -> list[Story]:
    """Return the stories, each with `newest`: its memberships that this person may see, latest first."""
    ids = [story.pk for story in stories]
    rows = (
        Membership.objects.filter(article__in=Article.objects.visible_to(user, at))
        .select_related("article__outlet", "article__current_version")
        .order_by(F("article__published_at").desc(nulls_last=True), "-article_id")
    )
    found = Story.objects.filter(pk__in=ids).prefetch_related(Prefetch("memberships", queryset=rows, to_attr="newest"))
    by_id = {story.pk: story for story in found}
    shown = [by_id[pk] for pk in ids]
    for story in shown:
        story.newest = story.newest[:newest]  # type: ignore[attr-defined]
    return shown


def visited(*, user: User | None, story: Story, at: datetime) -> None:
    """Remember that this reader has looked at the story, so that what comes later is marked as new."""
    if user is not None and user.pk:
        StoryVisit.objects.update_or_create(user=user, story=story, defaults={"seen_at": at})
