"""A story is titled after the earliest of its articles that everyone may see, unless an editor named it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from archive.models import Article, Story

LONGEST = 300
UNTITLED = "Story {}"


def story_title(story: Story, articles: Iterable[Article]) -> str:
    """Return the title of a story whose articles these are, in time order."""
    headlines = (article.current_version.headline for article in articles if article.is_published)
    return next((headline for headline in headlines if headline), UNTITLED.format(story.pk))[:LONGEST]


def give_up_title(article: Article, *, at: datetime) -> None:
    """Title the article's story anew when it took its title from this one. Call it in the transaction that hides it."""
    membership = getattr(article, "membership", None)
    if membership is None or membership.story.title_is_pinned:
        return
    story: Story = membership.story
    headlines = article.versions.values_list("headline", flat=True)
    if story.title in {headline[:LONGEST] for headline in headlines}:
        others = Article.objects.published(at).filter(membership__story=story).exclude(pk=article.pk)
        in_time = others.select_related("current_version").by_date().reverse()
        Story.objects.filter(pk=story.pk).update(title=story_title(story, in_time))
