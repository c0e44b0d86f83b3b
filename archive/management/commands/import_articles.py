"""Bring files into the archive: the same pipeline as the import page, in one command."""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from archive import clock
from archive.articles.operations import ArchiveError
from archive.importing import preview, progress, run, staging, work
from archive.indexing.drain import settle
from archive.models import ImportItem, ImportRun
from archive.stories.assign import place_waiting

_PLACED_AT_ONCE = 2000
# What lies beside articles in a folder and is none.
_PASSED_OVER = ("readme", "license", "licence", "copying", "changelog")


class Command(BaseCommand):
    """Stage, read and import files; say what became of each."""

    help = "Import articles from files and folders. Exit code 1 when anything was rejected."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("paths", nargs="*", metavar="PATH", help="file or folder (folders are walked through)")
        parser.add_argument("--outlet", default="", metavar="NAME", help="whose articles these are")
        parser.add_argument("--manifest", metavar="FILE.csv", help="columns file, outlet, url, published_at, tags")
        parser.add_argument("--dry-run", action="store_true", help="say what would become of each file, import nothing")
        parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")
        parser.add_argument("--jobs", type=int, default=1, metavar="N", help="import with N processes")
        parser.add_argument("--run", type=int, dest="run_id", metavar="ID", help="go on with an unfinished run")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the import."""
        if options["run_id"]:
            job = ImportRun.objects.filter(pk=options["run_id"]).first()
            if job is None:
                raise CommandError(f"There is no import run {options['run_id']}.")
        else:
            if not options["paths"]:
                raise CommandError("Say which files or folders to import.")
            job = self._staged(options)
        quiet = options["json"] and not sys.stderr.isatty()
        with _progress(quiet) as bar:
            self._work(job, options["jobs"], bar)
        job.refresh_from_db()
        if options["dry_run"]:
            answer = _planned(job)
            run.cancel(job, at=clock.now())
        else:
            self._bring_up_to_date()
            answer = progress.report(job)
        self._print(answer, options["json"])
        if answer["rejected"]:
            sys.exit(1)

    def _staged(self, options: dict[str, Any]) -> ImportRun:
        said: dict[str, Any] = {"auto": not options["dry_run"], "outlet": options["outlet"]}
        manifest = Path(options["manifest"]) if options["manifest"] else None
        try:
            if manifest is not None:
                said["manifest"] = staging.read_manifest(manifest.read_bytes())
            paths = list(_files(options["paths"], manifest))
            for path, name in paths:
                if "manifest" not in said and staging.is_manifest(name, path.read_bytes()[:1000]):
                    said["manifest"] = staging.read_manifest(path.read_bytes())
                    paths.remove((path, name))
                    break
        except (OSError, ArchiveError) as error:
            raise CommandError(str(error)) from error
        if not paths:
            raise CommandError("There is no file to import at these paths.")
        title = paths[0][1] if len(paths) == 1 else f"{len(paths)} files"
        job = run.create(origin=ImportRun.Origin.COMMAND, title=title, options=said)
        try:
            staging.add_files(job, (staging.NewFile(name, path.read_bytes()) for path, name in paths), at=clock.now())
        except OSError as error:
            job.delete()
            raise CommandError(f"{error.filename}: {error.strerror}.") from error
        run.begin(job)
        return job

    def _work(self, job: ImportRun, jobs: int, bar: Any) -> None:
        """Read and import until nothing is left, with helpers of this command for --jobs above one."""
        helpers = [
            subprocess.Popen(
                [sys.executable, "manage.py", "work_run", str(job.pk)], cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL
            )
            for _ in range(max(jobs, 1) - 1)
        ]
        try:
            work.work_through(job.pk, tick=lambda: bar(job))
        finally:
            for helper in helpers:
                helper.wait()
        bar(job)

    def _bring_up_to_date(self) -> None:
        """See to it that the result can be searched and stands in its stories, here where no worker does it."""
        settle()
        # Stories of a large import follow behind, with a worker or the next command.
        place_waiting(at=clock.now(), limit=_PLACED_AT_ONCE)
        # Placing found who relies on whom; that is searched for too.
        settle()

    def _print(self, answer: dict[str, Any], as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        for item in answer["items"]:
            if item["outcome"] in ("question", "rejected"):
                place = f"{item['file']} ({item['record']})" if item.get("record") else item["file"]
                self.stdout.write(f"{item['outcome']}: {place}: {item['reason']} {item.get('mend', '')}".rstrip())
        self.stdout.write(
            f"Run {answer['run']}: {answer['created']} new articles, {answer['new_versions']} new versions,"
            f" {answer['unchanged']} known ones captured again, {answer['questions']} questions,"
            f" {answer['rejected']} rejected."
        )
        if answer["questions"]:
            self.stdout.write(f"Answer the questions at {settings.SITE_URL}/admin/imports/{answer['run']}/")


def _files(paths: list[str], manifest: Path | None) -> Iterator[tuple[Path, str]]:
    """Yield the files to import with the names they are known by; what is no article in a folder is passed over."""
    for given in paths:
        root = Path(given)
        if not root.exists():
            raise CommandError(f"{given} does not exist.")
        if not root.is_dir():
            yield root, root.name
            continue
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root).as_posix()
            if not path.is_file() or any(part.startswith(".") for part in path.relative_to(root).parts):
                continue
            if path.stem.lower().startswith(_PASSED_OVER) and path.suffix.lower() in ("", ".md", ".txt", ".rst"):
                continue
            if manifest is not None and path.resolve() == manifest.resolve():
                continue
            yield path, name


def _planned(job: ImportRun) -> dict[str, Any]:
    """Return the report of a run that only was to show what it would do."""
    preview.plan_run(job)
    answer = progress.report(job)
    plans = dict(job.items.values_list("position", "plan"))
    for item, position in zip(answer["items"], sorted(plans), strict=True):
        plan = plans[position]
        if item["outcome"] != ImportItem.Outcome.REJECTED:
            item |= {
                "outcome": plan.get("outcome", ""),
                "article": plan.get("article"),
                "reason": plan.get("reason", ""),
            }
    counted = [item["outcome"] for item in answer["items"]]
    names = {"created": "created", "new_versions": "new_version", "unchanged": "unchanged", "questions": "question"}
    return answer | {key: counted.count(value) for key, value in names.items()}


def _progress(quiet: bool) -> Any:
    """Return a context that gives a function which draws how far a run is, on standard error."""
    if quiet:
        return nullcontext(lambda job: None)
    return _Bar()


class _Bar:
    """Two bars on standard error: files read and items imported."""

    def __enter__(self) -> Any:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._progress.start()
        self._reading = self._progress.add_task("read", total=None)
        self._importing = self._progress.add_task("imported", total=None)
        return self._draw

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def _draw(self, job: ImportRun) -> None:
        job.refresh_from_db(fields=["state"])
        now = progress.progress(job)
        self._progress.update(self._reading, total=now.files, completed=now.files_read)
        self._progress.update(self._importing, total=now.items or None, completed=now.items - now.ready)
