"""`manage.py check_index`: proves that the search index and the database hold the same."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from archive.engine import ENGINES
from archive.indexing import sweep


class Command(BaseCommand):
    """Compare the index with the database; exit 1 on any difference and on a damaged index."""

    help = "Compare the search index with the database; exits 1 on any difference. --fix repairs only what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether to repair and how to answer."""
        parser.add_argument("--fix", action="store_true", help="repair the differences; exits 0 when whole again")
        parser.add_argument("--json", action="store_true", help="print one line of JSON")
        parser.add_argument("--engine", choices=ENGINES, help="another engine than the configured one")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, repair when asked, and say what was found."""
        report = sweep.check(fix=options["fix"], engine_name=options["engine"])
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json()))
        else:
            self.stdout.write(report.in_words())
        if not report.whole:
            sys.exit(1)
