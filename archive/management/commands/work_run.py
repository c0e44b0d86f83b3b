"""Help with an import run until nothing is left of it: what `import_articles --jobs` starts beside itself."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from archive.importing import work


class Command(BaseCommand):
    """Read and import what an unfinished run still holds."""

    help = "Read and import what is left of an import run, beside whoever else works on it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("run", type=int, help="number of the run")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work on the run until nothing is left."""
        work.work_through(options["run"])
