"""A connection that starts the embedded services when nobody has: so no command needs to be told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.postgresql import base

from newsroom.embedded import services
from newsroom.owner import as_owner


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own wrapper, attached to the services of the archive's home before the first connection."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        services().attach()
        return super().get_new_connection(conn_params)

    @contextmanager
    def _nodb_cursor(self) -> Iterator[Any]:
        """Make and drop test databases as the owner, so that a test's role owns as little as the site's does."""
        with as_owner(self), super()._nodb_cursor() as cursor:
            yield cursor
