"""Lists of stories that a desk works from, and the note of when a reader last looked at one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, F, Min, Prefetch, Q, QuerySet, prefetch_related_objects

from archive.models import Article, Attribution, Membership, Story, StoryVisit, User
from archive.text.keys import name_key

# A story runs while something of it came in within these days; what is older than the second came in as a back issue.
RUNNING_DAYS = 3
CURRENT_DAYS = 30
TODAY = timedelta(hours=24)


def running_stories(user: User | None, *, at: datetime) -> QuerySet[Story]:
    """Return the stories of several articles that grew in the last days, each with `grown_today`, what came in within
    a day; those that grew most today first. Uses membership_by_placing.
    """
    current = Q(article__published_at__gte=at - timedelta(CURRENT_DAYS)) | Q(article__published_at=None)
    came = Membership.objects.filter(current, placed_at__gte=at - timedelta(RUNNING_DAYS))
    came = came.filter(article__in=Article.objects.visible_to(user, at))
    placed_today = Count("memberships", filter=Q(memberships__in=came.filter(placed_at__gte=at - TODAY)))
    found = Story.objects.filter(merged_into=None, article_count__gt=1, pk__in=came.values("story"))
    return found.annotate(grown_today=placed_today).order_by("-grown_today", F("last_at").desc(nulls_last=True), "-pk")


def stories_shown(
    user: User | None, *, at: datetime, words: str = "", tag: str = "", person: str = "", outlet: str = ""
) -> QuerySet[Story]:
    """Return the stories of several articles of which this person may see some, latest activity first.

    All narrow by the members: `words` of title or headline, a `tag` by name, a `person` who is tagged, or to whom
    something is attributed, by that name; `outlet` is a slug. Uses story_by_activity and attribution_by_name.
    """
    visible = Article.objects.visible_to(user, at)
    if tag:
        visible = visible.filter(article_tags__tag__name__iexact=tag, article_tags__removed_at=None)
    if person:
        tagged = Q(
            article_tags__tag__name__iexact=person, article_tags__removed_at=None, article_tags__tag__kind="person"
        )
        speaking = Attribution.objects.filter(name_key=name_key(person), kind="person", rejected_at=None)
        visible = visible.filter(tagged | Q(pk__in=speaking.values("article")))
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


def outlets_gained(user: User | None, stories: Iterable[Story], *, at: datetime) -> dict[int, int]:
    """Return, by story, how many outlets joined it within a day; an outlet that was there before is no gain."""
    visible = Article.objects.visible_to(user, at)
    rows = Membership.objects.filter(story__in=[story.pk for story in stories], article__in=visible).order_by()
    first = rows.values_list("story", "article__outlet").annotate(first=Min("placed_at"))
    return Counter(story for story, _outlet, came in first if came >= at - TODAY)


def with_newest(user: User | None, stories: Iterable[Story], *, at: datetime, newest: int = 3) -> list[Story]:
    """Return the stories, each with `newest`: its memberships that this person may see, latest first."""
    stories = list(stories)
    rows = (
        Membership.objects.filter(article__in=Article.objects.visible_to(user, at))
        .select_related("article__outlet", "article__current_version")
        .defer("article__current_version__body", "article__current_version__posts")
        .order_by(F("article__published_at").desc(nulls_last=True), "-article_id")
    )
    prefetch_related_objects(stories, Prefetch("memberships", queryset=rows[:newest], to_attr="newest"))
    return stories


def visited(*, user: User | None, story: Story, at: datetime) -> None:
    """Remember that this reader has looked at the story, so that what comes later is marked as new."""
    if user is not None and user.pk:
        StoryVisit.objects.update_or_create(user=user, story=story, defaults={"seen_at": at})
