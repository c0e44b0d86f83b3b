"""Safari's .webarchive: a property list with a page and its pictures."""

from __future__ import annotations

import plistlib
from collections.abc import Iterator

from archive.formats import sniff
from archive.formats.base import Budget, Member, ParseError, ReadContext, Rejected


class WebArchive:
    """A page saved by Safari."""

    name = "webarchive"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.97 for a property list with a main web resource."""
        plist = data.startswith(b"bplist0") or b"<plist" in data[:1000]
        return 0.97 if plist and b"WebMainResource" in data else 0.0

    def members(self, data: bytes, context: ReadContext, budget: Budget) -> Iterator[Member | Rejected]:
        """Yield the page. Raises ParseError when the list is damaged."""
        try:
            main = plistlib.loads(data)["WebMainResource"]
            content, address = bytes(main["WebResourceData"]), str(main.get("WebResourceURL", ""))
            encoding = str(main.get("WebResourceTextEncodingName") or "")
        except (plistlib.InvalidFileException, KeyError, TypeError, ValueError, RecursionError, OverflowError) as error:
            raise ParseError("The .webarchive file is damaged.", mend="Save the page again.") from error
        except Exception as error:  # expat's own error class for the XML form
            raise ParseError("The .webarchive file is damaged.", mend="Save the page again.") from error
        budget.charge(len(content))
        yield Member(
            context.file_name.rpartition("/")[2] or "page.html",
            sniff.as_utf8(content, encoding),
            url=address if address.startswith(("http://", "https://")) else "",
            media_type="text/html",
        )


FORMAT = WebArchive()
