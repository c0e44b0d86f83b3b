"""The records of the archive in the admin panel: outlets and what was learnt of them, tags, articles, runs, watches."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import Group, Permission
from django.db.models import Field, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from archive import clock
from archive.articles.content import url_key
from archive.articles.operations import find_outlet, learn_alias, touch_index
from archive.importing import learning
from archive.importing.sentences import said
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
    WatchedSource,
)
from archive.models.roles import ROLES
from archive.text.keys import name_key

from .lists import LastingAdmin, PagedAdmin, PlainInline, QuickAdmin, ReadOnlyAdmin, Unmarked, numbered, yes_or_no

# A search looks at so many rows of one name, id or address.
MOST_ALIKE = 200


class AliasInline(PlainInline):
    """The other names of an outlet."""

    model = OutletAlias
    fields = ("name",)
    extra = 1


class DomainInline(PlainInline):
    """The hosts of an outlet."""

    model = OutletDomain
    fields = ("host",)
    extra = 1


class OutletForm(forms.ModelForm):
    """An outlet whose name is no other's."""

    def clean_name(self) -> str:
        """Refuse a name under which another outlet is known."""
        name = self.cleaned_data["name"].strip()
        known = find_outlet(name=name)
        if known is not None and known.pk != self.instance.pk:
            raise forms.ValidationError(
                _("%(outlet)s is known by this name: merge the two on its page.") % {"outlet": known}
            )
        return name


@admin.register(Outlet)
class OutletAdmin(LastingAdmin):
    """Outlets with their names and hosts."""

    form = OutletForm

    list_display = ("name", "kind", "country", "language", "rights", "is_held", "learnt")
    list_filter = ("kind", "rights", "is_held")
    search_fields = ("name", "aliases__name", "domains__host")
    fields = ("name", "kind", "rights", "country", "language", "time_zone", "is_held", "slug", "merged_into")
    readonly_fields = ("slug", "merged_into")
    inlines = (AliasInline, DomainInline)
    ordering = ("name",)

    def save_model(self, request: HttpRequest, obj: Outlet, form: forms.ModelForm, change: bool) -> None:
        """Give a new outlet its address; have the articles of a renamed one found under the new name."""
        if not change:
            obj.slug = Outlet.free_slug(obj.name)
        super().save_model(request, obj, form, change)
        if change and "name" in form.changed_data:
            touch_index(list(Article.objects.filter(outlet=obj).values_list("pk", flat=True)))

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: list, change: bool) -> None:
        """Have the outlet known by its name, and by the one it had."""
        super().save_related(request, form, formsets, change)
        learn_alias(outlet=form.instance, name=form.instance.name, by=request.user)

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
    search_help_text = gettext_lazy("A whole line, or the beginning of an outlet's name.")
    list_select_related = ("outlet", "learnt_by")
    fields = (*list_display, "undone")
    actions = ("undo",)

    def sought(self, words: str) -> Q:
        """Find a line by all of its words, or those of an outlet by its name; uses one_verdict_a_line."""
        outlets = Outlet.objects.filter(name__istartswith=words).order_by("pk").values_list("pk", flat=True)
        return Q(key=learning.key_of(words)) | Q(outlet__in=list(outlets[:MOST_ALIKE]))

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
        if line.origin == OutletLine.Origin.MACHINE and line.seen < OutletLine.FURNITURE_FROM:
            return _("none yet: seen once")
        return _("taken out of the body")

    @admin.display(description=gettext_lazy("undone by"))
    def undone(self, line: OutletLine) -> str:
        """Say who took it back."""
        return str(line.undone_by or "–")

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

    list_display = ("outlet", "what", "effect", "picks", "learnt_by", "learnt_at", "undone_at")
    list_select_related = ("outlet", "learnt_by")
    search_fields = ("outlet__name", "origin")
    actions = ("undo",)

    @admin.display(description=gettext_lazy("field"))
    def what(self, habit: OutletHabit) -> str:
        """Say which field of an article the habit is about."""
        return _(habit.field)

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
    search_fields = ("header", "outlet__name")
    fields = ("header", "columns", "outlet")
    readonly_fields = ("header",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A mapping is learnt at the preview of a table."""
        return False


@admin.register(Tag)
class TagAdmin(LastingAdmin):
    """Subject labels; they are renamed and merged on their own pages."""

    list_display = ("name", "kind", "code")
    list_filter = ("kind",)
    search_fields = ("name", "code")
    search_help_text = gettext_lazy("The beginning of the name.")
    fields = ("name", "kind", "code", "merged_into")

    def sought(self, words: str) -> Q:
        """Find tags whose name begins so, whatever its accents; uses tag_by_beginning."""
        return Q(key__startswith=name_key(words))

    def get_readonly_fields(self, request: HttpRequest, obj: Tag | None = None) -> tuple[str, ...]:
        """Return what is fixed once a tag is there."""
        return ("merged_into",) if obj is None else ("name", "kind", "merged_into")


@admin.register(Article)
class ArticleAdmin(PagedAdmin):
    """Articles, to be looked up; they are read and edited on their own pages, where every change is a version."""

    list_display = ("headline", "outlet", "published", "published_precision", "status", "created_at")
    list_filter = ("status", "kind", "published_precision")
    list_select_related = ("outlet", "current_version")
    search_fields = ("=id", "=guid", "=url")
    search_help_text = gettext_lazy("Number, guid or address; words are found by the search page.")

    def sought(self, words: str) -> Q:
        """Find an article by its number, the outlet's id or the address; uses the keys that hold those unique."""
        held = Article.objects.order_by("pk").values_list("pk", flat=True)
        found = list(held.filter(guid=words)[:MOST_ALIKE])
        # Words that are no address have an empty key, as have all articles without one.
        if address := url_key(words):
            found += held.filter(url_key=address)[:MOST_ALIKE]
        return numbered(words) | Q(pk__in=found)

    @admin.display(description=gettext_lazy("headline"))
    def headline(self, article: Article) -> str:
        """Link the current headline to the article's page."""
        text = article.current_version.headline if article.current_version else ""
        return format_html(
            '<a href="{}" dir="auto">{}</a>', article.get_absolute_url(), text or _("without a headline")
        )

    @admin.display(description=gettext_lazy("published"))
    def published(self, article: Article) -> str:
        """Show the date as surely as it is known, and no surer."""
        at = article.published_at
        if at is None:
            return ""
        if article.published_precision == "instant":
            return formats.date_format(timezone.localtime(at), "j M Y, H:i")
        exact = article.published_precision == "minute"
        return formats.date_format(at.astimezone(UTC), "j M Y, H:i" if exact else "j M Y")


@admin.register(ImportRun)
class ImportRunAdmin(PagedAdmin):
    """Import runs; each leads to its own page."""

    list_display = ("page", "origin", "state", "created_by", "created_at", "finished_at")
    list_filter = ("state", "origin")
    list_select_related = ("created_by",)
    search_fields = ("=id", "title")
    search_help_text = gettext_lazy("Number, or the beginning of the title.")

    def sought(self, words: str) -> Q:
        """Find a run by its number or the beginning of its title; uses import_run_by_title."""
        return numbered(words) | Q(title__istartswith=words)

    @admin.display(description=gettext_lazy("run"))
    def page(self, run: ImportRun) -> str:
        """Link to the page of the run."""
        return format_html('<a href="{}">{}</a>', run.get_absolute_url(), str(run))


@admin.register(WatchedSource)
class WatchedSourceAdmin(QuickAdmin):
    """Folders and feeds that are looked at by themselves."""

    list_display = ("place", "kind", "outlet", "is_active", "every_minutes", "looked_at", "failures", "trouble")
    list_filter = ("kind", "is_active")
    list_select_related = ("outlet",)
    search_fields = ("place",)
    fields = (
        "kind",
        "place",
        "outlet",
        "is_active",
        "every_minutes",
        "recaptures",
        "next_at",
        "looked_at",
        "trouble",
    )
    readonly_fields = ("looked_at", "trouble", "next_at")

    @admin.display(description=gettext_lazy("last error"))
    def trouble(self, source: WatchedSource) -> str:
        """Return what went wrong the last time, in the reader's language."""
        return said(source.last_error)

    def save_model(self, request: HttpRequest, obj: WatchedSource, form: object, change: bool) -> None:
        """Remember who watches, and look at the source soon."""
        if not change:
            obj.created_by = request.user
        obj.next_at = clock.now()
        obj.failures, obj.last_error = 0, ""
        super().save_model(request, obj, form, change)


class PasswordOfAnother(Unmarked, AdminPasswordChangeForm):
    """The form in which an administrator sets the password of somebody else, or takes it away."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.order_fields(["usable_password", "password1", "password2"])
        if "usable_password" in self.fields:
            self.fields["usable_password"].help_text = _("Without a password nobody can sign in under this name.")


@admin.register(User)
class PersonAdmin(QuickAdmin, UserAdmin):
    """The people at the desk and their roles."""

    list_display = ("username", "name", "email", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    change_user_password_template = "admin/change_password.html"
    change_password_form = PasswordOfAnother
    filter_horizontal = ()
    sortable_by = None
    ordering = ("username",)
    fieldsets = (
        (None, {"fields": ("username", "password", "first_name", "last_name", "email")}),
        (gettext_lazy("What they may do"), {"fields": ("is_active", "groups", "is_staff", "is_superuser")}),
        (gettext_lazy("At the desk"), {"fields": ("time_zone", "theme")}),
        (gettext_lazy("So far"), {"fields": ("last_login", "date_joined")}),
    )

    readonly_fields = ("last_login", "date_joined", "everything")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Return the form in parts; only who may do everything makes others so."""
        parts = super().get_fieldsets(request, obj)
        if obj is None or request.user.is_superuser:
            return parts
        shown = {"is_superuser": "everything"}
        return [
            (title, {**part, "fields": tuple(shown.get(name, name) for name in part["fields"])})
            for title, part in parts
        ]

    @admin.display(description=gettext_lazy("superuser status"))
    def everything(self, person: User) -> SafeString:
        """Say whether this person may do everything."""
        return yes_or_no(person.is_superuser)

    def formfield_for_manytomany(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        """Return the roles as boxes to tick: there are a handful."""
        return super().formfield_for_manytomany(db_field, request, widget=forms.CheckboxSelectMultiple(), **kwargs)

    @admin.display(description=gettext_lazy("name"))
    def name(self, person: User) -> str:
        """Return first and last name."""
        return person.get_full_name()


admin.site.unregister(Group)


# What Django calls the rights on a kind of record by.
DEEDS = {
    "add": gettext_lazy("Can add: %(kind)s"),
    "change": gettext_lazy("Can change: %(kind)s"),
    "view": gettext_lazy("Can view: %(kind)s"),
}


class RightsField(forms.ModelMultipleChoiceField):
    """Rights by what they allow, without the table that Django counts them to."""

    def label_from_instance(self, obj: Permission) -> str:
        """Return what the right allows."""
        deed, _, kind = obj.codename.partition("_")
        if deed in DEEDS and kind == obj.content_type.model:
            return DEEDS[deed] % {"kind": obj.content_type.name}
        return gettext(obj.name)


@admin.register(Group)
class RoleAdmin(QuickAdmin, GroupAdmin):
    """The roles of the desk, and groups made beside them; for whoever may change people."""

    filter_horizontal = ()
    ordering = ("name",)

    def formfield_for_manytomany(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        """Return the rights that the archive asks about as boxes to tick, without those of tables nobody edits."""
        own = ~Q(codename__regex="^(add|change|delete|view)_") | Q(
            content_type__model__in=["outlet", "tag", "article", "importrun", "user", "watchedsource"],
            codename__regex="^(add|change|view)_",
        )
        rights = Permission.objects.filter(own, content_type__app_label="archive").select_related("content_type")
        kwargs |= {"queryset": rights.order_by("codename"), "widget": forms.CheckboxSelectMultiple()}
        kwargs["form_class"] = RightsField
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Say whether this person may change people."""
        return bool(request.user.has_perm("archive.change_user"))

    def has_view_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Say whether this person may change people."""
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Say whether this person may change people."""
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Say whether this person may change people."""
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Say whether this is a group that was made beside the roles."""
        return self.has_module_permission(request) and (obj is None or obj.name not in ROLES)
