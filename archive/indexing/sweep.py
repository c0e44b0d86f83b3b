"""Proves the index: what it holds and what the database says it should hold are the same set.

The promise: article, version, content hash, whether it is the current one and whether only some may see it are
compared on both sides, every one of them; a repair touches only what differs.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from archive import clock
from archive.engine import search_engine
from archive.models import IndexEntry, Version
from archive.search import EngineError, IndexMissing, SearchEngine

from .documents import article_documents, expected_entries
from .drain import DRAIN_LOCK, advisory_lock
from .rebuild import rebuild

CHUNK = 2000
HASHED = 32


@dataclass
class Report:
    """What a sweep found. Names of versions are "article:version"; `waiting` articles are on their way and no fault."""

    engine: str
    generation: str = ""
    expected: int = 0
    held: int = 0
    missing: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    waiting: int = 0
    damage: list[str] = field(default_factory=list)
    fixed: int = 0
    rebuilt: bool = False

    @property
    def whole(self) -> bool:
        """Whether nothing is amiss."""
        return not (self.missing or self.surplus or self.different or self.damage)

    def as_json(self) -> dict:
        """Return the report for machines."""
        return {"whole": self.whole, **asdict(self)}

    def in_words(self) -> str:
        """Return the report for people, with what to do."""
        lines = [
            f"{self.engine} {self.generation}: {self.held} versions in the index, {self.expected} in the database."
        ]
        lines += self.damage
        for name, keys in (("missing", self.missing), ("surplus", self.surplus), ("different", self.different)):
            if keys:
                lines.append(f"{len(keys)} {name}: {', '.join(keys[:20])}{' …' if len(keys) > 20 else ''}")
        if self.waiting:
            lines.append(f"{self.waiting} articles wait to be indexed.")
        if self.fixed:
            lines.append(f"{self.fixed} articles were repaired.")
        if self.rebuilt:
            lines.append("The index was rebuilt.")
        lines.append(
            "The index is whole." if self.whole else "The index is not whole; run: manage.py check_index --fix"
        )
        return "\n".join(lines)


def check(*, fix: bool = False, engine_name: str | None = None) -> Report:
    """Compare the index with the database; with `fix`, repair the differences and compare again."""
    report = _compare(engine_name)
    if report.whole or not fix:
        return report
    if report.damage:
        rebuild(engine_name)
        again = _compare(engine_name)
        again.rebuilt = True
        return again
    articles = sorted({int(name.split(":")[0]) for name in report.missing + report.surplus + report.different})
    with advisory_lock(DRAIN_LOCK, wait=True):
        for at in range(0, len(articles), CHUNK):
            search_engine(engine_name).replace(article_documents(articles[at : at + CHUNK], clock.now()))
    again = _compare(engine_name)
    again.fixed = len(articles)
    return again


def _compare(engine_name: str | None) -> Report:
    engine = search_engine(engine_name)
    report = Report(engine=engine.name)
    report.damage = engine.verify() if _begun(engine) else []
    # What begins to wait while the two sides are read is on its way, so the outbox is read before and after.
    waiting = _waiting()
    held: dict[tuple[int, int], tuple[str, bool, bool]] = {}
    doubled: set[tuple[int, int]] = set()
    if not report.damage and _begun(engine):
        try:
            report.generation = engine.statistics().generation
            for entry in engine.entries():
                key = (entry.article, entry.version)
                if key in held:
                    doubled.add(key)
                held[key] = (entry.content_hash[:HASHED], entry.current, entry.restricted)
        except EngineError as error:
            report.damage = [str(error)]
    if report.damage:
        return report
    report.held = len(held) + len(doubled)
    different, missing = set(doubled), set()
    for article, version, digest, current, restricted in expected_entries(clock.now()):
        report.expected += 1
        found = held.pop((article, version), None)
        if found is None:
            missing.add((article, version))
        elif found != (digest[:HASHED], current, restricted):
            different.add((article, version))
    waiting |= _waiting()
    report.waiting = len(waiting)
    report.missing, report.surplus, report.different = (
        [f"{article}:{version}" for article, version in sorted(keys) if article not in waiting]
        for keys in (missing, set(held), different)
    )
    return report


def _begun(engine: SearchEngine) -> bool:
    """Say whether there should be an index: an archive that never held an article needs none."""
    try:
        engine.languages()
    except IndexMissing:
        return Version.objects.exists()
    except EngineError:
        return True
    return True


def _waiting() -> set[int]:
    return set(IndexEntry.objects.waiting().values_list("article_id", flat=True))
