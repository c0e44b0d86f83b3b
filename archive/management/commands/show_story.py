"""Prints a story: its articles in time order, what they rest on, and what of that is not held."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.models import Story
from archive.stories.queries import story_record


class Command(BaseCommand):
    help = "Print a story in time order, with its stated origins and unheld sources."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("story", type=int, help="the number of the story, as in its address")
        parser.add_argument("--json", action="store_true", help="print it as one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            record = story_record(options["story"])
        except Story.DoesNotExist:
            raise CommandError(
                f"There is no story {options['story']}: see the addresses on the page of stories."
            ) from None
        if options["json"]:
            self.stdout.write(json.dumps(record, ensure_ascii=False))
            return
        self.stdout.write(f"{record['title']} (story {record['story']})")
        self.stdout.write(record["summary"])
        for row in record["articles"]:
            when = row["published_at"] or (f"not before {row['not_before']}" if row["not_before"] else "undated")
            self.stdout.write(f"  {when:25} {row['role']:14} {row['outlet']}: {row['headline']}")
        for root in record["roots"]:
            self.stdout.write(f"  origin: {root['name']} ({root['kind']}), {_articles(root)}")
        for source in record["unheld_sources"]:
            self.stdout.write(f"  not held: {source['name']}, {_articles(source)}")


def _articles(cited: dict[str, Any]) -> str:
    count = len(cited["articles"])
    return f"{count} article" if count == 1 else f"{count} articles"
