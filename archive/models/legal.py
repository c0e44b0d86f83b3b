"""Legal requests: who asked, by when, what was decided, by whom, and what was done."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .articles import Article


class LegalRequest(models.Model):
    """One request about articles: to warn, to hold, to redact a passage, to kill, or to erase.

    An erasure and a redaction need a decision by one person and the confirmation of another. What was done can't be
    taken back: the text goes everywhere, the record, the hash and the reason stay.
    """

    class Scope(models.TextChoices):
        NOTE = "note", _("legal note (don't repeat)")
        HOLD = "hold", _("legal hold (nothing may be erased)")
        REDACT = "redact", _("redact a passage")
        KILL = "kill", _("kill")
        ERASE = "erase", _("erase")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        GRANTED = "granted", _("granted, to be confirmed")
        REFUSED = "refused", _("refused")
        DONE = "done", _("carried out")
        LIFTED = "lifted", _("lifted")

    scope = models.CharField(_("asked for"), max_length=8, choices=Scope.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    requester = models.CharField(_("requester"), max_length=200)
    words = models.TextField(_("the words it is about"), blank=True, help_text=_("A name or a passage, as printed."))
    note = models.CharField(_("note on every hit"), max_length=300, blank=True)
    due = models.DateField(_("answer due"), null=True, blank=True)
    reason = models.TextField(_("reason"))
    articles = models.ManyToManyField(Article, related_name="legal_requests", blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("opened"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision = models.TextField(_("decision"), blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(_("carried out"), null=True)

    class Meta:
        verbose_name = _("legal request")
        verbose_name_plural = _("legal requests")
        indexes = [
            # Open requests by deadline: the desk's list.
            models.Index(F("due").asc(nulls_last=True), "id", condition=Q(state="open"), name="legal_request_open"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(scope__in=["erase", "redact"], state="done")
                | (Q(decided_by__isnull=False, confirmed_by__isnull=False) & ~Q(decided_by=F("confirmed_by"))),
                name="two_people_confirm_an_erasure",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()}: {self.requester}"

    def get_absolute_url(self) -> str:
        """Return the address of the request."""
        return f"/legal/{self.pk}/"
