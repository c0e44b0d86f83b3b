"""Who is the outlet of what arrived: what somebody said, what the page says, whose host it is; else nobody knows.

Whether the text of a held article gives the outlet away is matching's business. What an editor decides here is
remembered as an alias or a host, so that the same question is not asked twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from archive.articles import operations
from archive.articles.content import host_of
from archive.formats.base import OutletHints
from archive.models import Outlet, OutletAlias, OutletDomain, OutletHabit, OutletLine, User
from archive.text.keys import name_key
from archive.text.normalize import line_key


@dataclass(frozen=True, slots=True)
class Finding:
    """Whose article it is, as far as anybody said: a known outlet, or the name of one that is new; and who said so."""

    outlet_id: int | None = None
    name: str = ""
    host: str = ""
    evidence: str = ""


class OutletBook:
    """All names and hosts of outlets, held in memory while one batch after another asks for them."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        self.hosts: dict[str, int] = {}
        self.labels: dict[int, str] = {}
        self.load()

    def load(self) -> None:
        """Read the names and hosts as they are now; merged outlets lead to what they went into."""
        rows = list(Outlet.objects.values_list("id", "name", "merged_into_id"))
        into = {pk: merged or pk for pk, _, merged in rows}
        self.labels = {pk: name for pk, name, _ in rows}
        self.names = {key: into[pk] for key, pk in OutletAlias.objects.values_list("key", "outlet_id")}
        self.hosts = {host: into[pk] for host, pk in OutletDomain.objects.values_list("host", "outlet_id")}

    def named(self, name: str) -> int | None:
        """Return the outlet of this name or alias."""
        return self.names.get(name_key(name)) if name else None

    def at_host(self, host: str) -> int | None:
        """Return the outlet of this host or of a parent of it, the nearest first."""
        labels = host.split(".")
        for start in range(max(len(labels) - 1, 1)):
            found = self.hosts.get(".".join(labels[start:]))
            if found is not None:
                return found
        return None

    def find(self, parsed: Mapping[str, Any], *, said: str = "", url: str = "") -> Finding:
        """Return whose article this is: `said` by a manifest or a person goes first, then the page, then its host."""
        host = host_of(parsed.get("url") or url)
        if said:
            return Finding(self.named(said), said, host, "said by whoever brought it")
        printed = parsed.get("outlet_name", "")
        evidence = parsed.get("outlet_evidence", "") or "named on the page"
        known = self.named(printed)
        if known is not None:
            return Finding(known, printed, host, evidence)
        at_host = self.at_host(host) if host else None
        if at_host is not None:
            return Finding(at_host, self.labels.get(at_host, ""), host, f"the host {host}")
        return Finding(None, printed, host, evidence if printed else "")

    def ensure(self, findings: Iterable[Finding], by: User | None = None) -> None:
        """Make the outlets of these names where they are new; call it inside the transaction that needs them.

        Names are taken in sorted order under a lock each, so that two workers never wait for each other in a circle.
        """
        wanted: dict[str, Finding] = {}
        for one in findings:
            if one.outlet_id is None and name_key(one.name):
                wanted.setdefault(name_key(one.name), one)
        for key in sorted(wanted):
            one = wanted[key]
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7001))", [key])
            outlet = operations.find_outlet(name=one.name)
            if outlet is None:
                free = one.host and not OutletDomain.objects.filter(host=one.host).exists()
                outlet = operations.create_outlet(name=one.name, host=one.host if free else "", by=by)
            self.names[key] = outlet.pk
            self.labels[outlet.pk] = outlet.name
            if one.host:
                self.hosts.setdefault(one.host, outlet.pk)


@transaction.atomic
def remember(*, outlet: Outlet, name: str = "", host: str = "", by: User | None = None) -> None:
    """Keep an editor's word that this printed name, or this host, is that outlet's; a name that is taken stays so."""
    if name and operations.find_outlet(name=name) is None:
        operations.learn_alias(outlet=outlet, name=name, by=by)
    if host and not OutletDomain.objects.filter(host=host).exists():
        operations.learn_host(outlet=outlet, host=host, by=by)


def hints() -> dict[int, OutletHints]:
    """Return what the archive has learnt about each of its outlets, for the formats."""
    names: dict[int, list[str]] = {}
    for outlet_id, name in OutletAlias.objects.values_list("outlet_id", "name"):
        names.setdefault(outlet_id, []).append(name)
    hosts: dict[int, list[str]] = {}
    for outlet_id, host in OutletDomain.objects.values_list("outlet_id", "host"):
        hosts.setdefault(outlet_id, []).append(host)
    furniture: dict[int, set[str]] = {}
    body: dict[int, set[str]] = {}
    lines = OutletLine.objects.filter(undone_at=None).exclude(
        verdict=OutletLine.Verdict.FURNITURE, origin=OutletLine.Origin.MACHINE, seen__lt=OutletLine.FURNITURE_FROM
    )
    for outlet_id, text, verdict in lines.values_list("outlet_id", "text", "verdict"):
        place = furniture if verdict == OutletLine.Verdict.FURNITURE else body
        place.setdefault(outlet_id, set()).add(line_key(text))
    habits: dict[tuple[int, str], tuple[int, str]] = {}
    rows = OutletHabit.objects.filter(undone_at=None).values_list("outlet_id", "field", "picks", "origin")
    for outlet_id, field, picks, origin in rows:
        habits[outlet_id, field] = max(habits.get((outlet_id, field), (0, "")), (picks, origin))
    return {
        outlet.pk: OutletHints(
            name=outlet.name,
            names=tuple(names.get(outlet.pk, ())),
            hosts=tuple(hosts.get(outlet.pk, ())),
            language=outlet.language,
            time_zone=outlet.time_zone,
            headline_origin=habits.get((outlet.pk, "headline"), (0, ""))[1],
            byline_origin=habits.get((outlet.pk, "byline"), (0, ""))[1],
            published_origin=habits.get((outlet.pk, "published_at"), (0, ""))[1],
            furniture=frozenset(furniture.get(outlet.pk, ())),
            body_lines=frozenset(body.get(outlet.pk, ())),
        )
        for outlet in Outlet.objects.filter(merged_into=None)
    }
