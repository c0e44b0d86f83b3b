"""Subject labels, of four kinds, and how an article came by each."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from archive.text.keys import name_key

from .articles import Article


class Tag(models.Model):
    """A subject label; `code` is an IPTC Media Topic code such as "medtop:11000000"."""

    class Kind(models.TextChoices):
        TOPIC = "topic", _("topic")
        PERSON = "person", _("person")
        PLACE = "place", _("place")
        ORGANISATION = "organisation", _("organisation")

    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices, default=Kind.TOPIC)
    key = models.CharField(max_length=200, editable=False)
    code = models.CharField(_("IPTC code"), max_length=40, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_tag_a_name")]
        # Tags whose name begins so: the search of the admin list.
        indexes = [models.Index(OpClass("key", name="varchar_pattern_ops"), name="tag_by_beginning")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        """Store the tag under its folded key."""
        self.key = name_key(self.name)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """Return the address of the tag's page."""
        return f"/tags/{self.pk}/"


class ArticleTag(models.Model):
    """A tag on an article: as the outlet printed it, or as an editor set it."""

    class Origin(models.TextChoices):
        OUTLET = "outlet", _("as the outlet printed it")
        MACHINE = "machine", _("suggested by the machine")
        EDITOR = "editor", _("set by an editor")

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="article_tags")
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, related_name="article_tags")
    position = models.PositiveSmallIntegerField(default=0)
    origin = models.CharField(_("origin"), max_length=8, choices=Origin.choices, default=Origin.OUTLET)
    removed_at = models.DateTimeField(_("removed by an editor"), null=True, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("tag of an article")
        verbose_name_plural = _("tags of articles")
        constraints = [models.UniqueConstraint(fields=["article", "tag"], name="one_tag_an_article")]
        indexes = [
            # A tag's articles, and what else those carry, from the index alone: the tag's page.
            models.Index("tag", "article", condition=Q(removed_at=None), name="tag_in_force"),
            models.Index("article", "tag", condition=Q(removed_at=None), name="tags_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.tag_id}"
