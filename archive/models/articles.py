"""Articles, their immutable versions, and the captures they were read from.

The promise: a version, once written, never changes and never goes (a database trigger says so too; its one way out is
a confirmed legal erasure), and what is current is a pointer, never a "latest" subquery.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta, timezone

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from archive import clock

from .outlets import Outlet


class Blob(models.Model):
    """Bytes as they were received, stored once per sha256, compressed with zlib."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField(_("bytes"))
    data = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("stored bytes")
        verbose_name_plural = _("stored bytes")

    def __str__(self) -> str:
        return self.sha256

    def content(self) -> bytes:
        """Return the bytes as they were received."""
        return zlib.decompress(bytes(self.data))


def sees_restricted(user) -> bool:
    """Say whether a person sees withheld, embargoed and canceled articles."""
    return bool(user is not None and user.is_active and user.has_perm("archive.view_restricted"))


class ArticleQuerySet(models.QuerySet["Article"]):
    """Chainable reads on articles. Every page starts from `visible_to`."""

    def visible_to(self, user, at: datetime | None = None) -> ArticleQuerySet:
        """Return the articles this person may see at that moment: usable, past any embargo, not merged away.

        Whoever holds the permission `archive.view_restricted` (archivists) also sees withheld, embargoed and canceled
        articles.
        """
        return self.visible_where(sees_restricted(user), at)

    def visible_where(self, restricted: bool, at: datetime | None = None) -> ArticleQuerySet:
        """Return what those see who hold the permission to see restricted articles, or those who do not."""
        return self.filter(merged_into=None) if restricted else self.published(at)

    def published(self, at: datetime | None = None) -> ArticleQuerySet:
        """Return the articles that everyone at the desk may see at that moment."""
        return self.filter(
            Q(embargoed_until=None) | Q(embargoed_until__lte=at or clock.now()),
            merged_into=None,
            status=Article.Status.USABLE,
        )

    def by_date(self) -> ArticleQuerySet:
        """Return newest first, undated articles last; uses article_by_date."""
        return self.order_by(F("published_at").desc(nulls_last=True), "-id")


class Article(models.Model):
    """One lasting item by one outlet. What may change about it stands here; what it said stands in its versions.

    A date whose zone is not known is stored as the printed wall time in UTC with `published_offset` null and
    `published_precision` "minute" or "day": no zone is invented (docs/decisions/0010).
    """

    class Status(models.TextChoices):
        USABLE = "usable", _("usable")
        WITHHELD = "withheld", _("withheld")
        CANCELED = "canceled", _("canceled")

    class Kind(models.TextChoices):
        ARTICLE = "article", _("article")
        LIVE_BLOG = "live_blog", _("live blog")

    class Precision(models.TextChoices):
        INSTANT = "instant", _("to the minute, zone known")
        MINUTE = "minute", _("to the minute, no zone given")
        DAY = "day", _("to the day")
        INFERRED = "inferred", _("inferred")
        UNKNOWN = "unknown", _("undated")

    outlet = models.ForeignKey(Outlet, on_delete=models.PROTECT, related_name="articles", verbose_name=_("outlet"))
    guid = models.CharField(_("guid"), max_length=500, blank=True, help_text=_("The outlet's own identifier."))
    url = models.URLField(_("address"), max_length=2000, blank=True)
    url_key = models.CharField(max_length=500, blank=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.ARTICLE)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.USABLE)
    status_reason = models.TextField(_("reason"), blank=True)
    embargoed_until = models.DateTimeField(_("embargoed until"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    current_version = models.ForeignKey(
        "Version", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_precision = models.CharField(
        _("date precision"), max_length=10, choices=Precision.choices, default=Precision.UNKNOWN
    )
    published_offset = models.SmallIntegerField(_("offset in minutes"), null=True, blank=True)
    published_printed = models.CharField(_("date as printed"), max_length=200, blank=True)
    published_evidence = models.JSONField(_("evidence of the date"), default=dict, blank=True)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    not_before_reason = models.CharField(_("not before, because"), max_length=300, blank=True)
    urgency = models.PositiveSmallIntegerField(_("urgency"), null=True, blank=True)
    slugline = models.CharField(_("slugline"), max_length=200, blank=True)
    page = models.CharField(_("page"), max_length=40, blank=True)
    edition = models.CharField(_("edition"), max_length=120, blank=True)
    editor_note = models.TextField(_("note to editors"), blank=True)
    later_byline = models.TextField(
        _("byline of a later capture"),
        blank=True,
        help_text=_("Printed in a further capture of the same text; shown where the version was captured without one."),
    )
    usage_terms = models.TextField(_("usage terms"), blank=True)
    usage_expires_at = models.DateTimeField(_("usage expires"), null=True, blank=True)
    edited_fields = models.JSONField(
        _("set by editors"), default=dict, blank=True, help_text=_("Field -> what the machine had read, who, when.")
    )
    tags = models.ManyToManyField("Tag", through="ArticleTag", related_name="articles")
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    created_at = models.DateTimeField(_("first held"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        permissions = [
            ("view_restricted", gettext_noop("Can see withheld, embargoed and canceled articles")),
            ("import_articles", gettext_noop("Can import articles")),
            ("withhold_article", gettext_noop("Can withhold and embargo articles")),
            ("kill_article", gettext_noop("Can kill and reinstate articles")),
            ("edit_article", gettext_noop("Can correct articles, tags and stories")),
            ("merge_article", gettext_noop("Can merge and split articles")),
            ("download_capture", gettext_noop("Can download captures as received")),
            ("administer_archive", gettext_noop("Can administer the archive")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["outlet", "guid"], condition=~Q(guid=""), name="one_article_a_guid"),
            models.UniqueConstraint(fields=["outlet", "url_key"], condition=~Q(url_key=""), name="one_article_an_url"),
            models.CheckConstraint(
                condition=Q(published_at=None, published_precision="unknown")
                | Q(published_at__isnull=False) & ~Q(published_precision="unknown"),
                name="a_date_has_a_precision",
            ),
            models.CheckConstraint(
                condition=~Q(published_precision="instant") | Q(published_offset__isnull=False),
                name="an_instant_has_a_zone",
            ),
        ]
        indexes = [
            # The archive in date order: search in date order, home, browse by date.
            models.Index(F("published_at").desc(nulls_last=True), F("id").desc(), name="article_by_date"),
            # One outlet's articles in date order: the outlet page.
            models.Index(
                "outlet", F("published_at").desc(nulls_last=True), F("id").desc(), name="article_by_outlet_date"
            ),
            # What is not usable: the desk's list, and lifting embargoes every minute.
            models.Index("embargoed_until", condition=Q(embargoed_until__isnull=False), name="article_embargoed"),
            models.Index("status", "id", condition=~Q(status="usable"), name="article_not_usable"),
            # What came in last: the home page and the admin list.
            models.Index(F("created_at").desc(), F("id").desc(), name="article_by_arrival"),
            # The rare kinds and the unsure dates: the filters of the admin list.
            models.Index("kind", "id", condition=Q(kind="live_blog"), name="article_live_blog"),
            models.Index(
                "published_precision",
                "id",
                condition=Q(published_precision__in=["inferred", "unknown"]),
                name="article_unsure_date",
            ),
        ]

    def __str__(self) -> str:
        return self.current_version.headline if self.current_version else f"{self.outlet} {self.pk}"

    def get_absolute_url(self) -> str:
        """Return the lasting address of this article."""
        return f"/articles/{self.pk}/"

    @property
    def is_published(self) -> bool:
        """Say whether everyone at the desk may read it now."""
        embargoed = self.embargoed_until is not None and self.embargoed_until > clock.now()
        return self.status == self.Status.USABLE and not embargoed and self.merged_into_id is None

    def byline_of(self, version: Version) -> str:
        """Return the byline of a version as printed, or as a further capture of the article printed it."""
        return version.byline or self.later_byline

    @property
    def published_iso(self) -> str | None:
        """The date in ISO 8601: with its offset when the zone is known, without one when it is not, a bare day when
        only the day is known, None when undated."""
        if self.published_at is None:
            return None
        if self.published_precision == self.Precision.DAY:
            return self.published_at.astimezone(UTC).date().isoformat()
        if self.published_offset is not None:
            zone = timezone(timedelta(minutes=self.published_offset))
            return self.published_at.astimezone(zone).isoformat()
        return self.published_at.astimezone(UTC).replace(tzinfo=None).isoformat()


class Version(models.Model):
    """One immutable, numbered text of an article. Numbers follow arrival; history follows `issued_at`."""

    class Kind(models.TextChoices):
        ORIGINAL = "original", _("original")
        UPDATE = "update", _("update")
        CORRECTION = "correction", _("correction")
        KILL = "kill", _("kill")
        REINSTATEMENT = "reinstatement", _("reinstatement")
        REVERT = "revert", _("revert")

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices, default=Kind.ORIGINAL)
    headline = models.TextField(_("headline"), blank=True)
    standfirst = models.TextField(_("standfirst"), blank=True)
    byline = models.TextField(_("byline"), blank=True)
    authors = models.JSONField(_("authors"), default=list, blank=True)
    dateline = models.CharField(_("dateline"), max_length=300, blank=True)
    credit = models.CharField(_("credit"), max_length=300, blank=True)
    source_line = models.TextField(_("source as printed"), blank=True)
    body = models.TextField(_("body"), blank=True, help_text=_("One paragraph a line."))
    captions = models.JSONField(_("captions"), default=list, blank=True)
    posts = models.JSONField(_("posts of a live blog"), default=list, blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    provider_version = models.CharField(_("the outlet's own version"), max_length=60, blank=True)
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(_("reason"), blank=True)
    content_sha256 = models.CharField(max_length=64)
    text_key = models.CharField(max_length=64)
    capture = models.ForeignKey("Capture", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    import_item = models.ForeignKey("ImportItem", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reverts_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="one_version_a_number")]
        indexes = [
            # The same text after cleaning, anywhere in the archive: matching at import.
            models.Index("text_key", name="version_by_text"),
        ]

    def __str__(self) -> str:
        return f"{self.headline} ({self.number})"

    def get_absolute_url(self) -> str:
        """Return the permanent address of this version."""
        return f"/articles/{self.article_id}/versions/{self.number}/"


class Capture(models.Model):
    """One arrival of an article's bytes: when, from where, in which format, and what the machine read in it.

    `reading` is the machine's reading as JSON (candidates, evidence, the ledger of lines); reading the bytes again
    with a better parser replaces it, never the version. `read_key` is the text_key of what the machine had read, where
    an editor corrected it at preview and the version holds another text.
    """

    article = models.ForeignKey(Article, on_delete=models.PROTECT, null=True, related_name="captures")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, null=True, related_name="captures")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="captures")
    format = models.CharField(_("format"), max_length=32)
    file = models.CharField(_("file"), max_length=500, blank=True)
    record = models.CharField(_("record in the file"), max_length=120, blank=True)
    url = models.URLField(_("fetched from"), max_length=2000, blank=True)
    captured_at = models.DateTimeField(_("captured"))
    reading = models.JSONField(_("as the machine read it"), default=dict, blank=True)
    read_key = models.CharField(max_length=64, blank=True, default="", db_default="")
    import_item = models.ForeignKey(
        "ImportItem", on_delete=models.PROTECT, null=True, blank=True, related_name="captures"
    )

    class Meta:
        verbose_name = _("capture")
        verbose_name_plural = _("captures")
        indexes = [
            # One article's captures in time order: the article page and its history.
            models.Index("article", "captured_at", "id", name="capture_by_article"),
            # The same text as was read before an editor corrected it: matching at import.
            models.Index("read_key", name="capture_by_reading", condition=~Q(read_key="")),
        ]

    def __str__(self) -> str:
        return f"{self.file or self.url or self.blob_id[:12]} ({self.captured_at:%Y-%m-%d %H:%M})"


class TextHash(models.Model):
    """One winnowed hash of an article's current text: near-copies share many of them, whatever the outlet.

    Scores of rows an article are derived from it and written with it, so the database does not look it up for each.
    """

    pk = models.CompositePrimaryKey("hash", "article_id")
    hash = models.BigIntegerField()
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="text_hashes", db_constraint=False)

    class Meta:
        verbose_name = _("text hash")
        verbose_name_plural = _("text hashes")
