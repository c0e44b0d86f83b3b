"""`manage.py search QUERY`: the search of the archive on the command line."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.articles.searching import search_page
from archive.engine import ENGINES
from archive.indexing.rebuild import drain_or_rebuild
from archive.search import EngineError, IndexMissing, Order, QueryError


class Command(BaseCommand):
    """Print what a query finds, as a reader of the desk would see it."""

    help = "Search the archive. Prints hits, or with --json one line for machines."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the query and how to answer it."""
        parser.add_argument("query")
        parser.add_argument("--json", action="store_true", help="print one line of JSON")
        parser.add_argument("--limit", type=int, default=20, help="how many hits (20)")
        parser.add_argument("--order", choices=[str(order) for order in Order], default=str(Order.RELEVANCE))
        parser.add_argument(
            "--any-words", action="store_true", help="any of the words may match; nothing is an operator"
        )
        parser.add_argument("--engine", choices=ENGINES, help="another engine than the configured one, to compare")

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer the query."""

        def answer() -> Any:
            return search_page(
                None,
                options["query"],
                order=Order(options["order"]),
                limit=max(options["limit"], 0),
                any_words_mode=options["any_words"],
                engine_name=options["engine"],
            )

        try:
            try:
                page = answer()
            except IndexMissing:
                if options["engine"]:
                    raise
                drain_or_rebuild()
                page = answer()
        except (QueryError, EngineError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(page.as_json(), ensure_ascii=False))
            return
        self.stdout.write(f"{page.total} found. Read as: {page.read_as}")
        for hit in page.hits:
            dated = hit.article.published_iso or "undated"
            self.stdout.write(f"{hit.article.pk}  {dated}  {hit.article.outlet}: {hit.version.headline}")
            for note in hit.article.warnings:
                self.stdout.write(f"    ! {note.text}")
        if page.suggestion:
            self.stdout.write(f"Did you mean: {page.suggestion}")
