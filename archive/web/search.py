"""The search page: query, hits, facets as links that toggle, the picture over time, suggestions, help and feed."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.contrib.syndication.views import Feed
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive import clock
from archive.articles.hits import pending_hidden
from archive.articles.languages import language_name
from archive.articles.searching import SearchPage, search_page
from archive.engine import search_engine
from archive.filters import ORDERS, SearchFilter
from archive.models import User
from archive.search import EngineError, Node, Order, QueryError, has_part, parse, to_string, toggled
from archive.search.nodes import Dates, Phrase, Word
from archive.search.suggest import completions

from . import pictures

PAGE = 20
DEEPEST = 10_000
FEED_SALT = "archive.search.feed"
TITLES = {
    "outlet": gettext_lazy("Outlet"),
    "tag": gettext_lazy("Tag"),
    "person": gettext_lazy("Person"),
    "place": gettext_lazy("Place"),
    "org": gettext_lazy("Organisation"),
    "language": gettext_lazy("Language"),
    "month": gettext_lazy("Month"),
}
EXAMPLES = (
    ("flood barrier", gettext_lazy("articles that hold both words, in any of their forms")),
    ('"flood barrier"', gettext_lazy("the words next to each other, as a phrase")),
    ("flood OR storm", gettext_lazy("at least one of the words; AND binds tighter than OR, parentheses group")),
    ("flood -football", gettext_lazy("the first word, but not the second; NOT does the same")),
    ("=floods", gettext_lazy("exactly this form, not flood or flooding")),
    ("elect* wom?n", gettext_lazy("words that begin so; ? stands for one letter")),
    ("Zelenskyy~1", gettext_lazy("also words that differ by one letter; ~2 for two")),
    ('"minister resigned"~5', gettext_lazy("two words near each other, up to five others between, in any order")),
    ("headline:barrier", gettext_lazy("in the headline; also standfirst: body: quote:")),
    ('by:"Mara Quell"', gettext_lazy("in the byline; source: finds whom an article cites")),
    (
        "outlet:courier tag:floods",
        gettext_lazy("an outlet or a tag with that word in its name; also person: place: org:"),
    ),
    ('tag:="South Quay"', gettext_lazy("a tag with exactly that name")),
    ("date:2024-04-06", gettext_lazy("dated that day; also date:2024-04 and date:2024")),
    ("date:2024-04..2024-06", gettext_lazy("dated within; either side may be left open")),
    (
        'date:"last 30 days"',
        gettext_lazy("also today, yesterday, this week, last month, last year; before: and after:"),
    ),
    ("date:unknown", gettext_lazy("articles without a date")),
    ("lang:fr kind:correction", gettext_lazy("in a language; whose current version is a correction")),
    (
        "change:quote-removed versions:all",
        gettext_lazy("versions from which a quote was removed; change:silent and others"),
    ),
    ("resign versions:all", gettext_lazy("in every version ever published, not only the current ones")),
)


def search(request: HttpRequest) -> HttpResponse:
    """Show what a query finds."""
    text = request.GET.get("q", "").strip()
    asked = SearchFilter(request.GET).chosen()
    if asked["since"] or asked["until"]:
        since, until = (day.isoformat() if day else "" for day in (asked["since"], asked["until"]))
        return redirect(_address(request, q=f"{text} date:{since}..{until}".strip(), since=None, until=None, page=None))
    order = Order(asked["order"] or Order.RELEVANCE)
    context = {
        "section": "search",
        "query": text,
        "orders": [(name, label, _address(request, order=name, page=None)) for name, label in ORDERS],
        "order": str(order),
        "any_words": bool(asked["any"]),
        "examples": EXAMPLES,
    }
    number = int(asked["page"] or 1)
    try:
        page = search_page(
            request.user,
            text,
            order=order,
            offset=min((number - 1) * PAGE, DEEPEST),
            limit=PAGE,
            histogram=True,
            fold_copies=not asked["unfold"],
            any_words_mode=bool(asked["any"]),
            as_of=asked["as_of"],
        )
    except QueryError as error:
        end = error.position + error.length
        marked = (text[: error.position], text[error.position : end], text[end:])
        return render(request, "search/search.html", context | {"error": error, "marked_query": marked}, status=400)
    except EngineError as error:
        return render(request, "search/search.html", context | {"broken": str(error)}, status=503)
    return render(request, "search/search.html", context | _page_context(request, page, number, bool(asked["unfold"])))


def _page_context(request: HttpRequest, page: SearchPage, number: int, unfolded: bool) -> dict[str, object]:
    last = min(number * PAGE, page.groups)
    as_of = page.as_of.isoformat() if page.as_of else None
    return {
        "page": page,
        "facets": _facets(request, page),
        "picture": _picture(request, page),
        "undated_url": _narrowed(request, page.query, Dates("unknown")) if page.undated else "",
        "first": (number - 1) * PAGE + 1,
        "last": last if page.hits else 0,
        "total": page.groups,
        "previous_url": _address(request, page=number - 1 if number > 2 else None, as_of=as_of) if number > 1 else "",
        "next_url": _address(request, page=number + 1, as_of=as_of) if last < page.groups else "",
        "unfolded": unfolded,
        "fold_url": _address(request, unfold=None if unfolded else "1", page=None),
        "folded_away": page.total - page.groups,
        "feed_url": reverse("search_feed", args=[feed_token(request.user, page.text)]) if page.text else "",
        "any_words_url": _address(request, any="1", page=None),
        "suggestion_url": _address(request, q=page.suggestion, page=None) if page.suggestion else "",
        "all_words_url": _address(request, any=None, page=None),
    }


def _address(request: HttpRequest, **changes: object) -> str:
    """Return this page's address with some of its parameters changed; None takes one away."""
    query = {
        name: request.GET[name] for name in ("q", "order", "page", "any", "unfold", "as_of") if name in request.GET
    }
    query |= changes
    return f"{reverse('search')}?{urlencode({name: value for name, value in query.items() if value is not None})}"


def _narrowed(request: HttpRequest, query: Node, part: Node) -> str:
    return _address(request, q=to_string(toggled(query, part)), page=None, any=None, as_of=None)


def _part(facet: str, value: str) -> Node:
    """Return the part of a query that a value of a facet stands for."""
    if facet == "month":
        return Dates(value)
    if facet == "language":
        return Word(value, "lang")
    if facet == "outlet":
        return Word(value, facet, exact=True)
    return Phrase(" ".join(value.split()), facet, exact=True)


def _facets(request: HttpRequest, page: SearchPage) -> list[dict[str, object]]:
    shown: list[dict[str, object]] = []
    for name, values in page.facets.items():
        choices = []
        for value in values:
            part = _part(name, value.value)
            chosen = has_part(page.query, part)
            if value.count < page.total or chosen:
                url = _narrowed(request, page.query, part)
                choices.append(
                    {"label": _in_words(name, value.label), "count": value.count, "url": url, "chosen": chosen}
                )
        if choices:
            shown.append({"title": TITLES[name], "choices": choices, "more_url": ""})
    return shown


def _in_words(facet: str, label: str) -> str:
    """Return what a value of a facet is called: a month or a language in words, anything else as it is."""
    if facet == "language":
        return language_name(label)
    if facet == "month" and len(label) == 7:
        return formats.date_format(date(int(label[:4]), int(label[5:]), 1), "M Y")
    return label


def _picture(request: HttpRequest, page: SearchPage) -> pictures.Histogram | None:
    """Return hits over time by month, or by year when there are more than ten years of them."""
    counts: dict[str, int] = {}
    by_year = len({bar.value[:4] for bar in page.histogram}) > 10
    for bar in page.histogram:
        label = bar.value[:4] if by_year else bar.value
        counts[label] = counts.get(label, 0) + bar.count
    if len(counts) < 2:
        return None
    return pictures.histogram(
        [
            (_in_words("month", name), counts.get(name, 0), _narrowed(request, page.query, Dates(name)))
            for name in _without_gaps(sorted(counts))
        ]
    )


def _without_gaps(names: list[str]) -> list[str]:
    """Return all months, or years, from the first to the last."""
    if len(names[0]) == 4:
        return [f"{year:04d}" for year in range(int(names[0]), int(names[-1]) + 1)]
    first, last = ((int(name[:4]) * 12 + int(name[5:]) - 1) for name in (names[0], names[-1]))
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(first, last + 1)]


def suggest(request: HttpRequest) -> JsonResponse:
    """Answer what could be typed next, from words of what this person may see."""
    text = request.GET.get("q", "")[:200]
    try:
        found = completions(search_engine(), text, pending_hidden(request.user, clock.now()))
    except EngineError:
        found = []
    return JsonResponse({"suggestions": found})


def search_help(request: HttpRequest) -> HttpResponse:
    """Explain the query language with examples to follow."""
    return render(request, "search/help.html", {"section": "search", "examples": EXAMPLES})


def feed_token(user: User, text: str) -> str:
    """Return what stands in the address of a person's feed of a query, so that feed readers need no sign-in."""
    return signing.dumps([user.pk, text], salt=FEED_SALT, compress=True)


class SearchFeed(Feed):
    """The newest hits of a query as Atom, as far as the person whose address it is may see them."""

    feed_type = Atom1Feed
    item_guid_is_permalink = False

    def get_object(self, request: HttpRequest, token: str) -> tuple[User | None, str]:
        """Return whose feed this is and of which query."""
        try:
            user_id, text = signing.loads(token, salt=FEED_SALT)
            parse(text, clock.now().date())
        except (signing.BadSignature, QueryError) as error:
            raise Http404 from error
        return (None if user_id is None else get_object_or_404(User, pk=user_id, is_active=True)), text

    def title(self, asked: tuple[User | None, str]) -> str:
        """Return the query as it was typed."""
        return _("Search: %(query)s") % {"query": asked[1]}

    def link(self, asked: tuple[User | None, str]) -> str:
        """Return the search page."""
        return f"{reverse('search')}?{urlencode({'q': asked[1], 'order': 'newest'})}"

    def items(self, asked: tuple[User | None, str]):
        """Return the newest hits."""
        try:
            return search_page(asked[0], asked[1], order=Order.NEWEST, limit=50, facets=()).hits
        except EngineError:
            return []

    def item_title(self, hit) -> str:
        """Return the headline."""
        return hit.version.headline

    def item_description(self, hit) -> str:
        """Return what warns of the article, and the first snippet."""
        warnings = [f"[{note.text}] " for note in hit.article.warnings]
        said = [text for text, _ in (hit.snippets[0] if hit.snippets else ())]
        return format_html_join("", "{}", ((text,) for text in [*warnings, *said]))

    def item_link(self, hit) -> str:
        """Return the article's page."""
        return hit.article.get_absolute_url()

    def item_guid(self, hit) -> str:
        """Return the version's lasting name."""
        return f"urn:newsroom-archive:article:{hit.article.pk}:version:{hit.version.number}"

    def item_pubdate(self, hit):
        """Return when the article was published, or first held when it is undated."""
        return hit.article.published_at or hit.article.created_at

    def item_updateddate(self, hit):
        """Return when this version was recorded."""
        return hit.version.recorded_at

    def item_author_name(self, hit) -> str:
        """Return the outlet."""
        return hit.article.outlet.name


feed = login_not_required(SearchFeed())
