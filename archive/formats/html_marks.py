"""What a page says of its article outside of running text: the outlet's own identifier, and the visible list of tags."""

# ruff: noqa: E501 - tables of names and patterns

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from archive.formats.html_jsonld import Node
from archive.formats.html_tree import Element, text_of
from archive.text.normalize import same_key

# Fields that content systems write the number of an article into; the outlet is part of what makes it unique.
_ID_META = (
    "cxenseparse:articleid", "cxenseparse:recs:articleid", "articleid", "article-id", "article_id", "article:id",
    "cms-article-id", "itemprop:cms-article-id", "brightspot.contentid", "contentid", "content-id", "content_id",
    "sailthru.content_id", "parsely-post-id", "storyid", "story-id", "story_id", "arc-id", "itemprop:identifier",
    "dc.identifier", "dcterms.identifier", "identifier",
)  # fmt: skip
_IDENTIFIER = re.compile(r"(?=.*\d)[^\s<>\"]{4,200}")
_ISSN = re.compile(r"(?:issn[:\s]*)?\d{4}-\d{3}[\dx]", re.I)
_SHORT = re.compile(r"[?&]p=\d+$")
_LIST_CLASS = re.compile(
    r"(?:^|[-_\s])(?:article|post|story|entry|content|page|news|single|c|m|o|js)?[-_]*(?:tags?|topics?|keywords?|themen|schlagw(?:oe|ö)rter|etiquetas|sujets|temas|argomenti)"
    r"(?:[-_]*(?:list|links|items?|container|wrapper|box|block|section|cloud|area|group|bar|row|line|module))*(?:[-_\s]|$)",
    re.I,
)
_NOT_LIST_CLASS = re.compile(
    r"menu|nav|header|trending|popular|sidebar|related|recirc|teaser|ticker|hot|most|follow|ads?(?:$|[-_])", re.I
)
_LABEL = re.compile(
    r"^\W*(?:tags?|topics?|keywords?|filed under|more on|read more about|in this story|related topics|(?:more on these )?topics"
    r"|themen|schlagw(?:ö|oe)rter|stichw(?:ö|oe)rter|mehr zum thema|etiquetas|temas|mots[- ]cl(?:é|e)s|sujets|th(?:é|e)matiques|tag|argomenti"
    r"|trefwoorden|onderwerpen|tagi|tematy|słowa kluczowe|témata|štítky|címkék|ämnen|emner|avainsanat|aiheet|etiketler|konular"
    r"|теги|метки|темы|тэги|мітки|ключевые слова|关键词|标签|關鍵字|タグ|キーワード|태그|الكلمات المفتاحية|وسوم|תגיות)\s*[:：]?\s*$",
    re.I,
)
_MARKS = ("class", "id", "data-testid", "data-component", "data-qa", "aria-label")
_LABELS = frozenset(("span", "p", "div", "strong", "b", "h2", "h3", "h4", "h5", "h6", "dt", "li", "label"))
_FOOT = re.compile(r"(?:^|[-_\s])(?:page|site|main|global)?[-_]?footer(?:[-_\s]|$)", re.I)
_AREAS = frozenset(("nav", "header", "aside"))
_MOST = 25
_LONGEST = 60


def identifier(root: Element, node: Node | None, metas: Mapping[str, Sequence[str]], url: str) -> str:
    """Return the outlet's own identifier of the article, "" when the page gives none that tells it from others.

    A short link with the number of a post goes first: feeds give the same one as their guid.
    """
    for link in root.iter("link"):
        if "shortlink" in (link.get("rel") or "").lower().split() and _SHORT.search(link.get("href") or ""):
            return str(link.get("href")).strip()
    offers = [*_told(node), *(value for name in _ID_META for value in metas.get(name, [])[:1])]
    own = node.get("@id") if node is not None else None
    if isinstance(own, str) and (own.startswith(("urn:", "tag:")) or ("/" not in own and "#" not in own)):
        offers.append(own)
    return next((offer for offer in map(str.strip, offers) if _is_identifier(offer, url)), "")


def _told(node: Node | None) -> Iterator[str]:
    told = node.get("identifier") if node is not None else None
    for value in told if isinstance(told, list) else [told]:
        if isinstance(value, dict):
            value = value.get("value") or value.get("@value") or value.get("@id")
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            yield str(value)


def _is_identifier(value: str, url: str) -> bool:
    if not _IDENTIFIER.fullmatch(value) or _ISSN.fullmatch(value):
        return False
    # An address in the place of an identifier says no more than the address of the page does.
    return not value.startswith(("http://", "https://", "//", "/")) and value != urlsplit(url).hostname


def tag_list(root: Element) -> list[str]:
    """Return the names in the list of tags that readers see below the headline, in order, [] when there is none."""
    below = root.find(".//h1") is None
    for element in root.iter("*"):
        if not below:
            below = element.tag == "h1"
            continue
        marks = [value for name in _MARKS if (value := element.get(name))]
        # Looked for in all of them at once first: most elements have marks, and few of them one of these.
        listed = bool(marks) and _LIST_CLASS.search("\n".join(marks)) is not None
        if listed and any(_LIST_CLASS.search(mark) and not _NOT_LIST_CLASS.search(mark) for mark in marks):
            if names := _links(element):
                return names
        elif element.tag in _LABELS and len(element) < 3 and _LABEL.match(_short_text(element)):
            for place in (element.getnext(), element.getparent()):
                if place is not None and (names := _links(place, text_of(element))):
                    return names
    return []


def _short_text(element: Element) -> str:
    return "".join(element.itertext(with_tail=False))[:80]


def _links(element: Element, label: str = "") -> list[str]:
    """Return the texts of the links of an element that holds little else; [] for menus and for lists of articles."""
    if element.tag in ("body", "html", "a", "article", "main") or _in_furniture(element):
        return []
    found = [text_of(link) for link in (element.iter("a") if element.tag != "a" else [element])]
    names = [name.strip(" #,;") for name in found if name.strip(" #,;")]
    if not names or len(names) > _MOST or any(len(name) > _LONGEST or len(name.split()) > 7 for name in names):
        return []
    linked = len(same_key("".join(found)))
    whole = len(same_key(text_of(element))) - len(same_key(label))
    return list(dict.fromkeys(names)) if linked >= 0.7 * max(whole, 1) else []


def _in_furniture(element: Element) -> bool:
    """Say whether an element stands in a menu, beside the article or at the foot of the page."""
    foot = _is_foot(element)
    for above in element.iterancestors():
        if above.tag in _AREAS:
            return True
        # An article has a foot of its own, where its tags often stand.
        if foot and above.tag in ("article", "main"):
            return False
        foot = foot or _is_foot(above)
    return foot or element.tag in _AREAS


def _is_foot(element: Element) -> bool:
    return element.tag == "footer" or bool(_FOOT.search(f"{element.get('class', '')} {element.get('id', '')}"))
