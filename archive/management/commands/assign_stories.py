"""Places waiting articles in stories and runs the repair pass over the last weeks."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from archive import clock
from archive.articles.operations import touch
from archive.models import Article
from archive.stories.assign import place_waiting
from archive.stories.mending import repair_recent


class Command(BaseCommand):
    help = "Place waiting articles in stories, then repair the stories of the last weeks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="place every article again, not only those that wait")
        parser.add_argument("--dry-run", action="store_true", help="say what the repair would change, change nothing")
        parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        if options["dry_run"]:
            placed = None
        else:
            if options["all"]:
                touch(*Article.objects.filter(merged_into=None).values_list("pk", flat=True))
            placed = place_waiting(at=now, wait=True)
        repaired = repair_recent(at=now, is_wide=options["all"], dry_run=options["dry_run"])
        answer = {
            "placed": placed.placed if placed else 0,
            "joined": placed.joined if placed else 0,
            "suggested": placed.suggested if placed else 0,
            "opened": placed.opened if placed else 0,
            "failed": placed.failed if placed else 0,
            "moved": repaired.moved,
            "moves": [asdict(move) for move in repaired.moves],
        }
        if options["json"]:
            self.stdout.write(json.dumps(answer))
            return
        would = "would move" if options["dry_run"] else "moved"
        self.stdout.write(
            f"{answer['placed']} placed: {answer['joined']} joined a story, {answer['opened']} opened one "
            f"({answer['suggested']} with suggestions), {answer['failed']} failed. "
            f"The repair {would} {answer['moved']}."
        )
