"""Collections: an editor's dossiers of articles with notes, and the research requests that ask for them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .articles import Article


class CollectionQuerySet(models.QuerySet["Collection"]):
    """Chainable reads on collections."""

    def visible_to(self, user) -> CollectionQuerySet:
        """Return this person's own collections and those shared with the desk."""
        return self.filter(Q(owner=user) | Q(is_shared=True))


class Collection(models.Model):
    """A named dossier of articles in an order of the editor's choosing."""

    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="collections")
    is_shared = models.BooleanField(_("shared with the desk"), default=False)
    put_away_at = models.DateTimeField(_("put away"), null=True, blank=True)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = CollectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("collection")
        verbose_name_plural = _("collections")
        indexes = [
            # The list of collections, last changed first.
            models.Index(F("changed_at").desc(), F("id").desc(), name="collection_by_change"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the collection."""
        return f"/collections/{self.pk}/"


class CollectionItem(models.Model):
    """An article in a collection, with what the editor notes about it."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="items")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="collection_items")
    position = models.PositiveIntegerField(default=0)
    note = models.TextField(_("note"), blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("article in a collection")
        verbose_name_plural = _("articles in collections")
        constraints = [models.UniqueConstraint(fields=["collection", "article"], name="once_in_a_collection")]
        indexes = [
            # One collection's articles in order.
            models.Index("collection", "position", "id", name="collection_item_order"),
        ]

    def __str__(self) -> str:
        return f"{self.collection_id}: {self.article_id}"


class ResearchRequest(models.Model):
    """Somebody asks for something to be found out: by when, and who sees to it."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="requests")
    asker = models.CharField(_("asked by"), max_length=200)
    question = models.TextField(_("question"))
    due_at = models.DateTimeField(_("needed by"), null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="research_requests"
    )
    answer = models.TextField(_("answer"), blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("research request")
        verbose_name_plural = _("research requests")
        indexes = [
            # What a person still has to see to, the most urgent first.
            models.Index("assignee", "due_at", condition=Q(done_at=None), name="research_request_open"),
        ]

    def __str__(self) -> str:
        return self.question
