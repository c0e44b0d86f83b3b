"""The Django application of the archive."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArchiveConfig(AppConfig):
    """Registers the models, the system checks and the admin of the archive."""

    name = "archive"
    verbose_name = _("Newsroom Archive")
    default_auto_field = "django.db.models.BigAutoField"
