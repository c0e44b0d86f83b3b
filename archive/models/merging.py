"""What was merged or split, with what it takes to undo it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _


class MergeRecord(models.Model):
    """One merge, split or renaming of tags, outlets or articles; nothing is merged for good."""

    class Kind(models.TextChoices):
        TAG = "tag", _("tags merged")
        OUTLET = "outlet", _("outlets merged")
        ARTICLE = "article", _("articles merged")
        SPLIT = "split", _("article split")
        RENAME = "rename", _("tag renamed")

    kind = models.CharField(_("what"), max_length=8, choices=Kind.choices)
    source_id = models.BigIntegerField(_("from"))
    target_id = models.BigIntegerField(_("into"))
    moved = models.JSONField(_("moved"), default=dict)
    reason = models.TextField(_("why"), blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(_("when"))
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        indexes = [
            # What was merged into or out of a thing, newest first: its page offers to undo it.
            models.Index("kind", "target_id", F("id").desc(), name="merge_by_target"),
            models.Index("kind", "source_id", F("id").desc(), name="merge_by_source"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.source_id} → {self.target_id}"
