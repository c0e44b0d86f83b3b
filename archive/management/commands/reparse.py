"""Read articles again from their captures: `manage.py reparse` says what better parsers would change."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from archive import clock
from archive.articles.operations import ArchiveError
from archive.articles.permissions import may
from archive.importing import reparse
from archive.models import User


class Command(BaseCommand):
    """Read captures again; machine fields are replaced, texts only where an archivist confirms."""

    help = "Read articles again from the bytes of their captures and say what would change."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--outlet", default="", metavar="SLUG", help="only articles of this outlet")
        parser.add_argument("--article", type=int, metavar="ID", help="only this article")
        parser.add_argument("--dry-run", action="store_true", help="change nothing at all")
        parser.add_argument(
            "--confirm", metavar="USER", help="make corrections of texts that differ, in the name of this archivist"
        )
        parser.add_argument("--json", action="store_true", help="print one line of JSON for each article")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read again and report."""
        by = None
        if options["confirm"]:
            by = User.objects.filter(username=options["confirm"]).first()
            if by is None or not may(by, "import_articles"):
                raise CommandError(
                    f"{options['confirm']} is no archivist: texts are changed in an archivist's name only."
                )
        captures = reparse.captures_to_read(outlet=options["outlet"], article_id=options["article"])
        write = not options["dry_run"]
        texts = machine = problems = 0
        try:
            for one in reparse.read_again(captures, at=clock.now(), write=write, confirm=write and bool(by), by=by):
                texts += bool(one.texts)
                machine += one.machine
                problems += bool(one.problem)
                self._tell(one, as_json=options["json"])
        except ArchiveError as error:
            raise CommandError(str(error)) from error
        if not options["json"]:
            self.stdout.write(
                f"{texts} texts would differ or did, {machine} readings did, {problems} could not be read."
            )

    def _tell(self, one: reparse.Reread, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(asdict(one), ensure_ascii=False))
        elif one.problem:
            self.stdout.write(f"article {one.article_id} ({one.file}): {one.problem}")
        elif one.texts:
            made = f"; version {one.version} was made" if one.version else ""
            self.stdout.write(f"article {one.article_id} ({one.file}): {', '.join(one.texts)}{made}")
