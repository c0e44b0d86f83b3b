"""Import runs and their items: a staged batch lives in the database from upload to report."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from .articles import Article, Blob, Capture, Version
from .outlets import Outlet


class ImportRun(models.Model):
    """One job that brings articles in: an upload, a command, a watched source, a pasted text."""

    class Origin(models.TextChoices):
        UPLOAD = "upload", _("upload")
        COMMAND = "command", _("command line")
        WATCH = "watch", _("watched source")
        PASTE = "paste", _("pasted")
        SAMPLE = "sample", _("sample")

    class State(models.TextChoices):
        STAGING = "staging", _("receiving files")
        READING = "reading", _("reading")
        PREVIEW = "preview", _("waiting for you")
        RUNNING = "running", _("importing")
        PAUSED = "paused", _("paused")
        DONE = "done", _("done")
        CANCELED = "canceled", _("canceled")
        WITHDRAWN = "withdrawn", _("withdrawn again")

    origin = models.CharField(_("origin"), max_length=10, choices=Origin.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.STAGING)
    paused_from = models.CharField(max_length=10, blank=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    options = models.JSONField(_("options"), default=dict, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="import_runs",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("started"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("import run")
        verbose_name_plural = _("import runs")
        indexes = [
            # Beat's question: which runs are not at an end and may need a push.
            models.Index("state", "id", name="import_run_by_state"),
            # The runs of one origin, and those whose title begins so: the filter and the search of the admin list.
            models.Index("origin", "id", name="import_run_by_origin"),
            models.Index(OpClass(Upper("title"), name="text_pattern_ops"), name="import_run_by_title"),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.get_origin_display()} {self.pk}"

    def get_absolute_url(self) -> str:
        """Return the page that shows this run's preview, progress and report."""
        return f"/admin/imports/{self.pk}/"


class ImportFile(models.Model):
    """One file of a run as it was handed over, before anybody knows how many articles it holds.

    A small file's bytes are its blob from the start. A large or packed one waits in chunks, which also makes an upload
    resumable; the chunks go when every record in it has bytes of its own. `taken` counts the records already staged as
    items, and `member` and `member_taken` say where they end, so that whoever reads on after a crash starts there.
    """

    class State(models.TextChoices):
        RECEIVING = "receiving", _("being received")
        WAITING = "waiting", _("waiting to be read")
        READ = "read", _("read")
        FAILED = "failed", _("can't be read")

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="files")
    position = models.PositiveIntegerField(_("position"))
    name = models.CharField(_("file"), max_length=500)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    url = models.URLField(_("fetched from"), max_length=2000, blank=True)
    captured_at = models.DateTimeField(_("captured"))
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    taken = models.PositiveIntegerField(_("records staged"), default=0)
    member = models.PositiveIntegerField(default=0)
    member_taken = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    class Meta:
        verbose_name = _("import file")
        verbose_name_plural = _("import files")
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="one_file_a_position")]
        indexes = [
            # The next file of a run to read.
            models.Index("run", "state", "position", name="import_file_by_state"),
        ]

    def __str__(self) -> str:
        return self.name


class ImportChunk(models.Model):
    """A piece of a file that is still being received or read."""

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="chunks")
    start = models.PositiveBigIntegerField()
    data = models.BinaryField()

    class Meta:
        verbose_name = _("piece of a file")
        verbose_name_plural = _("pieces of files")
        constraints = [models.UniqueConstraint(fields=["file", "start"], name="one_chunk_a_place")]


class ImportItem(models.Model):
    """One article (or unreadable file) of a run: what it was read as, what is planned, what became of it.

    `parsed` is the ParsedArticle as JSON, `plan` what the machine would do and why, `decision` what an editor said
    about it (corrected fields, chosen outlet, left out, restored lines).
    """

    class State(models.TextChoices):
        STAGED = "staged", _("received")
        READY = "ready", _("ready")
        QUESTION = "question", _("needs a decision")
        LEFT_OUT = "left_out", _("left out")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    class Outcome(models.TextChoices):
        CREATED = "created", _("new article")
        NEW_VERSION = "new_version", _("new version")
        UNCHANGED = "unchanged", _("another capture of a known version")
        QUESTION = "question", _("needs a decision")
        REJECTED = "rejected", _("rejected")
        LEFT_OUT = "left_out", _("left out")

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="items")
    source = models.ForeignKey(ImportFile, on_delete=models.CASCADE, null=True, blank=True, related_name="items")
    position = models.PositiveBigIntegerField(_("position"))
    file = models.CharField(_("file"), max_length=500)
    record = models.CharField(_("record in the file"), max_length=120, blank=True)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="items")
    captured_at = models.DateTimeField(_("captured"))
    url = models.URLField(_("fetched from"), max_length=2000, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.STAGED)
    format = models.CharField(_("format"), max_length=32, blank=True)
    parsed = models.JSONField(_("as read"), default=dict, blank=True)
    plan = models.JSONField(_("plan"), default=dict, blank=True)
    decision = models.JSONField(_("decision"), default=dict, blank=True)
    outlet = models.ForeignKey(Outlet, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    text_key = models.CharField(max_length=64, blank=True)
    host = models.CharField(_("host"), max_length=253, blank=True)
    keys = ArrayField(
        models.CharField(max_length=80),
        default=list,
        blank=True,
        help_text=_("What a question waits for: hashed guid, address, text and passages."),
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    mend = models.TextField(_("what to do"), blank=True)
    article = models.ForeignKey(Article, on_delete=models.SET_NULL, null=True, blank=True, related_name="import_items")
    version = models.ForeignKey(Version, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    capture = models.ForeignKey(Capture, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("import item")
        verbose_name_plural = _("import items")
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="one_item_a_position")]
        indexes = [
            # The next items of a run to work on, and its counts by state.
            models.Index("run", "state", "position", name="import_item_by_state"),
            # Open questions that a newly held article may answer.
            GinIndex(fields=["keys"], condition=Q(state="question"), name="import_item_question"),
            # What an article came from.
            models.Index("article", name="import_item_by_article", condition=Q(article__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.file
