"""Two roles on one database: the owner makes and changes tables, the role the site runs as works on rows alone.

The promise: what the site runs as can neither rewrite nor empty the trail, nor give itself the right to, because it
does not own the table. Only migrations and restores work as the owner.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from psycopg import sql

# Tables on which the site's role has no more than these rights; on all others it may do anything to a row.
NARROW = {"archive_trailentry": "SELECT, INSERT", "django_migrations": "SELECT"}
ROW_RIGHTS = "SELECT, INSERT, UPDATE, DELETE"


@contextmanager
def as_owner(connection: Any) -> Iterator[None]:
    """Let one of Django's connections work as the owner of the tables; where none is named, nothing changes."""
    owner = settings.DATABASE_OWNER
    if not owner:
        yield
        return
    own = connection.settings_dict
    connection.close()
    names = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    # The name stays: it is the test database's during a test run.
    connection.settings_dict = own | {name: owner[name] for name in names}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = own


def grant_rights(cursor: Any, role: str) -> None:
    """Give `role` what the site needs on the tables that are there, and take from it all that goes further.

    `cursor` works as the owner of the tables.
    """
    to = sql.Identifier(role)
    grants = [
        f"GRANT USAGE ON SCHEMA public TO {{}}; GRANT {ROW_RIGHTS} ON ALL TABLES IN SCHEMA public TO {{}}",
        "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {}",
    ]
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    held = {row[0] for row in cursor.fetchall()}
    for table, rights in NARROW.items():
        if table not in held:
            continue
        # The owner needs its own rights back: foreign keys to the table are checked in its name.
        grants.append(f"REVOKE ALL ON {table} FROM {{}}; GRANT {rights} ON {table} TO {{}}")
        grants.append(f"GRANT ALL ON {table} TO CURRENT_USER")
    for grant in grants:
        cursor.execute(sql.SQL(grant).format(*[to] * grant.count("{}")))
