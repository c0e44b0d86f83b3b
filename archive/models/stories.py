"""Stories: articles on one running event across outlets, who placed them there, and what editors said about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .articles import Article


class Story(models.Model):
    """Articles on one running event. A merged story stays as a redirect to the one it went into."""

    title = models.CharField(_("title"), max_length=300)
    title_is_pinned = models.BooleanField(_("named by an editor"), default=False)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    created_at = models.DateTimeField(_("opened"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    first_at = models.DateTimeField(_("earliest article"), null=True, blank=True)
    last_at = models.DateTimeField(_("latest article"), null=True, blank=True)
    article_count = models.PositiveIntegerField(_("articles"), default=0)
    outlet_count = models.PositiveIntegerField(_("outlets"), default=0)

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")
        indexes = [
            # Running stories: those with the latest activity.
            models.Index(models.F("last_at").desc(nulls_last=True), models.F("id").desc(), name="story_by_activity"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the lasting address of the story."""
        return f"/stories/{self.pk}/"


class Origin(models.TextChoices):
    """Who said so: the machine, or an editor (whose word survives every later run)."""

    MACHINE = "machine", _("by the machine")
    EDITOR = "editor", _("by an editor")


class Membership(models.Model):
    """An article's place in a story: by whom, how sure, and why in words."""

    class Role(models.TextChoices):
        EARLIEST_HELD = "earliest_held", _("earliest held")
        REPORT = "report", _("report")
        FOLLOW_UP = "follow_up", _("follow-up")
        REWRITE = "rewrite", _("rewrite")
        NEAR_COPY = "near_copy", _("near-copy")

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="membership")
    story = models.ForeignKey(Story, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=14, choices=Role.choices, default=Role.REPORT)
    role_is_pinned = models.BooleanField(default=False)
    copy_of = models.ForeignKey(Article, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    origin = models.CharField(_("placed"), max_length=8, choices=Origin.choices, default=Origin.MACHINE)
    pinned = models.BooleanField(_("pinned"), default=False)
    score = models.FloatField(_("score"), default=0)
    reasons = models.JSONField(_("because"), default=list, blank=True)
    placed_at = models.DateTimeField(_("placed at"))
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("place in a story")
        verbose_name_plural = _("places in stories")
        indexes = [
            # What was placed since yesterday: the running stories (archive.stories.lists.running_stories).
            models.Index("placed_at", name="membership_by_placing"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} in {self.story_id}"


class StoryExclusion(models.Model):
    """An editor's word that an article does not belong to a story; no later run puts it there again."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="story_exclusions")
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="exclusions")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("exclusion from a story")
        verbose_name_plural = _("exclusions from stories")
        constraints = [models.UniqueConstraint(fields=["article", "story"], name="one_exclusion_a_story")]


class StorySuggestion(models.Model):
    """A story that an article may belong to, below the certainty of joining by itself."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="story_suggestions")
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="suggestions")
    rank = models.PositiveSmallIntegerField()
    score = models.FloatField()
    reasons = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("suggested story")
        verbose_name_plural = _("suggested stories")
        constraints = [models.UniqueConstraint(fields=["article", "story"], name="one_suggestion_a_story")]


class StoryLink(models.Model):
    """A proposed tie between two stories, such as a follow-up after more than a month."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")

    earlier = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="later_links")
    later = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="earlier_links")
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PROPOSED)
    score = models.FloatField(default=0)
    reasons = models.JSONField(default=list, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("tie between stories")
        verbose_name_plural = _("ties between stories")
        constraints = [models.UniqueConstraint(fields=["earlier", "later"], name="one_tie_a_pair")]


class StoryEdit(models.Model):
    """One thing an editor did to stories, with what it takes to undo it."""

    class Kind(models.TextChoices):
        JOIN = "join", _("joined")
        REMOVE = "remove", _("removed")
        MERGE = "merge", _("merged")
        SPLIT = "split", _("split")
        RENAME = "rename", _("renamed")
        PIN = "pin", _("pinned")
        LINK = "link", _("decided on a tie")
        ROLE = "role", _("named the part of")

    kind = models.CharField(_("what"), max_length=8, choices=Kind.choices)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="edits")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    done_at = models.DateTimeField()
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("edit of a story")
        verbose_name_plural = _("edits of stories")


class StoryVisit(models.Model):
    """When a reader last looked at a story, so that what is new since can be marked."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="story_visits")
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="visits")
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("visit to a story")
        verbose_name_plural = _("visits to stories")
        constraints = [models.UniqueConstraint(fields=["user", "story"], name="one_visit_a_story")]


class Posting(models.Model):
    """One of an article's weightiest terms, filed by day: the candidates for placement come from here.

    The story is kept out of the postings on purpose, so that merging stories never rewrites them. Forty rows an article
    are derived from it and written with it, so the database does not look it up for each.
    """

    pk = models.CompositePrimaryKey("term", "day", "article_id")
    term = models.CharField(max_length=64)
    day = models.DateField()
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="postings", db_constraint=False)
    weight = models.FloatField()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")


class TermCount(models.Model):
    """In how many articles a term stands; what makes it weighty (idf) comes from the archive itself."""

    term = models.CharField(max_length=64, primary_key=True)
    articles = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("term count")
        verbose_name_plural = _("term counts")


class TermVector(models.Model):
    """An article's weighed terms, from its current version: what it is compared by.

    `weighed_among` is how many articles the archive held when it was weighed; once the archive has grown well beyond
    that, the nightly repair weighs it again. `vector` is JSON kept as text: it is only ever read whole, hundreds at a
    time, and text needs no making. `version` is the text that TermCount counts for this article.
    """

    article = models.OneToOneField(Article, on_delete=models.CASCADE, primary_key=True, related_name="term_vector")
    version = models.ForeignKey("Version", on_delete=models.CASCADE, related_name="+")
    day = models.DateField(null=True, blank=True)
    vector = models.TextField(default="{}")
    weighed_among = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("term vector")
        verbose_name_plural = _("term vectors")
        indexes = [
            # The articles of the last weeks: the nightly repair.
            models.Index("day", name="term_vector_by_day"),
        ]
