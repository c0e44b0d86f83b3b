"""The admin panel as an application: the archive's own site in place of Django's."""

from django.contrib.admin.apps import AdminConfig


class ArchiveAdminConfig(AdminConfig):
    """Makes the archive's site the default one."""

    default_site = "archive.admin.site.ArchiveAdminSite"
