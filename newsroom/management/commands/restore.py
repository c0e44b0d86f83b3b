"""`manage.py restore DIR`: an archive from a backup, into a home that holds none."""

import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from archive import clock
from archive.articles import journal
from archive.articles.replay import replay
from newsroom import backup
from newsroom.embedded import services
from newsroom.management.commands.backup import database_arguments
from newsroom.owner import as_owner


class Command(BaseCommand):
    """Restores a backup and rebuilds the index."""

    help = "Restore a backup into an archive that holds nothing (or, with --replace, in place of what it holds)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that `backup` wrote")
        parser.add_argument(
            "--journal",
            type=Path,
            action="append",
            default=[],
            help="a journal.jsonl of the lost home or of a later backup, whose kills and erasures are repeated",
        )
        parser.add_argument("--replace", action="store_true", help="drop what the archive holds now")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check, load, migrate, compare, rebuild the index."""
        folder: Path = options["folder"].absolute()
        if settings.EMBEDDED_DATABASE:
            services().attach()
        with as_owner(connection):
            arguments = database_arguments()
        try:
            manifest = backup.read_manifest(folder)
            with psycopg.connect(**arguments, autocommit=True) as target:
                if backup.others_at_work(target):
                    raise CommandError("The archive is at work: stop it (Ctrl-C in `make run`), then restore.")
                if backup.holds_anything(target) and not options["replace"]:
                    raise CommandError(
                        "This archive holds articles or people already: name an empty ARCHIVE_HOME, "
                        "or add --replace to drop what it holds."
                    )
                backup.empty(target)
            backup.load(folder, connection_kwargs=arguments)
            with psycopg.connect(**arguments) as target:
                backup.compare(manifest, target)
                backup.protect(target)
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        self._restore_files(folder)
        connection.close()
        call_command("migrate", verbosity=0, interactive=False)
        repeated = self._replay([folder / backup.JOURNAL, *options["journal"], journal.path()])
        shutil.rmtree(settings.INDEX_DIR, ignore_errors=True)
        if "rebuild_index" in get_commands():
            call_command("rebuild_index", verbosity=0)
        rows = manifest["rows"]
        self.stdout.write(
            f"Restored from {folder}: {rows.get('archive_article', 0)} articles, "
            f"{rows.get('archive_version', 0)} versions, {rows.get('archive_capture', 0)} captures; "
            f"{repeated} later kills and erasures repeated."
        )

    def _replay(self, journals: list[Path]) -> int:
        """Repeat what the journals order, each line once, and keep all of it in this home's own journal."""
        known = {json.dumps(line): line for file in journals for line in journal.lines(file)}
        own = {json.dumps(line) for line in journal.lines()}
        with transaction.atomic():
            for text, line in known.items():
                if text not in own:
                    journal.note(line)
        return replay(known.values(), at=clock.now())

    def _restore_files(self, folder: Path) -> None:
        if (folder / backup.FILES).exists():
            with tarfile.open(folder / backup.FILES) as tar:
                tar.extractall(settings.MEDIA_ROOT, filter="data")
