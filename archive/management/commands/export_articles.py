"""Print whole records as JSON Lines for other tools, or write articles in a wire format."""

import gzip
import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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

# Unpacked; a single article with larger captures has a file of its own.
PART_BYTES = 32 * 1024 * 1024


class Command(BaseCommand):
    """`export_articles [--story ID] [--query Q] [--json]`: one record a line, the shape of docs/api.md.

    With `--whole` everything that is held, captures included, into files in the folder `--to`, for another archive.
    With `--format` NITF, NewsML-G2 or ninjs: one file an article in that folder.
    """

    help = "Print whole records, one JSON object a line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what narrows the export."""
        parser.add_argument("--story", type=int, metavar="ID", help="only the articles of this story, in time order")
        parser.add_argument("--query", metavar="Q", help="only what this search query finds")
        parser.add_argument("--json", action="store_true", help="accepted for symmetry: records are always JSON Lines")
        parser.add_argument(
            "--whole",
            action="store_true",
            help="all that is held, whatever its status, with the bytes of the captures: for another archive",
        )
        parser.add_argument("--format", choices=sorted(WRITERS), help="write a wire format instead, a file an article")
        parser.add_argument("--to", metavar="DIR", type=Path, help="the folder that files go into")

    def handle(self, *args, **options) -> None:
        """Print the records that everyone at the desk may see."""
        articles = Article.objects.published().order_by("id")
        if options["whole"]:
            articles = Article.objects.filter(merged_into=None).exclude(current_version=None).order_by("id")
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
        records = export_records(articles, whole=options["whole"])
        if options["to"]:
            self._write_records(records, options["to"])
            return
        for record in records:
            self.stdout.write(json.dumps(record, ensure_ascii=False))

    def _write_records(self, records: Iterator[dict[str, Any]], folder: Path) -> None:
        """Write the records into files that no limit of an import refuses."""
        folder.mkdir(parents=True, exist_ok=True)
        count = part = 0
        lines = (json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)
        line = next(lines, None)
        while line is not None:
            part, size = part + 1, 0
            with gzip.open(folder / f"{part:06}.jsonl.gz", "wb", compresslevel=4) as out:
                while line is not None and (not size or size + len(line) <= PART_BYTES):
                    out.write(line)
                    count, size, line = count + 1, size + len(line), next(lines, None)
        self.stdout.write(f"{count} articles written to {folder}.")

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
