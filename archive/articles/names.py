"""The names outlets and tags were known by and are searched by still."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import F

from archive.models import Outlet, OutletAlias, Tag
from archive.search.othernames import OtherNames

TAG_FIELDS = {"person": Tag.Kind.PERSON, "place": Tag.Kind.PLACE, "org": Tag.Kind.ORGANISATION}


def other_names(fields: Collection[str]) -> OtherNames:
    """Return for each of these fields of a query the names that stand for another one: aliases of outlets, outlets and
    tags that were merged into others."""
    found: dict[str, list[tuple[str, str]]] = {}
    if "outlet" in fields:
        aliases = OutletAlias.objects.exclude(name=F("outlet__name")).values_list("name", "outlet__slug")
        merged = Outlet.objects.exclude(merged_into=None).values_list("name", "merged_into__slug")
        found["outlet"] = [*aliases, *merged]
    if asked := {"tag", *TAG_FIELDS} & set(fields):
        rows = list(Tag.objects.exclude(merged_into=None).values_list("name", "merged_into__name", "kind"))
        for field in asked:
            kind = TAG_FIELDS.get(field)
            found[field] = [(name, own) for name, own, of_kind in rows if kind in (None, of_kind)]
    return found
