"""The page of all components in every state, made of a fictional event: a change of style is seen in one place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.shortcuts import render

from archive.articles.browse import Amount
from archive.models import Article, Outlet, Tag, Version

from . import pictures

OUTLETS = ("Harbor Gazette", "Radio Estuary", "North Quay Wire", "Ledger & Tide")


class SampleForm(forms.Form):
    """A form in which every kind of field stands once."""

    outlet = forms.ChoiceField(choices=[(1, "Harbor Gazette"), (2, "Radio Estuary")], help_text="As the page names it.")
    published = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), required=False)
    headline = forms.CharField()
    note = forms.CharField(widget=forms.Textarea, required=False)


def patterns(request):
    """Show every component in every state."""
    return render(request, "patterns/index.html", _sample())


def _article(pk: int, outlet: str, headline: str, standfirst: str = "", **fields) -> Article:
    held = Outlet(pk=pk, name=outlet, slug="sample")
    article = Article(pk=pk, outlet=held, **fields)
    number = fields.pop("number", 1)
    article.current_version = Version(
        pk=pk, article=article, number=number, headline=headline, standfirst=standfirst, recorded_at=_at(1)
    )
    return article


def _at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2031, 5, day, hour, minute, tzinfo=UTC)


def _articles() -> dict[str, Article]:
    plain = _article(
        1,
        OUTLETS[0],
        "Ferry pier to close for eleven weeks after divers find cracked piles",
        "Harbor masters call it a precaution; islanders ask how their children are to reach school.",
        published_at=_at(4, 6, 40),
        published_precision="instant",
        published_offset=120,
        published_printed="4 May 2031 08:40 CEST",
        language="en",
    )
    changed = _article(
        2,
        OUTLETS[1],
        "Pier closure will last “at least a season”, says engineer",
        published_at=_at(4, 11, 5),
        published_precision="minute",
        published_printed="Sunday 4 May 2031, 11:05",
    )
    changed.version_marks = ["original", "update", "update~", "correction"]
    undated = _article(
        3,
        OUTLETS[2],
        "Wire: Islands face a summer without boats",
        not_before=_at(4),
        not_before_reason="speaks of the closure on Sunday",
    )
    withheld = _article(
        4,
        OUTLETS[3],
        "Contractor named in pier inquiry",
        published_at=_at(6),
        published_precision="day",
        status="withheld",
    )
    killed = _article(
        5,
        OUTLETS[0],
        "Pier “could fall within days”, report claims",
        published_at=_at(5, 7),
        published_precision="minute",
        status="canceled",
    )
    embargoed = _article(
        6,
        OUTLETS[3],
        "Council to vote on a temporary landing stage",
        published_at=_at(7),
        published_precision="inferred",
        embargoed_until=datetime(2999, 1, 1, tzinfo=UTC),
    )
    rtl = _article(
        7,
        "صحيفة المرفأ",
        "إغلاق رصيف العبّارات أحد عشر أسبوعاً بعد العثور على تشققات",
        "سلطات الميناء: إجراء احترازي، وسكان الجزر يسألون عن المدارس.",
        published_at=_at(5, 14, 30),
        published_precision="minute",
        language="ar",
    )
    long_words = _article(
        8,
        "Staatliche Hafenbau- und Küstenschutzverwaltungszeitung für die nördlichen Inseln",
        "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung gilt nun auch für Fährverbindungen",
        published_at=_at(5, 16),
        published_precision="minute",
        language="de",
    )
    live = _article(
        9, OUTLETS[1], "Live: the last boat leaves", published_at=_at(4), published_precision="day", kind="live_blog"
    )
    live.warnings = [SimpleNamespace(text="Do not repeat the skipper's name.")]
    return {
        "live": live,
        "nameless": _article(10, OUTLETS[2], "", published_at=_at(4, 5), published_precision="minute"),
        "plain": plain,
        "changed": changed,
        "undated": undated,
        "withheld": withheld,
        "killed": killed,
        "embargoed": embargoed,
        "rtl": rtl,
        "long_words": long_words,
    }


def _versions() -> list[SimpleNamespace]:
    kinds = ("original", "update", "update", "correction", "revert", "kill", "reinstatement")
    return [
        SimpleNamespace(number=number, kind=kind, get_kind_display=kind, get_absolute_url="#ribbon", silent=number == 3)
        for number, kind in enumerate(kinds, start=1)
    ]


def _days(articles: dict[str, Article]) -> list[dict]:
    def entry(key: str, lane: int, **more) -> dict:
        return {"article": articles[key], "lane": lane, **more}

    return [
        {
            "day": date(2031, 5, 4),
            "entries": [
                entry("plain", 1, role="earliest_held", role_label="earliest held"),
                entry(
                    "undated",
                    3,
                    role="rewrite",
                    role_label="rewrite",
                    by_machine=True,
                    placed="not before 4 May: speaks of the closure on Sunday",
                    why="shares: piles, harbor masters, eleven weeks",
                ),
                entry("changed", 2, role="report", role_label="report", doubt="no zone given: may stand before 08:40"),
            ],
        },
        {
            "day": date(2031, 5, 6),
            "entries": [entry("withheld", 4, role="follow_up", role_label="follow-up", is_new=True)],
        },
    ]


def _diff() -> list[SimpleNamespace]:
    def row(kind: str, label: str, left, right, inline) -> SimpleNamespace:
        return SimpleNamespace(kind=kind, label=label, left=left, right=right, inline=inline)

    return [
        row(
            "changed",
            "Headline",
            [("Ferry pier to close for ", ""), ("nine", "del"), (" weeks", "")],
            [("Ferry pier to close for ", ""), ("eleven", "ins"), (" weeks", "")],
            [("Ferry pier to close for ", ""), ("nine", "del"), ("eleven", "ins"), (" weeks", "")],
        ),
        row(
            "same",
            "",
            [("Divers looked at each of the 64 piles.", "")] * 1,
            [("Divers looked at each of the 64 piles.", "")],
            [("Divers looked at each of the 64 piles.", "")],
        ),
        row(
            "removed",
            "Quote removed",
            [("“We were told in March,” said the engineer.", "del")],
            [],
            [("“We were told in March,” said the engineer.", "del")],
        ),
        row(
            "added",
            "Correction note",
            [],
            [("Correction: an earlier version gave nine weeks.", "ins")],
            [("Correction: an earlier version gave nine weeks.", "ins")],
        ),
        row(
            "moved",
            "Moved up",
            [("The school boat sails at seven.", "")],
            [("The school boat sails at seven.", "")],
            [("The school boat sails at seven.", "")],
        ),
    ]


def _pictures() -> dict[str, object]:
    counts = [(f"{day} May", 3 + (day * 7) % 11 * (day % 3), "#histogram") for day in range(1, 29)]
    events = [
        pictures.Event(_at(4, 6, 40), OUTLETS[0], "Ferry pier to close", "#lanes", mark="first held"),
        pictures.Event(_at(4, 11), OUTLETS[1], "At least a season", "#lanes"),
        pictures.Event(_at(4, 13), OUTLETS[2], "A summer without boats", "#lanes", sure=False),
        pictures.Event(_at(6), OUTLETS[3], "Contractor named", "#lanes"),
        pictures.Event(_at(9, 17), OUTLETS[0], "Landing stage agreed", "#lanes"),
    ]
    nodes = [
        pictures.Node("authority", "Port Authority report", "document", "document", held=False, root=True),
        pictures.Node("officials", "two unnamed officials", "anonymous", "anonymous", held=False, root=True),
        pictures.Node("wire", "North Quay Wire", "relay, not held", "relay", held=False),
        pictures.Node("a", "Ferry pier to close for eleven weeks", "Harbor Gazette", "article", "#graph"),
        pictures.Node("b", "Pier closure will last at least a season", "Radio Estuary", "article", "#graph"),
        pictures.Node("c", "Islands face a summer without boats", "Ledger & Tide", "article", "#graph"),
    ]
    relations = [("authority", "a"), ("authority", "wire"), ("wire", "b"), ("wire", "c"), ("officials", "c")]
    start = date(2031, 1, 1)
    busy = {start + timedelta(days=n): (n * n) % 17 for n in range(300) if n % 5}
    return {
        "few": pictures.histogram([("4 May", 3, ""), ("5 May", 0, ""), ("6 May", 1, "")]),
        "histogram": pictures.histogram(counts, chosen=[f"{day} May" for day in range(8, 20)]),
        "lanes": pictures.lanes(events),
        "graph": pictures.graph(nodes, relations, unsure=[("officials", "c")]),
        "slices": pictures.share([(name, count, "#share") for name, count in zip(OUTLETS, (14, 9, 4, 1), strict=True)]),
        "heat": pictures.heat(2031, busy, lambda day: "#heat"),
    }


def _sample() -> dict[str, object]:
    articles = _articles()
    tags = [
        Tag(pk=1, name="Ferries"),
        Tag(pk=2, name="Ines Okafor", kind="person"),
        Tag(pk=3, name="Tern Island", kind="place"),
    ]
    choices = [
        {"label": name, "count": count, "url": "#facets", "chosen": chosen}
        for name, count, chosen in zip(OUTLETS, (1284, 310, 44, 2), (True, False, False, False), strict=True)
    ]
    empty_form = SampleForm(data={"outlet": "9", "published": "", "headline": ""})
    return {
        "articles": articles,
        "tags": tags,
        "facets": [
            {"title": "Outlet", "choices": choices},
            {"title": "Month", "choices": choices[1:], "more_url": "#facets"},
        ],
        "versions": _versions(),
        "first_version": _versions()[:1],
        "days": _days(articles),
        "last_day": _days(articles)[1:],
        "said": [
            Message(constants.SUCCESS, "Kept."),
            Message(constants.INFO, "The index catches up."),
            Message(constants.WARNING, "Two items wait for a decision."),
            Message(constants.ERROR, "Not kept: somebody else changed it since."),
        ],
        "diff": _diff(),
        "snippets": [[("Divers found cracks in nine of the ", False), ("piles", True), (" under the pier", False)]],
        "form": SampleForm(),
        "bad_form": empty_form,
        "hops": [
            SimpleNamespace(name="Port Authority report", url="", held=False, text="a report seen by the wire"),
            SimpleNamespace(name="North Quay Wire", url="#", held=True, text="North Quay Wire reports"),
            SimpleNamespace(name="Radio Estuary", url="#", held=True, text=""),
        ],
        "lines": [
            SimpleNamespace(number=1, text="Home · News · Weather", role="furniture", reason="menu"),
            SimpleNamespace(number=14, text="Ferry pier to close for eleven weeks", role="headline", reason=""),
            SimpleNamespace(number=15, text="By Our Harbor Desk", role="byline", reason=""),
            SimpleNamespace(
                number=22, text="Most read this week", role="furniture", reason="seen in 12 captures of this outlet"
            ),
        ],
        "amount": Amount(22_000, "about"),
        "facts": [
            ("Outlet", OUTLETS[0]),
            ("Published", "4 May 2031, 08:40"),
            ("Address", "https://gazette.example/pier"),
        ],
        **_pictures(),
    }
