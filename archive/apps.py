"""The Django application of the archive."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ArchiveConfig(AppConfig):
    """Registers the models, the system checks and the admin of the archive."""

    name = "archive"
    verbose_name = _("Newsroom Archive")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep the roles of the desk in step with the tables."""
        from archive.models.roles import ensure_roles

        post_migrate.connect(ensure_roles, sender=self)
