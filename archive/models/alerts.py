"""Saved searches, what they found since, and the outbox of articles they still have to be asked about."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .articles import Article, Version
from .outbox import OutboxEntry


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    """Chainable reads on saved searches."""

    def visible_to(self, user) -> SavedSearchQuerySet:
        """Return this person's own saved searches and those shared with the desk."""
        return self.filter(Q(owner=user) | Q(is_shared=True))


class SavedSearch(models.Model):
    """A named query. It sees what its owner may see, and tells its owner what it found as often as wanted."""

    class Often(models.TextChoices):
        NEVER = "never", _("no alerts")
        AT_ONCE = "at_once", _("at once")
        DAILY = "daily", _("once a day")
        WEEKLY = "weekly", _("once a week")

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(_("name"), max_length=200)
    query = models.TextField(_("query"), help_text=_("As in the search box."))
    is_shared = models.BooleanField(_("shared with the desk"), default=False)
    often = models.CharField(_("alerts"), max_length=8, choices=Often.choices, default=Often.NEVER)
    by_mail = models.BooleanField(_("also by e-mail"), default=False)
    webhook = models.URLField(_("also to a chat webhook"), max_length=500, blank=True)
    watched_since = models.DateTimeField(editable=False)
    told_at = models.DateTimeField(null=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        indexes = [
            # The searches to ask about what came in.
            models.Index("id", condition=~Q(often="never"), name="saved_search_watching"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page of the saved search."""
        return f"/searches/{self.pk}/"


class Alert(models.Model):
    """One version that a saved search has something to say about, once."""

    class Event(models.TextChoices):
        NEW = "new", _("new article")
        CHANGED = "changed", _("new version, still matches")
        STARTS = "starts", _("matches now")
        STOPS = "stops", _("no longer matches")

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="alerts")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="+")
    event = models.CharField(_("what"), max_length=8, choices=Event.choices)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [models.UniqueConstraint(fields=["search", "version"], name="one_alert_a_version")]
        indexes = [
            # What a search still has to send.
            models.Index("search", "created_at", condition=Q(sent_at=None), name="alert_unsent"),
            # The alerts page, newest first.
            models.Index(F("created_at").desc(), F("id").desc(), name="alert_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.search_id}: {self.version_id}"


class AlertEntry(OutboxEntry):
    """An article that is indexed anew and about which the saved searches still have to be asked.

    `before` are the searches that found its current version when nothing waited, None where nobody knows.
    """

    before = ArrayField(models.BigIntegerField(), null=True)
    before_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("alert entry")
        verbose_name_plural = _("alert entries")
        indexes = [
            # What waits, longest first.
            models.Index("wanted_at", "article", condition=Q(wanted__gt=F("done")), name="alert_entry_waiting"),
        ]
