"""A connection that starts the embedded services when nobody has: so no command needs to be told to."""

from typing import Any

from django.db.backends.postgresql import base

from newsroom.embedded import services


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own wrapper, attached to the services of the archive's home before the first connection."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        services().attach()
        return super().get_new_connection(conn_params)
