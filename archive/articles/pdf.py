"""A readable PDF of one article with its versions and trail, set in the archive's own typeface."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.contrib.staticfiles import finders
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from archive.models import Article, Capture, TrailEntry, Version

from .citation import citation_text, printed_date

FACE = "source-serif-4-latin-opsz-normal"
FALLBACKS = (
    "source-serif-4-latin-ext-wght-normal",
    "source-serif-4-cyrillic-wght-normal",
    "source-serif-4-cyrillic-ext-wght-normal",
    "source-serif-4-greek-wght-normal",
    "source-serif-4-vietnamese-wght-normal",
    "noto-naskh-arabic-arabic-wght-normal",
)
RIGHT_TO_LEFT = ("ar", "fa", "he", "ur")


def article_pdf(
    article: Article,
    versions: Sequence[Version],
    captures: Sequence[Capture],
    trail: Sequence[TrailEntry],
    *,
    at: datetime,
) -> bytes:
    """Return the PDF. Scripts that the packaged typefaces lack are left blank here and stand whole in record.json."""
    page = _Page()
    page.title(article.outlet.name, versions[-1].headline if versions else "", printed_date(article))
    if article.current_version is not None:
        page.note(citation_text(article, article.current_version))
    page.note(f"Printed {at:%Y-%m-%d %H:%M} UTC. Status: {article.get_status_display()}. {article.status_reason}")
    for version in versions:
        page.section(f"Version {version.number}: {version.get_kind_display()}")
        page.note(f"Recorded {version.recorded_at:%Y-%m-%d %H:%M} UTC. {version.reason}")
        page.note(f"sha256 of the text: {version.content_sha256}")
        right = version.language.split("-")[0] in RIGHT_TO_LEFT
        for text, size in ((version.headline, 15), (version.standfirst, 12), (article.byline_of(version), 9)):
            page.text(text, size, right)
        for paragraph in version.body.split("\n"):
            page.text(paragraph, 10.5, right)
    page.section("Captures")
    for capture in captures:
        page.note(
            f"{capture.captured_at:%Y-%m-%d %H:%M} UTC, {capture.format}, {capture.file or capture.url or 'no name'}"
        )
        page.note(f"sha256: {capture.blob_id}")
    page.section("Trail")
    for entry in trail:
        who = entry.user.get_username() if entry.user else entry.job
        page.note(f"{entry.at:%Y-%m-%d %H:%M} UTC, {who}: {entry.action}. {entry.reason}")
    return page.bytes()


class _Page:
    """The few kinds of line that an evidence sheet has."""

    def __init__(self) -> None:
        self.sheet = FPDF(format="A4")
        self.sheet.set_margins(22, 20)
        self.sheet.set_auto_page_break(True, 20)
        for name, path in _faces().items():
            self.sheet.add_font(name, fname=path)
        self.sheet.set_fallback_fonts(list(FALLBACKS))
        self.sheet.set_text_shaping(True)
        self.sheet.add_page()

    def title(self, outlet: str, headline: str, date: str) -> None:
        self.text(outlet, 10, False)
        self.text(headline, 20, False)
        self.text(date, 10, False)

    def section(self, title: str) -> None:
        self.sheet.ln(4)
        left, width = self.sheet.l_margin, self.sheet.epw
        self.sheet.line(left, self.sheet.get_y(), left + width, self.sheet.get_y())
        self.sheet.ln(2)
        self.text(title, 13, False)

    def note(self, text: str) -> None:
        self.text(text, 8, False)

    def text(self, text: str, size: float, right: bool) -> None:
        if text.strip():
            self.sheet.set_font(FACE, size=size)
            align = "R" if right else "L"
            self.sheet.multi_cell(0, size * 0.5, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            self.sheet.ln(size * 0.12)

    def bytes(self) -> bytes:
        return bytes(self.sheet.output())


@functools.cache
def _faces() -> dict[str, str]:
    """Return the packaged typefaces as files a PDF can embed, made once a process and gone with it."""
    folder = Path(tempfile.mkdtemp(prefix="archive-faces-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = {}
    for name in (FACE, *FALLBACKS):
        found = finders.find(f"archive/fonts/{name}.woff2")
        if not isinstance(found, str):
            raise FileNotFoundError(f"The typeface {name} is missing from static/archive/fonts: restore it.")
        face = TTFont(found)
        face.flavor = None
        if "fvar" in face:
            face = instancer.instantiateVariableFont(face, {a.axisTag: a.defaultValue for a in face["fvar"].axes})
        made[name] = str(folder / f"{name}.ttf")
        face.save(made[name])
    return made
