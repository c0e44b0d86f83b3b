"""The admin panel of the archive: its front door is the import page, and it opens to whoever may import."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _

from archive.articles.permissions import may

# What stands together on the front page of the panel: a title and the names of models.
SECTIONS = (
    (_("Records"), ("Article", "Outlet", "Tag")),
    (_("Imports"), ("ImportRun", "WatchedSource")),
    (_("What the archive has learnt"), ("OutletLine", "OutletHabit", "ColumnMapping")),
    (_("People and roles"), ("User", "Group")),
)


class ArchiveAdminSite(AdminSite):
    """Django's admin site with the import pages in front."""

    site_title = _("Newsroom Archive")
    site_header = _("Newsroom Archive")
    index_title = _("Admin panel")
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Say whether this person may enter: staff, and whoever may import."""
        user = request.user
        return bool(user.is_active and (user.is_staff or may(user, "import_articles")))

    def get_urls(self) -> list[Any]:
        """Return the import pages, then Django's own."""
        from . import imports, paste, uploads

        view = self.admin_view
        return [
            path("imports/", view(imports.index), name="imports"),
            path("imports/paste/", view(paste.paste), name="import_paste"),
            path("imports/send/", view(paste.send), name="import_send"),
            path("imports/uploads/", view(uploads.open_run), name="import_upload"),
            path("imports/uploads/<int:pk>/", view(uploads.open_file), name="import_upload_file"),
            path("imports/uploads/<int:pk>/begin/", view(uploads.begin), name="import_upload_begin"),
            path("imports/uploads/<int:pk>/<int:file>/", view(uploads.chunk), name="import_upload_chunk"),
            path("imports/<int:pk>/", view(imports.detail), name="import_run"),
            path("imports/<int:pk>/act/", view(imports.act), name="import_act"),
            path("imports/<int:pk>/withdraw/", view(imports.withdraw), name="import_withdraw"),
            path("imports/<int:pk>/progress.json", view(imports.progress), name="import_progress"),
            path("imports/<int:pk>/report.<str:form>", view(imports.report), name="import_report"),
            path("imports/<int:pk>/items/<int:item>/", view(imports.item), name="import_item"),
            path("imports/<int:pk>/items/<int:item>/decide/", view(imports.decide), name="import_decide"),
            path("imports/<int:pk>/items/<int:item>/bytes", view(imports.original), name="import_bytes"),
            *super().get_urls(),
        ]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the lists of the panel by what they are about, not by which package they come from."""
        found = {one["object_name"]: one for part in super().get_app_list(request) for one in part["models"]}
        sections = [
            {"name": title, "app_label": "archive", "models": [found[name] for name in names if name in found]}
            for title, names in SECTIONS
        ]
        return [section for section in sections if section["models"]]

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> HttpResponse:
        """Lead to the front page of the panel, where all its lists stand."""
        return redirect("admin:index")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the panel with the latest imports on top."""
        from archive.models import ImportRun

        latest = ImportRun.objects.select_related("created_by").order_by("-id")[:5]
        return super().index(request, {"latest_runs": latest, **(extra_context or {})})
