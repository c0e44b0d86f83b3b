"""A small fictional newsroom for the tests of importing: page dumps, wire stories, and helpers that bring them in."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from archive import clock
from archive.importing import progress, run, staging, work
from archive.models import ImportItem, ImportRun

SEEDS = Path(__file__).resolve().parents[4] / "shared" / "seeds"

PARAGRAPHS = [
    "The harbor council of Gull Bay voted on Tuesday to reopen the northern ferry line after eleven years of silence. "
    "Nine of its thirteen members were in favor, and the mayor said that the vote ended a long quarrel.",
    "Two vessels will cross the strait four times a day, and the first departure is planned for the last week of May. "
    "A single crossing will cost four crowns, half of what the old line had asked in its last summer.",
    "Fishermen had warned that the wash of the larger boats could damage the mussel banks near the old breakwater. "
    '"We have nothing against the ferry, but it must go slowly past the banks," said the head of their guild.',
    "The council promised a speed limit of eight knots inside the bay and an independent survey in the autumn. "
    "If the survey finds any harm to the banks, the timetable is to be thinned out before the winter.",
]


def wire(guid: str, headline: str, paragraphs: Sequence[str] = PARAGRAPHS, **more: Any) -> bytes:
    """Return a ninjs 1 story, such as an agency sends."""
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    story = {
        "uri": guid,
        "type": "text",
        "headline": headline,
        "body_html": body,
        "language": "en",
        "provider": "Northern Wire",
        "pubstatus": "usable",
        "versioncreated": "2021-05-01T09:30:00Z",
        "firstcreated": "2021-05-01T09:30:00Z",
    }
    return json.dumps(story | more).encode()


def page_dump(headline: str, paragraphs: Sequence[str], *, date: str = "1 May 2021") -> bytes:
    """Return a whole page of the Gull Bay Gazette as "save as text" gives it."""
    menu = ["Gull Bay Gazette", "", "  • News", "  • Sport", "  • Opinion", "  • Subscribe", ""]
    head = [headline, "", "  • By Ada Finch", f"  • {date} 09:30", ""]
    text = [line for paragraph in paragraphs for line in (paragraph, "")]
    foot = [
        "Most Read",
        "",
        "Old pier to be sold",
        "",
        "Harbor lights",
        "",
        "  • About us",
        "  • Contact",
        "  • Privacy",
    ]
    return "\n".join([*menu, *head, *text, *foot]).encode()


def rows(count: int, *, outlet: str = "Northern Wire", first: int = 0) -> bytes:
    """Return JSON Lines with so many different short stories."""
    out = []
    for number in range(first, first + count):
        body = f"Crate {number} was unloaded at pier {number % 7} of Gull Bay. " + " ".join(
            f"word{(number * 31 + place * 17) % 997}" for place in range(40)
        )
        story = {
            "id": f"crate-{number}",
            "outlet": outlet,
            "title": f"Crate {number} arrives",
            "date": "2021-05-01T09:30:00",
            "body": body,
        }
        out.append(json.dumps(story))
    return "\n".join(out).encode()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of these files, in this order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def staged(files: Mapping[str, bytes], *, auto: bool = True, **options: Any) -> ImportRun:
    """Return a run that holds these files and is ready to be read."""
    job = run.create(origin=ImportRun.Origin.COMMAND, options={"auto": auto, **options})
    staging.add_files(job, [staging.NewFile(name, data) for name, data in files.items()], at=clock.now())
    run.begin(job)
    return job


def imported(files: Mapping[str, bytes], **options: Any) -> dict[str, Any]:
    """Import these files at once and return the report."""
    job = staged(files, **options)
    work.work_through(job.pk)
    return progress.report(job)


def previewed(files: Mapping[str, bytes], **options: Any) -> ImportRun:
    """Return a run of these files that waits at its preview."""
    job = staged(files, auto=False, **options)
    while work.read_some(job.pk):
        continue
    job.refresh_from_db()
    return job


def item(job: ImportRun, file: str) -> ImportItem:
    """Return the item of a run that came from this file."""
    return job.items.get(file=file)


def counts(report: Mapping[str, Any]) -> dict[str, int]:
    """Return the counts of a report without those that are zero."""
    names = ("created", "new_versions", "captures", "unchanged", "questions", "rejected")
    return {name: report[name] for name in names if report[name]}
