"""What the import pages show of an item: the article as it would be imported, its evidence, and the choices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from archive.formats.rows import FIELDS
from archive.importing import decisions
from archive.importing.progress import Progress
from archive.importing.sentences import said
from archive.models import ImportItem, ImportRun, Version
from archive.text.diff import diff_texts

State, Outcome = ImportItem.State, ImportItem.Outcome

BADGES = {
    "created": "good",
    "new_version": "info",
    "unchanged": "",
    "question": "caution",
    "rejected": "bad",
    "left_out": "",
}

# Filter of the run page -> (label, how many).
FILTERS: dict[str, tuple[Any, Callable[[Progress], int | None]]] = {
    "": (_("All"), lambda now: now.items),
    "created": (_("New articles"), lambda now: now.outcomes.get("created") or None),
    "new_version": (_("New versions"), lambda now: now.outcomes.get("new_version") or None),
    "unchanged": (_("Known already"), lambda now: now.outcomes.get("unchanged") or None),
    "question": (_("Questions"), lambda now: now.questions),
    "failed": (_("Failed"), lambda now: now.failed),
    "left_out": (_("Left out"), lambda now: now.left_out),
}


def filtered(job: ImportRun, name: str) -> QuerySet[ImportItem]:
    """Return the items of a run that a filter shows, in the order of the files."""
    rows = job.items.order_by("position")
    if name == "question":
        return rows.filter(state=State.QUESTION)
    if name == "failed":
        return rows.filter(state=State.FAILED)
    if name == "left_out":
        return rows.filter(state=State.LEFT_OUT)
    if name in FILTERS and name:
        return rows.filter(outcome=name) | rows.filter(state=State.READY, plan__outcome=name)
    return rows


def counts(job: ImportRun, now: Progress) -> dict[str, int | None]:
    """Return how many items each filter shows; those that are only planned yet count as what they would become."""
    planned: dict[str, int] = {}
    if job.state == ImportRun.State.PREVIEW:
        rows = job.items.filter(state=State.READY).values_list("plan__outcome").annotate(Count("id")).order_by()
        planned = {outcome: count for outcome, count in rows if outcome}
    found = {name: count(now) for name, (_label, count) in FILTERS.items()}
    for outcome, count in planned.items():
        if outcome in found:
            found[outcome] = (found[outcome] or 0) + count
    return found


def questions_by_name(job: ImportRun) -> list[dict[str, Any]]:
    """Return the names that pages print for outlets the archive does not know, with how many items print each."""
    rows = (
        job.items.filter(state=State.QUESTION, plan__ask="outlet")
        .exclude(plan__outlet_name="")
        .values_list("plan__outlet_name")
        .annotate(Count("id"))
        .order_by("plan__outlet_name")[:100]
    )
    return [{"name": name, "count": count} for name, count in rows if name]


def tables(job: ImportRun) -> list[dict[str, Any]]:
    """Return the tables of a run with their columns, what each is taken for, and a first value to tell by."""
    out = []
    for pk, table in job.options.get("tables", {}).items():
        first = table["sample"][0] if table["sample"] else []
        columns = [
            {
                "place": place,
                "name": name,
                "field": table["columns"].get(name, ""),
                "example": first[place][:80] if place < len(first) else "",
            }
            for place, name in enumerate(table["names"])
        ]
        out.append({"pk": pk, "file": table["file"], "columns": columns, "fields": FIELDS})
    return out


def item_view(item: ImportItem, *, whole: bool = False) -> dict[str, Any]:
    """Return what a card shows of an item; `whole` adds the form's values and the difference to each candidate."""
    outcome = item.outcome or item.plan.get("outcome", "")
    view: dict[str, Any] = {
        "row": item,
        "outcome": outcome,
        "label": Outcome(outcome).label if outcome in Outcome.values else item.get_state_display(),
        "badge": BADGES.get(outcome, ""),
        "reason": item.reason or item.plan.get("reason", ""),
        "is_open": item.state in (State.READY, State.QUESTION) and item.outcome != Outcome.REJECTED,
        "is_question": item.state == State.QUESTION,
        "is_left_out": item.state == State.LEFT_OUT,
        "ask": item.plan.get("ask", ""),
    }
    if not item.parsed:
        return view
    article = decisions.as_corrected(item)
    reading = article.published
    restored = set(item.decision.get("restored", ()))
    lines = [
        {
            "number": line.number,
            "text": line.text,
            "role": line.role,
            "reason": line.reason,
            "is_body": line.role == "body",
        }
        for line in article.lines
    ]
    view |= {
        "article": article,
        "outlet": item.outlet.name if item.outlet else item.plan.get("outlet_name", ""),
        "outlet_is_new": item.outlet is None and bool(item.plan.get("outlet_name")),
        "outlet_evidence": item.plan.get("outlet_evidence", ""),
        "date": decisions.form_values(article)["published_at"].replace("T", " "),
        "date_precision": reading.precision,
        "date_evidence": ", ".join(said(part) for part in (reading.rule, reading.where) if part),
        "date_lost": reading.candidates,
        "paragraphs": article.body.split("\n") if article.body else [],
        "removed": [line for line in lines if not line["is_body"] and line["role"] not in ("headline", "standfirst")],
        "body_lines": [line for line in lines if line["is_body"]],
        "restored": restored,
        "warnings": article.warnings,
        "candidates": item.plan.get("candidates", []),
    }
    if whole:
        view["values"] = decisions.form_values(article) | {"outlet": view["outlet"]}
        view["choices"] = [_with_difference(one, article) for one in view["candidates"]]
        view["offers"] = {
            name: list(enumerate(found))
            for name, found in article.candidates.items()
            if name in OFFERED and len(found) > 1
        }
    return view


OFFERED = ("headline", "byline", "published_at")


def _with_difference(candidate: dict[str, Any], article: Any) -> dict[str, Any]:
    """Return a candidate with what tells its text from the one that arrived."""
    version = Version.objects.filter(pk=candidate["version_id"]).first()
    if version is None:
        return candidate
    before = "\n".join((version.headline, version.standfirst, version.body))
    after = "\n".join((article.headline, article.standfirst, article.body))
    rows = [row for row in diff_texts(before, after) if row.kind != "same"]
    return candidate | {"rows": rows, "share": round(candidate.get("overlap", 0) * 100)}
