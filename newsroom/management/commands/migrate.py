"""`manage.py migrate`: Django's own, carried out as the owner of the tables; the site's role gets its rights after."""

from typing import Any

from django.conf import settings
from django.core.management.commands import migrate
from django.db import connections

from newsroom.owner import as_owner, grant_rights


class Command(migrate.Command):
    """Migrates as the owner, where one is named."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, then grant."""
        connection = connections[options["database"]]
        role = connection.settings_dict["USER"]
        with as_owner(connection):
            super().handle(*args, **options)
            if settings.DATABASE_OWNER and role and not (options["plan"] or options["check_unapplied"]):
                with connection.cursor() as cursor:
                    grant_rights(cursor, role)
