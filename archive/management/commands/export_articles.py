"""Print whole records as JSON Lines for other tools, or write articles in a wire format."""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from archive import clock
from archive.articles import trail
from archive.articles.export import export_records
from archive.articles.searching import matching_ids
from archive.articles.wire import WRITERS, wire_articles
from archive.formats.export_article import ExportArticle
from archive.indexing.rebuild import drain_or_rebuild
from archive.models import Article, Story
from archive.search import EngineError, IndexMissing, QueryError


class Command(BaseCommand):
    """`export_articles [--story ID] [--query Q] [--json]`: one record a line, the shape of docs/api.md.

    With `--format` NITF, NewsML-G2 or ninjs: one file an article in the folder `--to`.
    """

    help = "Print whole records, one JSON object a line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what narrows the export."""
        parser.add_argument("--story", type=int, metavar="ID", help="only the articles of this story, in time order")
        parser.add_argument("--query", metavar="Q", help="only what this search query finds")
        parser.add_argument("--json", action="store_true", help="accepted for symmetry: records are always JSON Lines")
        parser.add_argument("--format", choices=sorted(WRITERS), help="write a wire format instead, a file an article")
        parser.add_argument("--to", metavar="DIR", type=Path, help="the folder that the files of --format go into")

    def handle(self, *args, **options) -> None:
        """Print the records that everyone at the desk may see."""
        articles = Article.objects.published().order_by("id")
        if options["story"] is not None:
            story = Story.objects.filter(pk=options["story"]).select_related("merged_into").first()
            if story is None:
                raise CommandError(f"There is no story {options['story']}: see `show_story` for the ones there are.")
            articles = articles.filter(membership__story=story.merged_into or story).by_date().reverse()
        if options["query"] is not None:
            articles = articles.filter(pk__in=self._found(options["query"]))
        taken = list(articles.values_list("pk", flat=True))
        subject = f"story {options['story']}" if options["story"] is not None else options["query"] or "everything"
        form = options["format"] or "jsonl"
        trail.record_export(articles=taken, form=form, subject=subject[:80], job="export_articles", at=clock.now())
        if options["format"]:
            self._write(wire_articles(articles), *WRITERS[options["format"]], options["to"])
            return
        for record in export_records(articles):
            self.stdout.write(json.dumps(record, ensure_ascii=False))

    def _write(
        self,
        articles: Iterator[ExportArticle],
        write: Callable[[ExportArticle], bytes],
        ending: str,
        folder: Path | None,
    ) -> None:
        if folder is None:
            raise CommandError("Say with --to which folder the files shall go into.")
        folder.mkdir(parents=True, exist_ok=True)
        count = 0
        for count, article in enumerate(articles, 1):
            (folder / f"{count:06}.{ending}").write_bytes(write(article))
        self.stdout.write(f"{count} articles written to {folder}.")

    def _found(self, query: str) -> list[int]:
        try:
            try:
                return list(matching_ids(None, query))
            except IndexMissing:
                drain_or_rebuild()
                return list(matching_ids(None, query))
        except (QueryError, EngineError) as error:
            raise CommandError(str(error)) from error
