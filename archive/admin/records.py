"""The records of the archive in the admin panel: outlets and what was learnt of them, tags, articles, runs, watches."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from archive import clock
from archive.importing import learning
from archive.models import (
    Article,
    ColumnMapping,
    ImportRun,
    Outlet,
    OutletAlias,
    OutletDomain,
    OutletHabit,
    OutletLine,
    Tag,
    User,
    Version,
    WatchedSource,
)

from .lists import QuickAdmin, ReadOnlyAdmin


class AliasInline(admin.TabularInline):
    """The other names of an outlet."""

    model = OutletAlias
    fields = ("name",)
    extra = 1


class DomainInline(admin.TabularInline):
    """The hosts of an outlet."""

    model = OutletDomain
    fields = ("host",)
    extra = 1


@admin.register(Outlet)
class OutletAdmin(QuickAdmin):
    """Outlets with their names and hosts."""

    list_display = ("name", "kind", "country", "language", "rights", "is_held", "learnt")
    list_filter = ("kind", "rights", "is_held")
    search_fields = ("name", "aliases__name", "domains__host")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (AliasInline, DomainInline)
    raw_id_fields = ("merged_into",)
    ordering = ("name",)

    @admin.display(description=gettext_lazy("learnt"))
    def learnt(self, outlet: Outlet) -> str:
        """Lead to the lines and habits that were learnt about the outlet."""
        return format_html(
            '<a href="{0}?outlet__id__exact={2}">{3}</a> · <a href="{1}?outlet__id__exact={2}">{4}</a>',
            reverse("admin:archive_outletline_changelist"),
            reverse("admin:archive_outlethabit_changelist"),
            outlet.pk,
            _("lines"),
            _("habits"),
        )


@admin.register(OutletLine)
class OutletLineAdmin(QuickAdmin):
    """What was learnt about the lines of an outlet's pages: by whom, with what effect, and how to undo it."""

    list_display = ("text", "outlet", "verdict", "effect", "origin", "seen", "learnt_by", "learnt_at", "undone_at")
    list_filter = ("verdict", "origin", ("undone_at", admin.EmptyFieldListFilter))
    search_fields = ("text", "outlet__name")
    list_select_related = ("outlet", "learnt_by")
    actions = ("undo",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Lines are learnt at the preview of an import."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: OutletLine | None = None) -> bool:
        """A line is undone, not edited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutletLine | None = None) -> bool:
        """What was learnt stays listed."""
        return False

    @admin.display(description=gettext_lazy("effect"))
    def effect(self, line: OutletLine) -> str:
        """Say what the line does to the next import."""
        if line.undone_at is not None:
            return _("none: undone")
        if line.verdict == OutletLine.Verdict.BODY:
            return _("kept in the body")
        if line.origin == OutletLine.Origin.MACHINE and line.seen < 2:
            return _("none yet: seen once")
        return _("taken out of the body")

    @admin.action(description=gettext_lazy("Undo what was learnt"), permissions=["view"])
    def undo(self, request: HttpRequest, lines: QuerySet[OutletLine]) -> None:
        """Take back what was learnt about these lines."""
        at = clock.now()
        for line in lines:
            learning.undo_line(line, by=request.user, at=at)
        messages.success(
            request,
            ngettext("%(count)s line was undone.", "%(count)s lines were undone.", len(lines)) % {"count": len(lines)},
        )


@admin.register(OutletHabit)
class OutletHabitAdmin(ReadOnlyAdmin):
    """Which of a page's values editors take for an outlet."""

    list_display = ("outlet", "field", "effect", "picks", "learnt_by", "learnt_at", "undone_at")
    list_select_related = ("outlet", "learnt_by")
    actions = ("undo",)

    @admin.display(description=gettext_lazy("effect"))
    def effect(self, habit: OutletHabit) -> str:
        """Say what the habit does to the next import."""
        if habit.undone_at is not None:
            return _("none: undone")
        return _("taken from %(origin)s") % {"origin": habit.origin}

    @admin.action(description=gettext_lazy("Undo what was learnt"), permissions=["view"])
    def undo(self, request: HttpRequest, habits: QuerySet[OutletHabit]) -> None:
        """Forget these habits."""
        habits.filter(undone_at=None).update(undone_at=clock.now())


@admin.register(ColumnMapping)
class ColumnMappingAdmin(QuickAdmin):
    """How the columns of known kinds of tables are read."""

    list_display = ("__str__", "outlet", "learnt_by", "learnt_at")
    list_select_related = ("outlet", "learnt_by")
    readonly_fields = ("header_key", "header")


@admin.register(Tag)
class TagAdmin(QuickAdmin):
    """Subject labels."""

    list_display = ("name", "kind", "code")
    list_filter = ("kind",)
    search_fields = ("name", "code")
    raw_id_fields = ("merged_into",)


class VersionInline(admin.TabularInline):
    """The versions of an article, to be read only: they are immutable."""

    model = Version
    fk_name = "article"
    fields = ("number", "kind", "headline", "issued_at", "recorded_at", "author", "reason")
    readonly_fields = fields
    extra = 0
    can_delete = False
    ordering = ("number",)

    def has_add_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """Versions come from imports and from the article's own page."""
        return False


@admin.register(Article)
class ArticleAdmin(ReadOnlyAdmin):
    """Articles, to be looked up; they are edited on their own pages, where every change is a version."""

    list_display = ("headline", "outlet", "published_at", "published_precision", "status", "created_at")
    list_filter = ("status", "kind", "published_precision")
    list_select_related = ("outlet", "current_version")
    search_fields = ("=id", "=guid", "=url")
    search_help_text = gettext_lazy("Number, guid or address; words are found by the search page.")
    inlines = (VersionInline,)
    view_on_site = True

    @admin.display(description=gettext_lazy("headline"))
    def headline(self, article: Article) -> str:
        """Show the current headline, linked to the article's own page."""
        text = article.current_version.headline if article.current_version else ""
        return format_html('<span dir="auto">{}</span>', text or _("without a headline"))


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    """Import runs; each leads to its own page."""

    list_display = ("page", "origin", "state", "created_by", "created_at", "finished_at")
    list_filter = ("state", "origin")
    list_select_related = ("created_by",)
    list_display_links = None

    @admin.display(description=gettext_lazy("run"))
    def page(self, run: ImportRun) -> str:
        """Link to the page of the run."""
        return format_html('<a href="{}">{}</a>', run.get_absolute_url(), str(run))


@admin.register(WatchedSource)
class WatchedSourceAdmin(QuickAdmin):
    """Folders and feeds that are looked at by themselves."""

    list_display = ("place", "kind", "outlet", "is_active", "every_minutes", "looked_at", "failures", "last_error")
    list_filter = ("kind", "is_active")
    list_select_related = ("outlet",)
    search_fields = ("place",)
    autocomplete_fields = ("outlet",)
    fields = (
        "kind",
        "place",
        "outlet",
        "is_active",
        "every_minutes",
        "recaptures",
        "next_at",
        "looked_at",
        "last_error",
    )
    readonly_fields = ("looked_at", "last_error", "next_at")

    def save_model(self, request: HttpRequest, obj: WatchedSource, form: object, change: bool) -> None:
        """Remember who watches, and look at the source soon."""
        if not change:
            obj.created_by = request.user
        obj.next_at = clock.now()
        obj.failures, obj.last_error = 0, ""
        super().save_model(request, obj, form, change)


@admin.register(User)
class PersonAdmin(QuickAdmin, UserAdmin):
    """The people at the desk and their roles."""

    fieldsets = (*(UserAdmin.fieldsets or ()), (gettext_lazy("At the desk"), {"fields": ("time_zone", "theme")}))
