"""Outlets, the names and hosts they are known by, and what the archive has learnt about their pages."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from archive.text.keys import name_key


class Outlet(models.Model):
    """The organisation that put a text out."""

    class Kind(models.TextChoices):
        NEWSPAPER = "newspaper", _("newspaper")
        BROADCASTER = "broadcaster", _("broadcaster")
        AGENCY = "agency", _("agency")
        WEBSITE = "website", _("website")
        INSTITUTION = "institution", _("institution")

    class Rights(models.TextChoices):
        NONE = "none", _("no licence")
        LICENSED = "licensed", _("licensed")
        OWNED = "owned", _("our own")

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("slug"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.WEBSITE)
    rights = models.CharField(_("rights"), max_length=12, choices=Rights.choices, default=Rights.NONE)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("ISO 3166 code, such as DE"))
    language = models.CharField(_("language"), max_length=12, blank=True, help_text=_("BCP 47 tag, such as en"))
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        help_text=_("Used only as a stated assumption, never to invent a zone that a page does not give."),
    )
    is_held = models.BooleanField(
        _("publishes here"), default=True, help_text=_("Off for outlets that are only known because others cite them.")
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("merged into")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("outlet")
        verbose_name_plural = _("outlets")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def free_slug(cls, name: str) -> str:
        """Return a slug for `name` that no outlet has yet."""
        base = slugify(name)[:100] or slugify(name, allow_unicode=True)[:100] or "outlet"
        slug, number = base, 1
        while cls.objects.filter(slug=slug).exists():
            number += 1
            slug = f"{base}-{number}"
        return slug


class OutletAlias(models.Model):
    """Another name an outlet is known by, in its own pages or where others cite it."""

    outlet = models.ForeignKey(Outlet, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(_("name"), max_length=200)
    key = models.CharField(max_length=200, unique=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        """Store the alias under its folded key, so that spelling of case and space does not matter."""
        self.key = name_key(self.name)
        super().save(*args, **kwargs)


class OutletDomain(models.Model):
    """A host that belongs to an outlet, without "www."."""

    outlet = models.ForeignKey(Outlet, on_delete=models.CASCADE, related_name="domains")
    host = models.CharField(_("host"), max_length=253, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")

    def __str__(self) -> str:
        return self.host


class OutletLine(models.Model):
    """A line that keeps coming back on an outlet's pages, or one that an editor said belongs to the text.

    What was learnt can be undone: the row stays, with `undone_at` set.
    """

    # What the machine took out says "furniture" once it stood on the pages of so many different articles.
    FURNITURE_FROM = 2

    class Verdict(models.TextChoices):
        FURNITURE = "furniture", _("furniture")
        BODY = "body", _("part of the text")

    class Origin(models.TextChoices):
        MACHINE = "machine", _("learnt from captures")
        EDITOR = "editor", _("said by an editor")

    outlet = models.ForeignKey(Outlet, on_delete=models.CASCADE, related_name="lines", verbose_name=_("outlet"))
    key = models.CharField(max_length=64)
    text = models.CharField(_("line"), max_length=500)
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict.choices)
    origin = models.CharField(_("origin"), max_length=12, choices=Origin.choices, default=Origin.MACHINE)
    seen = models.PositiveIntegerField(_("captures seen in"), default=1)
    learnt_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("learnt from"),
    )
    learnt_at = models.DateTimeField(_("learnt"), auto_now_add=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("learnt line")
        verbose_name_plural = _("learnt lines")
        constraints = [models.UniqueConstraint(fields=["outlet", "key"], name="one_verdict_a_line")]
        indexes = [
            # What editors said and took back, among all that the machine learns: the filters of the admin list.
            models.Index("id", condition=models.Q(verdict="body"), name="line_of_text"),
            models.Index("id", condition=models.Q(origin="editor"), name="line_by_editor"),
            models.Index("id", condition=models.Q(undone_at__isnull=False), name="line_undone"),
        ]

    def __str__(self) -> str:
        return self.text


class OutletHabit(models.Model):
    """Which candidate of a field is right for an outlet, as learnt from the picks of editors."""

    outlet = models.ForeignKey(Outlet, on_delete=models.CASCADE, related_name="habits", verbose_name=_("outlet"))
    field = models.CharField(_("field"), max_length=32)
    origin = models.CharField(_("taken from"), max_length=64)
    picks = models.PositiveIntegerField(_("picks"), default=1)
    learnt_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("learnt from"),
    )
    learnt_at = models.DateTimeField(_("learnt"), auto_now_add=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("habit")
        verbose_name_plural = _("habits")
        constraints = [models.UniqueConstraint(fields=["outlet", "field", "origin"], name="one_habit_an_origin")]

    def __str__(self) -> str:
        return f"{self.field}: {self.origin}"


class ColumnMapping(models.Model):
    """How the columns of a kind of table were read, remembered for the next file with the same header."""

    header_key = models.CharField(max_length=64, unique=True)
    header = models.JSONField(_("header"))
    columns = models.JSONField(_("columns"), help_text=_("Field of the archive -> column of the table."))
    outlet = models.ForeignKey(Outlet, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("outlet"))
    learnt_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("learnt from"),
    )
    learnt_at = models.DateTimeField(_("learnt"), auto_now=True)

    class Meta:
        verbose_name = _("column mapping")
        verbose_name_plural = _("column mappings")

    def __str__(self) -> str:
        return ", ".join(self.header)
