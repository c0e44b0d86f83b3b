"""The Django application of the archive."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ArchiveAdminConfig(admin.AdminConfig):
    """Makes the archive's own admin site the default one."""

    default = False
    default_site = "archive.admin.site.ArchiveAdminSite"

    def ready(self) -> None:
        """Register the records once the site is there."""
        super().ready()
        import_module("archive.admin.records")


class ArchiveConfig(AppConfig):
    """Registers the models, the system checks and the admin of the archive."""

    default = True
    name = "archive"
    verbose_name = _("Newsroom Archive")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks, and keep the roles of the desk in step with the tables."""
        from archive import checks  # noqa: F401  (registers the checks)
        from archive.models.roles import ensure_roles

        post_migrate.connect(ensure_roles, sender=self)
