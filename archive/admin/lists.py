"""Lists that stay quick at a million rows: no page counts the table, and none asks a query for each row.

Promise: they work without a script, and bring none but the archive's own: dates are the browser's fields, an outlet is
typed by name, and what can't be done in a form has no button.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import NestedObjects
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.paginator import Paginator
from django.db import models, router
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from archive.models import Outlet


class UncountedPaginator(Paginator):
    """A paginator that looks one row ahead instead of counting them all; it never knows how many pages there are."""

    uncounted = True

    @cached_property
    def count(self) -> int:
        """Return a number of rows that is right up to the page after the one shown, however large the table is."""
        return self._reach

    @cached_property
    def _reach(self) -> int:
        # Counting stops a few pages on: the index delivers so many ids without reading the table.
        most = self.per_page * 20 + 1
        return len(self.object_list.order_by("-pk").values_list("pk", flat=True)[:most])


def numbered(words: str) -> models.Q:
    """Return what finds a row by its number; nothing where the words are none."""
    return models.Q(pk=int(words)) if words.isdecimal() and len(words) < 19 else models.Q(pk__in=[])


class NamedOutlet(forms.ModelChoiceField):
    """An outlet, by its name: a list of thousands is no menu."""

    def __init__(self, **more: Any) -> None:
        more.pop("widget", None)
        outlets = Outlet.objects.filter(merged_into=None)
        super().__init__(outlets, to_field_name="name", widget=forms.TextInput(), **more)
        self.error_messages["invalid_choice"] = _("No outlet is known by this name.")


# Drawn on a 20 by 20 grid, like all icons of the archive.
TICK, BAR = "M4 10.5l4 4 8-9", "M5 10h10"


def yes_or_no(value: bool) -> SafeString:
    """Return a yes or no as a word with its sign."""
    return format_html(
        '<span class="truth truth--{}"><svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">'
        '<path d="{}"/></svg>{}</span>',
        "yes" if value else "no",
        TICK if value else BAR,
        _("yes") if value else _("no"),
    )


def _column(field: models.BooleanField) -> Callable[[models.Model], SafeString]:
    """Return what a list shows of a yes or no, in place of Django's pictures in red and green."""

    @admin.display(description=field.verbose_name)
    def column(row: models.Model) -> SafeString:
        return yes_or_no(getattr(row, field.name))

    return column


def _tied(row: models.Model) -> str:
    """Return which two a row of a table between two others ties."""
    ends = [(field.related_model, getattr(row, field.name)) for field in row._meta.fields if field.is_relation]
    first, second = [f"{kind._meta.verbose_name} “{end}”" for kind, end in ends]
    return _("Tie: %(first)s and %(second)s") % {"first": first, "second": second}


def _renamed(listed: list[Any], names: dict[str, str]) -> list[Any]:
    """Return a nested list with other names in it."""
    return [_renamed(one, names) if isinstance(one, list) else names.get(one, one) for one in listed]


class Unmarked:
    """A form whose labels end without a colon, as they do everywhere in the archive."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **more})


class QuickAdmin(admin.ModelAdmin):
    """A list page in order of arrival, without counts."""

    paginator = UncountedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    ordering = ("-pk",)
    # A column is sorted by only where a list is short or has an index for it.
    sortable_by = ()
    formfield_overrides = {
        models.DateTimeField: {
            "form_class": forms.DateTimeField,
            "widget": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }
    }

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Return the columns of the list, each yes or no as a word."""
        truths = {each.name: each for each in self.opts.concrete_fields if isinstance(each, models.BooleanField)}
        return [_column(truths[name]) if name in truths else name for name in super().get_list_display(request)]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list under the name of what it lists."""
        title = capfirst(self.model._meta.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def sought(self, words: str) -> models.Q | None:
        """Return what a search looks for, by an index; None where all of a short table is looked through."""
        return None

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Return the rows that a search finds."""
        words = search_term.strip()
        sought = self.sought(words) if words else None
        if sought is None:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(sought), False

    def get_action_choices(self, request: HttpRequest, default_choices: Any = ()) -> list[Any]:
        """Return what can be done with the ticked rows, below a word that asks."""
        return super().get_action_choices(request, [("", _("choose"))])

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list[Any], dict[Any, int], Any, list[Any]]:
        """Return what goes with the rows that are deleted, how many of each kind, what may not go and what stands in
        the way; rows of a table between two others by the names of what they tie."""
        listed, counts, lacking, standing = super().get_deleted_objects(objs, request)
        gone = NestedObjects(using=router.db_for_write(self.model), origin=objs)
        gone.collect(objs)
        ties = [row for kind, rows in gone.model_objs.items() if kind._meta.auto_created for row in rows]
        if not ties:
            return listed, counts, lacking, standing
        names = {f"{capfirst(row._meta.verbose_name)}: {row}": _tied(row) for row in ties}
        between = {row._meta.verbose_name_plural for row in ties}
        kept = {kind: number for kind, number in counts.items() if kind not in between}
        return _renamed(listed, names), {**kept, _("ties"): len(ties)}, lacking, standing

    @property
    def media(self) -> forms.Media:
        """Return no script: Django's own needs jQuery and weighs more than all the rest of the page."""
        return forms.Media()

    def get_form(self, *args: Any, **more: Any) -> type[forms.ModelForm]:
        """Return the form in the manner of the archive's own."""
        form = super().get_form(*args, **more)
        return type(form)(form.__name__, (Unmarked, form), {})

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        """Return the field of a form without the buttons that open other forms in windows of their own."""
        if db_field.is_relation and db_field.related_model is Outlet and not db_field.many_to_many:
            return NamedOutlet(
                required=not db_field.blank, label=db_field.verbose_name.capitalize(), help_text=db_field.help_text
            )
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class PlainInline(admin.TabularInline):
    """Rows inside a form, with one empty row to fill at a time."""

    extra = 1
    template = "admin/inline.html"

    @property
    def media(self) -> forms.Media:
        """Return no script."""
        return forms.Media()


class LastingAdmin(QuickAdmin):
    """A list of things that articles hang on: they are merged on their own pages, and never deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes one."""
        return False


class ReadOnlyAdmin(QuickAdmin):
    """A list of rows that nobody writes here, because they are immutable or written by the archive itself."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds one by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes one by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes one."""
        return False


class PagedAdmin(ReadOnlyAdmin):
    """A list of things that have a page of their own: each row leads there."""

    list_display_links = None

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead to the page of the thing."""
        return redirect(get_object_or_404(self.model, pk=object_id))
