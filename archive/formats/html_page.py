"""A saved web page becomes one article: what its markup says of itself, and the text a reader would have read.

JSON-LD goes before OpenGraph and other meta elements, those before what stands in the page; every value that lost is
kept with its origin, so that an editor can pick it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archive.formats.base import Candidate, DateReading, Line, ParsedArticle, ParsedTag, ParseError, Post, ReadContext
from archive.formats.dump_patterns import SOURCE
from archive.formats.html_body import read_body
from archive.formats.html_choices import (
    choose_authors,
    choose_headline,
    choose_outlet,
    choose_published,
    choose_tags,
)
from archive.formats.html_jsonld import Node, text_in, types_of
from archive.formats.html_offers import Offers, collect
from archive.formats.html_tree import Block, Element, keyed_blocks, parse_page
from archive.formats.sniff import head_text, is_stray_markup, xml_root
from archive.text.dates import find_dates, is_later_than, read_date
from archive.text.language import guess_language
from archive.text.normalize import clean_line, same_key
from archive.text.sanitize import plain_text

NAME = "html_page"
_MARKS = re.compile(r"<(?:!doctype html|html|head|body|article|meta|title|div|p|h1|script)\b", re.IGNORECASE)
_FURNITURE = {
    "nav": "menu",
    "header": "head of the page",
    "footer": "foot of the page",
    "aside": "aside",
    "form": "form",
    "figcaption": "caption",
    "figure": "caption",
}
_MAX_LEDGER = 3_000


class HtmlPage:
    """A page saved from a browser, whole or only its article."""

    name = NAME

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.9 for a document that opens as HTML, less for fragments and for XHTML without its namespace."""
        text = head_text(data, 16_384)
        start = text.lstrip("\ufeff \t\r\n")[:400].lower()
        if start.startswith("<!doctype html") or re.match(r"(?:<!--.*?-->\s*)*<html\b", start, re.DOTALL):
            return 0.9
        if start.startswith("<?xml"):
            return 0.85 if xml_root(data)[1].lower() == "html" else 0.0
        marks = len({mark.lower() for mark in _MARKS.findall(text)})
        if marks and is_stray_markup(data):
            return 0.1
        if not marks or not start.startswith("<"):
            return 0.25 if marks >= 3 else 0.0
        return 0.7 if file_name.lower().endswith((".html", ".htm", ".xhtml")) else 0.5 if marks > 1 else 0.4

    def read(self, data: bytes, context: ReadContext) -> Iterator[ParsedArticle]:
        """Yield the one article of the page. Raises ParseError."""
        yield read_page(parse_page(data), context)


FORMAT = HtmlPage()


def read_page(root: Element, context: ReadContext) -> ParsedArticle:
    """Return the article of a parsed page, each value with its candidates. Raises ParseError for one without words."""
    # lxml makes an object for each element that is looked at, and forgets it: held here, it is made once for all walks.
    held = list(root.iter())
    offers = collect(root, context.url)
    hints = context.outlet
    url = offers.url or context.url
    blocks = keyed_blocks(root)
    paragraphs = read_body(root, blocks, _told(offers))
    posts = _posts(offers, context)
    language = offers.language or guess_language("\n".join(paragraphs)) or (hints.language if hints else "")
    headline, headlines = choose_headline(offers, hints)
    outlet_name, evidence, outlet_candidates = choose_outlet(offers, url, context.outlets)
    names = [offer.value for offer in offers.outlet] + [outlet_name]
    authors, _, author_candidates = choose_authors(offers, names, hints.byline_origin if hints else "")
    published = choose_published(offers, context.captured_at, language, hints.published_origin if hints else "")
    if published.value is None:
        published = _printed_date(blocks, headline, published, context, language)
    if not paragraphs and not headline and not posts:
        raise ParseError("The page holds no text.", mend="Save it again once it has loaded.")
    paragraphs, standfirst, source_line = _settle(paragraphs, headline, offers)
    ledger, captions = _ledger(blocks, headline, standfirst, source_line, paragraphs)
    del held
    candidates = {
        "headline": headlines,
        "byline": author_candidates,
        "published_at": published.candidates,
        "outlet": outlet_candidates,
    }
    return ParsedArticle(
        format=NAME,
        headline=headline,
        standfirst=standfirst,
        byline=", ".join(authors),
        authors=authors,
        source_line=source_line,
        body="\n".join(paragraphs),
        language=language,
        outlet_name=outlet_name,
        outlet_evidence=evidence,
        url=url,
        guid=offers.guid,
        kind="live_blog" if posts else "article",
        published=published,
        tags=tuple(ParsedTag(tag) for tag in choose_tags(offers)),
        captions=captions,
        posts=posts,
        candidates={name: offered for name, offered in candidates.items() if offered},
        lines=ledger,
        warnings=() if paragraphs or posts else ("No running text was found on this page.",),
    )


def _told(offers: Offers) -> str:
    """Return the text that the page's JSON-LD gives of the article, one paragraph a line, or ""."""
    told = offers.node.get("articleBody") if offers.node is not None else None
    return plain_text(told) if isinstance(told, str) else ""


def _settle(paragraphs: list[str], headline: str, offers: Offers) -> tuple[list[str], str, str]:
    """Return the paragraphs without headline, standfirst and source line, and those two."""
    keys = {same_key(headline)} | {same_key(offer.value) for offer in offers.headline[:8]}
    while paragraphs and same_key(paragraphs[0]) in keys:
        paragraphs = paragraphs[1:]
    source = next((line for line in paragraphs if len(line) < 300 and SOURCE.match(line)), "")
    if source:
        paragraphs = [line for line in paragraphs if line != source]
    standfirst = ""
    described = {same_key(offer.value)[:80] for offer in offers.description if len(offer.value) > 20}
    if len(paragraphs) > 2 and len(paragraphs[0]) < 450 and same_key(paragraphs[0])[:80] in described:
        standfirst, paragraphs = paragraphs[0], paragraphs[1:]
    return paragraphs, standfirst, source


def _printed_date(
    blocks: Sequence[Block], headline: str, published: DateReading, context: ReadContext, language: str
) -> DateReading:
    """Return the first date printed close to the headline, for pages whose markup names none."""
    key = same_key(headline)
    after = None
    for place, (element, text, text_key) in enumerate(blocks):
        if after is None:
            after = place if key and text_key == key else None
            continue
        if place - after > 25:
            break
        if len(text) > 200 or element.tag == "figcaption":
            continue
        for found in find_dates(text, language=language, limit=1):
            if not is_later_than(found, context.captured_at) and not found.weekday_contradicted:
                return DateReading(
                    value=found.value,
                    precision=found.precision,
                    zone=found.zone,
                    printed=found.printed,
                    where="below the headline",
                    rule=found.rule,
                    candidates=(Candidate(found.printed, "below the headline"), *published.candidates),
                )
    return published


def _posts(offers: Offers, context: ReadContext) -> tuple[Post, ...]:
    """Return the stamped entries of a live blog, as its JSON-LD lists them, oldest first."""
    if offers.graph is None:
        return ()
    blog = next((node for _, node in offers.graph.nodes if "LiveBlogPosting" in types_of(node)), None)
    if blog is None:
        return ()
    updates = blog.get("liveBlogUpdate")
    posts = [
        _post(node, context) for node in (updates if isinstance(updates, list) else [updates]) if isinstance(node, dict)
    ]
    posts = [post for post in posts if post.body or post.headline]
    aware = all(post.published.value is not None and post.published.value.tzinfo is not None for post in posts)
    if aware:
        posts.sort(key=lambda post: post.published.value)  # type: ignore[arg-type, return-value]
    return tuple(posts)


def _post(node: Node, context: ReadContext) -> Post:
    body = "\n".join(clean_line(line) for line in plain_text(str(node.get("articleBody") or "")).splitlines())
    printed = text_in(node.get("datePublished"))
    found = read_date(printed) if printed else None
    if found is None or is_later_than(found, context.captured_at):
        return Post(text_in(node.get("headline")), body.strip(), DateReading(printed=printed))
    reading = DateReading(found.value, found.precision, found.zone, found.printed, "JSON-LD liveBlogUpdate", found.rule)
    return Post(text_in(node.get("headline")), body.strip(), reading)


def _ledger(
    blocks: Sequence[Block], headline: str, standfirst: str, source: str, paragraphs: Sequence[str]
) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """Return what became of every stretch of text on the page, numbered in order, and the captions among them."""
    body = {same_key(line) for line in paragraphs}
    whole = "\n".join(same_key(line) for line in paragraphs)
    first_key = same_key(paragraphs[0])[:60] if paragraphs else ""
    lines: list[Line] = []
    captions: list[str] = []
    started = headline_seen = False
    headline_key, standfirst_key, source_key = same_key(headline), same_key(standfirst), same_key(source)
    left = set(body)
    for number, (element, text, key) in enumerate(blocks, 1):
        if number > _MAX_LEDGER:
            break
        if not key:
            continue
        started = started or bool(first_key and key.startswith(first_key))
        if key in body or (len(key) > 40 and key in whole):
            lines.append(Line(number, text, "body"))
            left.discard(key)
        elif key == headline_key and not headline_seen:
            headline_seen = True
            lines.append(Line(number, text, "headline", "headline"))
        elif standfirst and key == standfirst_key:
            lines.append(Line(number, text, "standfirst", "standfirst"))
        elif source and key == source_key:
            lines.append(Line(number, text, "source", "the printed source line"))
        else:
            reason = _reason(element, started, bool(left))
            if reason == "caption" and headline_seen and (left or not started) and len(text) > 15:
                captions.append(text)
                lines.append(Line(number, text, "caption", "caption"))
            else:
                lines.append(Line(number, text, "furniture", reason))
    return tuple(lines), tuple(dict.fromkeys(captions))


def _reason(element: Element, started: bool, unfinished: bool) -> str:
    node = element
    for _ in range(12):
        if node is None:
            break
        if reason := _FURNITURE.get(node.tag):
            return reason
        node = node.getparent()
    if not started:
        return "stands above the article"
    return "not running text" if unfinished else "stands below the article"
