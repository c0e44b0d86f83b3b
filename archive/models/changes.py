"""What changed between a version and the one the outlet issued before it, kept beside the version so that it can be
searched; the version itself never changes."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .articles import Version


class VersionChange(models.Model):
    """The classes of change of one version against its predecessor, and the words before and after.

    Derived: a version that arrives out of order makes the row of its successor anew.
    """

    class Kind(models.TextChoices):
        HEADLINE = "headline", _("headline")
        NUMBER = "number", _("number")
        DATE = "date", _("date")
        NAME = "name", _("name")
        QUOTE_ADDED = "quote_added", _("quote added")
        QUOTE_REMOVED = "quote_removed", _("quote removed")
        QUOTE_CHANGED = "quote_changed", _("quote changed")
        ATTRIBUTION = "attribution", _("attribution")
        PARAGRAPH_ADDED = "paragraph_added", _("paragraph added")
        PARAGRAPH_REMOVED = "paragraph_removed", _("paragraph removed")
        PARAGRAPH_MOVED = "paragraph_moved", _("paragraph moved")
        CORRECTION_NOTE = "correction_note", _("correction note")
        CAPTION = "caption", _("caption")
        WORDING = "wording", _("wording")
        TRIVIAL = "trivial", _("trivial")

    version = models.OneToOneField(Version, on_delete=models.CASCADE, primary_key=True, related_name="change")
    base = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="+")
    kinds = ArrayField(models.CharField(max_length=20, choices=Kind.choices), default=list)
    changes = models.JSONField(default=list, help_text=_("[class, before, after], weightiest first."))
    is_silent = models.BooleanField(_("changed, no note found"), default=False)
    at = models.DateTimeField(_("issued"))

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes = [
            # Versions where a quote was removed, and the like.
            GinIndex("kinds", name="change_by_kind"),
            # All changes, newest first.
            models.Index(F("at").desc(), F("version").desc(), name="change_by_time"),
            # Silent edits, newest first: the home page and the desk's list.
            models.Index(F("at").desc(), F("version").desc(), condition=Q(is_silent=True), name="change_silent"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {', '.join(self.kinds)}"
