"""`manage.py rebuild_index`: builds the search index anew beside the live one and swaps."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.engine import ENGINES
from archive.indexing.rebuild import RebuildRunning, rebuild


class Command(BaseCommand):
    """Rebuild the index; goes on where a killed rebuild was."""

    help = "Build the search index anew beside the live one, then swap. A killed rebuild goes on where it was."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the engine."""
        parser.add_argument("--engine", choices=ENGINES, help="the engine to build for (the configured one)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild and say how far it is."""

        def progress(built: int, total: int) -> None:
            self.stderr.write(f"{built} of {total} articles")

        try:
            built = rebuild(options["engine"], progress)
        except RebuildRunning as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The index holds {built} articles.")
