"""Attributions (who relies on whom) and quotes (what was said, and how it drifted), each with its evidence."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .articles import Article, Version
from .outlets import Outlet
from .stories import Origin, Story


class Attribution(models.Model):
    """One hop of "Source: A, as reported by B". `order` counts from the article outwards; `relies_on` names the
    order of the next hop."""

    class Kind(models.TextChoices):
        OUTLET = "outlet", _("outlet")
        RELAY = "relay", _("relay")
        PERSON = "person", _("person")
        INSTITUTION = "institution", _("institution")
        DOCUMENT = "document", _("document")
        ANONYMOUS = "anonymous", _("anonymous")

    class Role(models.TextChoices):
        MAIN = "main", _("what the article rests on")
        SIDE = "side", _("side source")
        BACKGROUND = "background", _("recalled background")

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="attributions")
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="attributions")
    order = models.PositiveSmallIntegerField(_("order"))
    name = models.CharField(_("name"), max_length=300)
    name_key = models.CharField(max_length=200)
    description = models.CharField(_("described as"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.MAIN)
    count = models.PositiveSmallIntegerField(_("how many, as the text says"), null=True, blank=True)
    outlet = models.ForeignKey(
        Outlet, on_delete=models.SET_NULL, null=True, blank=True, related_name="cited_in", verbose_name=_("outlet")
    )
    held_article = models.ForeignKey(
        Article, on_delete=models.SET_NULL, null=True, blank=True, related_name="relied_on_by"
    )
    relies_on = models.PositiveSmallIntegerField(_("relies on"), null=True, blank=True)
    text = models.TextField(_("evidence"))
    field = models.CharField(_("where"), max_length=12)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    rule = models.CharField(_("rule"), max_length=60, blank=True)
    confidence = models.FloatField(_("confidence"), default=1)
    origin = models.CharField(_("said"), max_length=8, choices=Origin.choices, default=Origin.MACHINE)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    rejected_at = models.DateTimeField(_("rejected by an editor"), null=True, blank=True)

    class Meta:
        verbose_name = _("attribution")
        verbose_name_plural = _("attributions")
        indexes = [
            # One article's attributions in order.
            models.Index("article", "order", name="attribution_by_article"),
            # Who cites this name: unheld sources, and attaching a report that arrives later.
            models.Index("name_key", "article", name="attribution_by_name"),
            # Whom an outlet's articles rely on most, from the index alone: the outlet's page.
            models.Index(
                "article",
                include=["name_key", "name", "outlet", "kind"],
                condition=Q(rejected_at=None),
                name="attribution_stated",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class QuoteFamily(models.Model):
    """The variants of one utterance across articles and versions."""

    label = models.TextField(_("utterance"))
    speaker = models.CharField(_("speaker"), max_length=300, blank=True)
    story = models.ForeignKey(Story, on_delete=models.SET_NULL, null=True, blank=True, related_name="quote_families")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("quote family")
        verbose_name_plural = _("quote families")

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        """Return the page of the utterance and its variants."""
        return f"/quotes/{self.pk}/"


class Quote(models.Model):
    """One quoted utterance in one version; `parts` are the spans of a split quote, `text` their joined words.

    `is_direct` is off for words in scare quotes, which nobody is said to have spoken, and for paraphrases.
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="quotes")
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="quotes")
    text = models.TextField(_("quote"))
    speaker = models.CharField(_("speaker as printed"), max_length=300, blank=True)
    speaker_start = models.PositiveIntegerField(null=True, blank=True)
    speaker_end = models.PositiveIntegerField(null=True, blank=True)
    field = models.CharField(_("where"), max_length=12)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    parts = models.JSONField(default=list, blank=True)
    is_direct = models.BooleanField(_("quoted"), default=True)
    rule = models.CharField(_("rule"), max_length=60, blank=True)
    confidence = models.FloatField(_("confidence"), default=1)
    origin = models.CharField(_("said"), max_length=8, choices=Origin.choices, default=Origin.MACHINE)

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        indexes = [
            # One version's quotes in reading order.
            models.Index("version", "start", name="quote_by_version"),
        ]

    def __str__(self) -> str:
        return self.text


class QuoteVariant(models.Model):
    """One wording of an utterance: a quote, a stretch of a long one, or a sentence that says it without marks.

    A quote that holds two utterances which others print apart has a place in two families.
    """

    class Kind(models.TextChoices):
        IDENTICAL = "identical", _("identical")
        PUNCTUATION = "punctuation", _("punctuation differs")
        SHORTENED = "shortened", _("shortened")
        REWORDED = "reworded", _("words changed")
        BACK_TRANSLATED = "back_translated", _("back-translated")
        PARAPHRASED = "paraphrased", _("turned into paraphrase")

    family = models.ForeignKey(QuoteFamily, on_delete=models.CASCADE, related_name="variants")
    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="variants")
    kind = models.CharField(_("variant"), max_length=16, choices=Kind.choices)
    text = models.TextField(_("wording"))
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    origin = models.CharField(_("said"), max_length=8, choices=Origin.choices, default=Origin.MACHINE)
    rejected_at = models.DateTimeField(_("rejected by an editor"), null=True, blank=True)

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        constraints = [models.UniqueConstraint(fields=["family", "quote"], name="one_wording_a_quote_and_family")]

    def __str__(self) -> str:
        return self.text


class Confirmation(models.Model):
    """What a named editor found out about one claim: that its origins do not hang on each other, or that all of it
    hangs on one alone.

    Only this makes those two words appear. It speaks of the articles it was made for, wherever they are placed; one
    that was withdrawn stays as a record.
    """

    class Finding(models.TextChoices):
        INDEPENDENT = "independent", _("independent")
        SINGLE_SOURCE = "single_source", _("single-source")

    claim = models.CharField(_("claim"), max_length=500)
    finding = models.CharField(_("finding"), max_length=14, choices=Finding.choices)
    origins = models.JSONField(_("origins"), default=list, help_text=_("The stated origins compared, by name."))
    reason = models.TextField(_("how the editor knows"))
    articles = models.ManyToManyField(Article, verbose_name=_("articles"), related_name="confirmations")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("confirmed"))
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")

    def __str__(self) -> str:
        return self.claim
