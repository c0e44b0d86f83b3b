"""Sources that the archive looks at by itself, the addresses it captures again, and how gently it treats a host."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .articles import Article
from .outlets import Outlet


class WatchedSource(models.Model):
    """A folder or a feed whose new items are imported as they appear."""

    class Kind(models.TextChoices):
        FOLDER = "folder", _("folder")
        FEED = "feed", _("feed")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    place = models.CharField(
        _("place"), max_length=2000, help_text=_("The path of a folder on this machine, or the address of a feed.")
    )
    outlet = models.ForeignKey(
        Outlet,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="watched_sources",
        verbose_name=_("outlet"),
        help_text=_("Whose articles these are; leave it empty when the items say so themselves."),
    )
    is_active = models.BooleanField(_("watched"), default=True)
    every_minutes = models.PositiveIntegerField(_("looked at every (minutes)"), default=15)
    recaptures = models.BooleanField(
        _("capture again"), default=True, help_text=_("Fetch known articles again, so that silent edits are seen.")
    )
    next_at = models.DateTimeField(_("next look"), null=True, blank=True)
    looked_at = models.DateTimeField(_("last look"), null=True, blank=True)
    etag = models.CharField(max_length=300, blank=True, editable=False)
    modified = models.CharField(max_length=100, blank=True, editable=False)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("watched since"), auto_now_add=True)

    class Meta:
        verbose_name = _("watched source")
        verbose_name_plural = _("watched sources")
        constraints = [models.UniqueConstraint(fields=["kind", "place"], name="one_watch_a_place")]
        indexes = [
            # Beat's question: which sources are due.
            models.Index("next_at", condition=Q(is_active=True), name="watched_source_due"),
        ]

    def __str__(self) -> str:
        return self.place


class WatchedAddress(models.Model):
    """One thing a source offered: a page to be captured again on a rhythm that slows, or a file that was taken in."""

    source = models.ForeignKey(WatchedSource, on_delete=models.CASCADE, related_name="addresses")
    place = models.CharField(_("place"), max_length=2000)
    key = models.CharField(max_length=500)
    article = models.ForeignKey(Article, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    first_seen_at = models.DateTimeField(_("first seen"))
    captured_at = models.DateTimeField(_("last captured"), null=True, blank=True)
    next_at = models.DateTimeField(_("next capture"), null=True, blank=True)
    captures = models.PositiveIntegerField(_("captures"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    etag = models.CharField(max_length=300, blank=True)
    modified = models.CharField(max_length=100, blank=True)
    failures = models.PositiveIntegerField(default=0)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("watched address")
        verbose_name_plural = _("watched addresses")
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="one_watch_an_address")]
        indexes = [
            # Beat's question: which addresses are due for another capture.
            models.Index("next_at", condition=Q(next_at__isnull=False), name="watched_address_due"),
        ]

    def __str__(self) -> str:
        return self.place


class HostPace(models.Model):
    """When a host may be asked again, and what its robots.txt said, shared by all workers."""

    host = models.CharField(max_length=261, primary_key=True)
    free_at = models.DateTimeField()
    robots = models.TextField(blank=True)
    robots_status = models.PositiveSmallIntegerField(null=True)
    robots_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("pace of a host")
        verbose_name_plural = _("paces of hosts")

    def __str__(self) -> str:
        return self.host
