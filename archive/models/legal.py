"""Legal requests: who asks for what by when, what was decided by whom, and the notes that warn others."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .articles import Article


class LegalRequest(models.Model):
    """One request to take something out, or to keep it. An erasure is carried out only when two people said so."""

    class Scope(models.TextChoices):
        REDACT = "redact", _("redact a passage")
        KILL = "kill", _("kill")
        ERASE = "erase", _("erase the text")
        HOLD = "hold", _("legal hold: nothing may be erased")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DECIDED = "decided", _("decided, to be confirmed")
        DONE = "done", _("carried out")
        REFUSED = "refused", _("refused")
        LIFTED = "lifted", _("hold lifted")

    requester = models.CharField(_("requester"), max_length=300)
    scope = models.CharField(_("what is asked for"), max_length=8, choices=Scope.choices)
    grounds = models.TextField(_("grounds"))
    words = models.TextField(_("words in question"), blank=True)
    articles = models.ManyToManyField(Article, related_name="legal_requests", verbose_name=_("articles"))
    due_at = models.DateTimeField(_("deadline"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    decision = models.TextField(_("decision"), blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("received"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    class Meta:
        verbose_name = _("legal request")
        verbose_name_plural = _("legal requests")
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | Q(decided_by=None) | ~Q(confirmed_by=F("decided_by")),
                name="two_people_confirm",
            ),
        ]
        indexes = [
            # What is still to be decided, the most urgent first.
            models.Index("due_at", condition=Q(state__in=["open", "decided"]), name="legal_request_open"),
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()}: {self.requester}"

    def get_absolute_url(self) -> str:
        """Return the page of the request."""
        return f"/legal/{self.pk}/"


class LegalNote(models.Model):
    """A warning that shows on every hit of an article, such as "don't repeat"."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="legal_notes")
    text = models.CharField(_("note"), max_length=300)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("legal note")
        verbose_name_plural = _("legal notes")
        indexes = [
            # The notes in force on a list of articles.
            models.Index("article", condition=Q(lifted_at=None), name="legal_note_in_force"),
        ]

    def __str__(self) -> str:
        return self.text
