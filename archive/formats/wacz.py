"""WACZ packages: WARC files in a zip, with checksums that are verified."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator

from archive.formats import containers, warc
from archive.formats.base import Budget, Member, ParseError, ReadContext, Rejected


class Wacz:
    """A WACZ package: WARC files in a zip, with checksums that are verified."""

    name = "wacz"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.95 for a zip with a data package."""
        return 0.95 if data.startswith(b"PK") and containers.wrapped_kind(data) == "wacz" else 0.0

    def members(self, data: bytes, context: ReadContext, budget: Budget) -> Iterator[Member | Rejected]:
        """Yield the pages of its WARC files. Raises ParseError when it has none or names no resources."""
        with containers.open_zip(data) as package:
            hashes = _hashes(package)
            names = [name for name in package.namelist() if name.startswith("archive/") and not name.endswith("/")]
            if not names:
                raise ParseError("The WACZ package holds no web archive.", mend="Export the collection again.")
            for name in names:
                try:
                    content = containers.read_entry(package, package.getinfo(name), context.max_bytes, budget)
                except containers.MemberError as error:
                    yield Rejected(name, str(error), error.mend, format="wacz")
                    continue
                expected = hashes.get(name, "")
                if expected.startswith("sha256:") and hashlib.sha256(content).hexdigest() != expected[7:]:
                    why = "The web archive inside the WACZ package does not match its checksum."
                    yield Rejected(name, why, "Export the collection again.", content, "wacz")
                    continue
                try:
                    yield from warc.pages(content, context, budget, name)
                except ParseError as error:
                    yield Rejected(name, str(error), error.mend, content, "wacz")


FORMAT = Wacz()


def _hashes(package: zipfile.ZipFile) -> dict[str, str]:
    try:
        found = json.loads(package.read("datapackage.json"))
        resources = found.get("resources") if isinstance(found, dict) else None
        if isinstance(resources, list):
            return {str(r.get("path")): str(r.get("hash") or "") for r in resources if isinstance(r, dict)}
    except (ValueError, KeyError, RecursionError, zipfile.BadZipFile) as error:
        raise ParseError(
            "The WACZ package is damaged: its data package can't be read.", mend="Export it again."
        ) from error
    return {}
