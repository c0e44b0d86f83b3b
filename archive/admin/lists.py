"""Lists that stay quick at a million rows: no page counts the table, and none asks a query for each row."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property


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


class QuickAdmin(admin.ModelAdmin):
    """A list page in order of arrival, without counts."""

    paginator = UncountedPaginator
    show_full_result_count = False
    list_per_page = 50
    ordering = ("-pk",)


class ReadOnlyAdmin(QuickAdmin):
    """A list of rows that nobody writes here, because they are immutable or written by the archive itself."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds one by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes one by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes one."""
        return False
