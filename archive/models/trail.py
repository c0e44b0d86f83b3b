"""The trail: every change by a person or a job, in a table that can only grow."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from .articles import Article


class TrailEntry(models.Model):
    """Who did what, when and why, with what was there before and after.

    The database refuses to change or delete a row: a trigger says so to everyone, and the role that the site runs as
    has no such right on the table and does not own it (docs/decisions/0005).
    """

    at = models.DateTimeField(_("when"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="trail"
    )
    job = models.CharField(_("job"), max_length=60, blank=True, help_text=_("What acted where no person did."))
    action = models.CharField(_("what"), max_length=40)
    article = models.ForeignKey(Article, on_delete=models.PROTECT, null=True, blank=True, related_name="trail")
    subject = models.CharField(_("on"), max_length=80, blank=True, help_text=_('Such as "story 12" or "tag 7".'))
    reason = models.TextField(_("why"), blank=True)
    before = models.JSONField(_("before"), default=dict, blank=True)
    after = models.JSONField(_("after"), default=dict, blank=True)

    class Meta:
        verbose_name = _("trail entry")
        verbose_name_plural = _("trail")
        indexes = [
            # One article's trail, newest first.
            models.Index("article", F("at").desc(), F("id").desc(), name="trail_by_article"),
            # One person's trail, newest first.
            models.Index("user", F("at").desc(), F("id").desc(), name="trail_by_user"),
            # All of it by time.
            models.Index(F("at").desc(), F("id").desc(), name="trail_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.user or self.job}: {self.action} {self.subject}"
