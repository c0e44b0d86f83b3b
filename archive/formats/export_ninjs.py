"""Articles written as ninjs 3.0."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from archive.formats.export_article import ExportArticle, fit, uri_of, utc

STANDARD_VERSION = "3.0"
SCHEMA = "http://www.iptc.org/std/ninjs/ninjs-schema_3.0.json"
_LISTS = {"topic": "subjects", "person": "people", "organisation": "organisations", "place": "places"}
_MEDIA_TOPIC = "http://cv.iptc.org/newscodes/mediatopic/"


def ninjs(article: ExportArticle) -> bytes:
    """Return the article as one ninjs object, in UTF-8 on one line."""
    uri = uri_of(article.guid)
    found: dict[str, Any] = {
        "uri": uri,
        "standard": {"name": "ninjs", "version": STANDARD_VERSION, "schema": SCHEMA},
        "type": "text",
        "representationType": "full",
        "version": str(article.version),
        "versionCreated": utc(article.issued_at),
        "pubStatus": article.status,
        "copyrightHolder": article.outlet_name,
        "headlines": [{"role": "main", "contentType": "text/plain", "value": article.headline}],
        "bodies": [
            {
                "role": "main",
                "contentType": "text/html",
                "wordCount": len(article.body.split()),
                "value": "".join(f"<p>{escape(line, quote=False)}</p>" for line in article.paragraphs),
            }
        ],
        "infoSources": [{"name": article.outlet_name}],
    }
    if article.published_at is not None and article.has_instant:
        found["firstCreated"] = utc(article.published_at)
    optional = {
        "language": article.language,
        "by": article.byline,
        "located": article.dateline,
        "slugline": article.slugline,
        "usageTerms": article.usage_terms,
        "edNote": article.editor_note,
        "embargoed": utc(article.embargoed_until) if article.embargoed_until else "",
        "expires": utc(article.usage_expires_at) if article.usage_expires_at else "",
        "urgency": article.urgency,
    }
    found |= {name: value for name, value in optional.items() if value}
    descriptions = [("summary", article.standfirst)] if article.standfirst else []
    descriptions += [("caption", caption) for caption in article.captions]
    if descriptions:
        found["descriptions"] = [
            {"role": role, "contentType": "text/plain", "value": value} for role, value in descriptions
        ]
    for tag in article.tags:
        entry = {"name": tag.name}
        if tag.code.startswith("medtop:"):
            entry["uri"] = f"{_MEDIA_TOPIC}{tag.code.removeprefix('medtop:')}"
        found.setdefault(_LISTS[tag.kind], []).append(entry)
    others = [("guid", article.guid)] if uri != article.guid else []
    others += [("url", article.url)] if article.url and article.url != uri else []
    others += (
        [("published", article.published_at.isoformat())] if article.published_at and not article.has_instant else []
    )
    if others:
        found["altIds"] = [{"role": role, "value": value} for role, value in others]
    return json.dumps(_fit(found), ensure_ascii=False).encode("utf-8")


def _fit(value: Any) -> Any:
    """Return the structure with every text fit to be written."""
    if isinstance(value, str):
        return fit(value)
    if isinstance(value, dict):
        return {name: _fit(inner) for name, inner in value.items()}
    return [_fit(inner) for inner in value] if isinstance(value, list) else value
