"""The island pier with something on every page: imports in each state, a dossier, alerts, a legal request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import timedelta

from archive import clock
from archive.articles import collections, legal, merging, operations
from archive.importing import run, staging, work
from archive.importing.sample import FOLDER
from archive.models import (
    Alert,
    Article,
    Collection,
    ColumnMapping,
    ImportRun,
    LegalRequest,
    OutletHabit,
    OutletLine,
    SavedSearch,
    WatchedSource,
)
from archive.tests.web.world import NOW, World, article, make_world

# A table whose second column no rule knows, and a file that nothing can read.
TABLE = b"Title;Blatt;Text\nFerry timetable thins out;Harbor Gazette;The boats sail twice a day.\n"
UNREADABLE = b"PK\x03\x04 not a zip"


@dataclass(frozen=True)
class Furnished(World):
    """The world with one of each thing that has a page."""

    done: ImportRun
    waiting: ImportRun
    dossier: Collection
    search: SavedSearch
    request: LegalRequest
    settled: LegalRequest


def furnish() -> Furnished:
    """Make the world and everything that a page can be about."""
    world = make_world()
    people, held = world.people, world.articles
    at = clock.now()
    search = SavedSearch.objects.create(
        owner=people["administrator"], name="Pier", query="pier", often="daily", is_shared=True, watched_since=at
    )
    for name, event in (("gazette", "changed"), ("estuary", "new"), ("arabic", "stops")):
        version = held[name].current_version
        Alert.objects.create(search=search, article=held[name], version=version, event=event, created_at=at)
    dossier = collections.create(
        name="The pier, for Sunday", description="What we ask the port authority.", by=people["administrator"], at=at
    )
    chosen = [held["gazette"], held["arabic"], held["wire"]]
    collections.add(collection=dossier, articles=chosen, by=people["administrator"], at=at, note="Ask about the piles.")
    collections.ask(
        collection=dossier,
        asker="News desk",
        question="Who knew of the piles, and when?",
        by=people["administrator"],
        at=at,
        due_at=at + timedelta(days=2),
        assignee=people["administrator"],
    )
    request, settled = _requests(world)
    _habits(world)
    _merges(world)
    parts = {field.name: getattr(world, field.name) for field in fields(World)}
    return Furnished(
        **parts,
        done=_imported(people["archivist"]),
        waiting=_waiting(people["archivist"]),
        dossier=dossier,
        search=search,
        request=request,
        settled=settled,
    )


def _imported(by) -> ImportRun:
    job = run.create(origin=ImportRun.Origin.UPLOAD, by=by, title="Two pages", options={"auto": True})
    names = ("coastal-courier-page.txt", "harrow-chronicle.txt")
    files = [staging.NewFile(name, (FOLDER / name).read_bytes()) for name in names]
    staging.add_files(job, [*files, staging.NewFile("broken.zip", UNREADABLE)], at=clock.now())
    run.begin(job)
    work.work_through(job.pk)
    job.refresh_from_db()
    return job


def _waiting(by) -> ImportRun:
    job = run.create(origin=ImportRun.Origin.UPLOAD, by=by, title="What the desk has to decide")
    names = ("nordhavn-daily.txt", "tern-bay-observer.txt", "coastal-courier-clean.txt")
    files = [staging.NewFile(name, (FOLDER / name).read_bytes()) for name in names]
    staging.add_files(job, [*files, staging.NewFile("timetable.csv", TABLE)], at=clock.now())
    run.begin(job)
    _until_read(lambda: work.read_some(job.pk))
    job.refresh_from_db()
    return job


def _until_read(step: Callable[[], bool]) -> None:
    while step():
        continue


def _requests(world: World) -> tuple[LegalRequest, LegalRequest]:
    by = world.people["archivist"]
    open_one = legal.receive(
        requester="Ines Okafor",
        scope=LegalRequest.Scope.REDACT,
        grounds="A private number stands in the text.",
        articles=[world.articles["gazette"]],
        words="sixty-four",
        by=by,
        at=clock.now(),
        due_at=clock.now() + timedelta(days=5),
    )
    hold = legal.receive(
        requester="The court of the islands",
        scope=LegalRequest.Scope.HOLD,
        grounds="A case is pending.",
        articles=[world.articles["estuary"]],
        by=by,
        at=clock.now(),
    )
    legal.warn(article=world.articles["estuary"], text="Do not repeat the engineer's name.", by=by, at=clock.now())
    return open_one, hold


def _habits(world: World) -> None:
    outlet, by = world.articles["gazette"].outlet, world.people["archivist"]
    OutletLine.objects.create(
        outlet=outlet, key="a", text="Home · News · Weather", verdict=OutletLine.Verdict.FURNITURE, learnt_by=by
    )
    OutletHabit.objects.create(outlet=outlet, field="headline", origin="h1", picks=3, learnt_by=by)
    ColumnMapping.objects.create(header_key="a", header=["Title", "Text"], columns={"headline": "Title"}, learnt_by=by)
    WatchedSource.objects.create(
        kind=WatchedSource.Kind.FEED, place="https://gazette.example/feed", outlet=outlet, created_by=by
    )


def _merges(world: World) -> None:
    by = world.people["archivist"]
    twins = [
        article(f"twin-{number}", "Radio Estuary", "School boat sails at seven", "It sails at seven.")
        for number in (1, 2)
    ]
    merging.merge_articles(source=twins[1], target=twins[0], by=by, reason="The same report.", at=NOW)
    operations.find_or_create_outlet(name="Radio Estuary FM")
    source = operations.find_or_create_outlet(name="Radio Estuary FM")
    merging.merge_outlets(source=source, target=world.articles["estuary"].outlet, by=by, reason="One house.", at=NOW)
    assert Article.objects.filter(merged_into__isnull=False).exists()
