"""Parsed articles as plain JSON, to be compared with the expected files beside the samples."""

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

from archive.formats import registry
from archive.formats.base import ParsedArticle, ReadContext, Rejected

SAMPLES = Path(__file__).resolve().parent / "samples"
CAPTURED_AT = datetime(2026, 4, 1, 12, tzinfo=UTC)


def as_json(path, **context):
    """Return what the registry reads from a sample: a list of objects with their non-empty fields."""
    path = SAMPLES / path
    read = registry.read(path.read_bytes(), ReadContext(captured_at=CAPTURED_AT, file_name=path.name, **context))
    return [_article(found) if isinstance(found, ParsedArticle) else _rejected(found) for found in read]


def _article(article):
    found = {}
    for field in dataclasses.fields(article):
        value = getattr(article, field.name)
        if field.name == "published":
            if value.value or value.printed:
                found["published"] = {
                    name: _plain(getattr(value, name))
                    for name in ("value", "precision", "zone", "printed", "where", "rule")
                }
                lost = [f"{c.value} ({c.origin}): {c.lost_because}" for c in value.candidates if c.lost_because]
                found["published"]["lost"] = lost
        elif field.name == "candidates":
            offers = {name: [c.value for c in values] for name, values in value.items() if len(values) > 1}
            found |= {"candidates": offers} if offers else {}
        elif field.name == "body":
            found["body"] = value.split("\n") if value else []
        elif field.name == "tags":
            found["tags"] = [f"{tag.kind}: {tag.name}" + (f" [{tag.code}]" if tag.code else "") for tag in value]
        elif field.name == "raw":
            found |= {"has_raw": True} if value else {}
        elif field.name == "lines":
            found |= {"lines": [f"{line.role}: {line.text} ({line.reason})" for line in value]} if value else {}
        elif value not in ("", (), None, False):
            found[field.name] = _plain(value)
    return found


def _plain(value):
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _rejected(rejected: Rejected):
    return {"rejected": rejected.record, "reason": rejected.reason, "mend": rejected.mend}


def samples():
    """Return the samples that have an expected file beside them."""
    return sorted(path.with_name(path.name.removesuffix(".expected.json")) for path in SAMPLES.rglob("*.expected.json"))


if __name__ == "__main__":
    folders = (
        "nitf",
        "newsml1",
        "newsml_g2",
        "ninjs",
        "feed",
        "json",
        "table",
        "document",
        "press_export",
        "eml",
    )
    for folder in folders:
        for sample in sorted((SAMPLES / folder).iterdir()):
            if not sample.name.endswith(".expected.json"):
                text = json.dumps(as_json(sample.relative_to(SAMPLES)), ensure_ascii=False, indent=1)
                sample.with_name(f"{sample.name}.expected.json").write_text(f"{text}\n", encoding="utf-8")
