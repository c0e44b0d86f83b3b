"""Outboxes: what still has to be carried from the database to the search index and to the stories.

Whoever changes an article raises `wanted` in the same transaction; a drainer reads it, does the work, and only then
sets `done` to the value it had read, so that a crash repeats harmless work and an edit in between stays dirty.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

# So often work on an article is tried before it is put aside until somebody looks at it.
MOST_ATTEMPTS = 5


class OutboxManager(models.Manager["OutboxEntry"]):
    """Marks and lists what is waiting."""

    def mark(self, article_ids: Iterable[int]) -> None:
        """Raise `wanted` of these articles; call it inside the transaction that changed them."""
        ids = sorted(set(article_ids))
        if not ids:
            return
        with connection.cursor() as cursor:
            cursor.execute(self.marking, [ids])

    @property
    def marking(self) -> str:
        """The statement that `mark` carries out, with the sorted ids as its one value."""
        table = connection.ops.quote_name(self.model._meta.db_table)
        return (
            f"INSERT INTO {table} (article_id, wanted, done, attempts, last_error, wanted_at)"
            " SELECT id, 1, 0, 0, '', clock_timestamp() FROM unnest(%s::bigint[]) AS id"
            f" ON CONFLICT (article_id) DO UPDATE SET wanted = {table}.wanted + 1,"
            " wanted_at = clock_timestamp(), attempts = 0, last_error = ''"
        )

    def waiting(self) -> models.QuerySet:
        """Return the entries with work to do, longest waiting first; uses the partial index of the table."""
        return self.filter(wanted__gt=F("done")).order_by("wanted_at", "article_id")


class OutboxEntry(models.Model):
    """One article's row in an outbox."""

    article = models.OneToOneField("Article", on_delete=models.CASCADE, primary_key=True)
    wanted = models.BigIntegerField(default=1)
    done = models.BigIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    wanted_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)

    objects = OutboxManager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.article_id}: {self.done}/{self.wanted}"


class IndexEntry(OutboxEntry):
    """What the search index still has to learn about an article."""

    class Meta:
        verbose_name = _("index entry")
        verbose_name_plural = _("index entries")
        indexes = [
            # The drainer's question: what waits, longest first.
            models.Index("wanted_at", "article", condition=Q(wanted__gt=F("done")), name="index_entry_waiting"),
        ]


class PlacementEntry(OutboxEntry):
    """What the stories still have to learn about an article: attributions, quotes, and its place."""

    class Meta:
        verbose_name = _("placement entry")
        verbose_name_plural = _("placement entries")
        indexes = [
            # The placing worker's question: what waits, longest first.
            models.Index("wanted_at", "article", condition=Q(wanted__gt=F("done")), name="placement_entry_waiting"),
        ]
