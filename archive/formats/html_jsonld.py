"""The JSON-LD of a page, graph aware: references are resolved, and the node of this page's article is found.

Broken JSON is mended where only its wrapping is broken (comments, CDATA, raw line breaks, a trailing comma).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from archive.formats.html_tree import Element
from archive.text.normalize import same_key
from archive.text.sanitize import plain_text

Node = dict[str, Any]
ARTICLE_TYPES = frozenset(
    [
        "Article",
        "NewsArticle",
        "ReportageNewsArticle",
        "OpinionNewsArticle",
        "AnalysisNewsArticle",
        "BackgroundNewsArticle",
        "ReviewNewsArticle",
        "AskPublicNewsArticle",
        "AdvertiserContentArticle",
        "SatiricalArticle",
        "TechArticle",
        "ScholarlyArticle",
        "BlogPosting",
        "LiveBlogPosting",
        "SocialMediaPosting",
        "Report",
        "Review",
        "DiscussionForumPosting",
        "ClaimReview",
    ]
)
_WEAK_TYPES = frozenset(["WebPage", "ItemPage", "VideoObject", "PodcastEpisode", "CreativeWork", "Recipe", "Product"])
_WRAPPING = re.compile(
    r"^\s*(?:/\*)?\s*(?:<!--|<!\[CDATA\[|//<!\[CDATA\[)?\s*(?:\*/)?|\s*(?:/\*)?\s*(?:-->|\]\]>|//\]\]>)?\s*(?:\*/)?\s*;?\s*$"
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_MAX_NODES = 20_000


class Graph:
    """All nodes of a page's JSON-LD with what is needed to follow their references."""

    def __init__(self, root: Element) -> None:
        self.nodes: list[tuple[int, Node]] = []
        self._by_id: dict[str, Node] = {}
        for script in root.iterfind(".//script[@type]"):
            if "ld+json" in script.get("type", "").lower():
                self._add(_loads(script.text or ""), 0)

    def _add(self, value: object, depth: int) -> None:
        stack: list[tuple[object, int]] = [(value, depth)]
        while stack and len(self.nodes) < _MAX_NODES:
            item, level = stack.pop()
            if isinstance(item, list):
                stack.extend((each, level) for each in reversed(item))
            elif isinstance(item, dict):
                if "@type" in item:
                    self.nodes.append((level, item))
                identity = item.get("@id")
                if isinstance(identity, str) and len(item) > len(self._by_id.get(identity, ())):
                    self._by_id[identity] = item
                for name, each in reversed(list(item.items())):
                    if isinstance(each, (dict, list)):
                        stack.append((each, level if name == "@graph" else level + 1))

    def resolve(self, value: object) -> object:
        """Return the node that `value` refers to when it is nothing but a reference, else `value`."""
        if isinstance(value, dict) and isinstance(value.get("@id"), str) and "name" not in value and len(value) <= 2:
            return self._by_id.get(value["@id"], value)
        return value

    def article(self, address: str, titles: tuple[str, ...]) -> Node | None:
        """Return the node that describes the article of this page: by type, address and headline; None without one."""
        best: tuple[float, Node] | None = None
        keys = {same_key(title) for title in titles if title}
        for place, (level, node) in enumerate(self.nodes):
            kinds = types_of(node)
            if kinds & ARTICLE_TYPES:
                score = 10.0
            elif kinds & _WEAK_TYPES and (node.get("headline") or node.get("datePublished")):
                score = 4.0
            else:
                continue
            score -= 2.0 * level + 0.01 * min(place, 100)
            headline = same_key(text_in(node.get("headline") or node.get("name")))
            if headline and any(headline == key or headline in key or key in headline for key in keys):
                score += 3.0
            elif headline and keys and level:
                score -= 4.0
            if _same_page(address, self._addresses(node)):
                score += 3.0
            score += sum(0.4 for name in ("headline", "datePublished", "author", "articleBody") if node.get(name))
            if best is None or score > best[0]:
                best = (score, node)
        return best[1] if best and best[0] > 0 else None

    def _addresses(self, node: Node) -> Iterator[str]:
        for name in ("url", "mainEntityOfPage", "@id"):
            value = node.get(name)
            if isinstance(value, dict):
                value = value.get("@id") or value.get("url")
            if isinstance(value, str):
                yield value

    def names(self, value: object) -> list[str]:
        """Return the names in an author, publisher, about or keywords value: strings, nodes, references, lists."""
        out: list[str] = []
        stack = [value]
        while stack and len(out) < 100:
            item = self.resolve(stack.pop(0))
            if isinstance(item, list):
                stack = list(item) + stack
            elif isinstance(item, dict):
                found = item.get("name") or item.get("legalName")
                if isinstance(found, (str, list)):
                    stack.insert(0, found)
            elif isinstance(item, str):
                out.append(text_in(item))
        return [name for name in dict.fromkeys(out) if name]


def types_of(node: Mapping[str, Any]) -> set[str]:
    """Return the types of a node without their vocabulary's address."""
    kinds = node.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return {str(kind).rsplit("/", 1)[-1].rsplit("#", 1)[-1].removeprefix("schema:") for kind in listed if kind}


def text_in(value: object) -> str:
    """Return a JSON-LD string as plain text on one line, "" for anything that holds none."""
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, (str, dict)) and each), "")
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name") or ""
    if not isinstance(value, str):
        return ""
    return " ".join(plain_text(value).split())


def _same_page(address: str, others: Iterator[str]) -> bool:
    if not address:
        return False
    path = urlsplit(address).path.rstrip("/")
    return bool(path) and any(urlsplit(other).path.rstrip("/") == path for other in others)


def _loads(source: str) -> object:
    source = source.strip()
    for attempt in (
        lambda: source,
        lambda: _WRAPPING.sub("", source),
        lambda: _TRAILING_COMMA.sub(r"\1", _WRAPPING.sub("", source)),
        lambda: html.unescape(_WRAPPING.sub("", source)),
    ):
        try:
            return json.loads(attempt(), strict=False)
        except (ValueError, RecursionError):
            continue
    # Two documents in one element, or rubbish behind the first.
    try:
        return json.JSONDecoder(strict=False).raw_decode(_WRAPPING.sub("", source))[0]
    except (ValueError, RecursionError):
        return None
