"""`manage.py backup DIR`: the whole archive in one folder, proven by restoring it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from archive import clock
from archive.articles import journal
from newsroom.backup import BackupError, back_up, verify


class Command(BaseCommand):
    """Writes a backup and proves it."""

    help = "Write the whole archive into a new folder, and prove it by a restore into a scratch home."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that does not exist yet, or is empty")
        parser.add_argument("--no-verify", action="store_true", help="leave out the trial restore")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Back up, verify, say what was written."""
        folder = options["folder"].absolute()
        connection.ensure_connection()
        try:
            manifest = back_up(
                folder,
                connection_kwargs=database_arguments(),
                files=Path(settings.MEDIA_ROOT),
                journal=journal.path(),
                at=clock.now(),
            )
            if not options["no_verify"]:
                verify(folder)
        except BackupError as error:
            raise CommandError(str(error)) from error
        rows = manifest["rows"]
        size = sum(path.stat().st_size for path in folder.iterdir())
        proof = "not verified" if options["no_verify"] else "verified by a restore"
        self.stdout.write(
            f"{folder}: {rows.get('archive_article', 0)} articles, {rows.get('archive_version', 0)} versions, "
            f"{rows.get('archive_capture', 0)} captures, {size / 1e6:.1f} MB, {proof}."
        )


def database_arguments() -> dict[str, Any]:
    """Return the arguments with which psycopg reaches the archive's database, without Django's own."""
    wanted = connection.get_connection_params()
    names = {"host", "port", "user", "password", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "service"}
    return {name: value for name, value in wanted.items() if name in names}
