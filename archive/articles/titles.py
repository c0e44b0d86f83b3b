"""A story that took its title from an article gives it up when that article may no longer be seen by everyone."""

from __future__ import annotations

from datetime import datetime

from archive.models import Article, Story

UNTITLED = "Story {}"


def give_up_title(article: Article, *, at: datetime) -> None:
    """Title the article's story after another of its articles, where no editor chose the title.

    Call it in the transaction that hides the article.
    """
    membership = getattr(article, "membership", None)
    if membership is None or membership.story.title_is_pinned:
        return
    story: Story = membership.story
    headlines = {headline[: len(story.title)] for headline in article.versions.values_list("headline", flat=True)}
    if story.title not in headlines:
        return
    others = (
        Article.objects.published(at)
        .filter(membership__story=story)
        .exclude(pk=article.pk)
        .exclude(current_version__headline="")
        .select_related("current_version")
        .by_date()
    )
    earliest = others.last()
    title = earliest.current_version.headline[:300] if earliest else UNTITLED.format(story.pk)
    Story.objects.filter(pk=story.pk).update(title=title)
