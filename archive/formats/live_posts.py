"""Live blogs in structured files: the stamped entries of an item, however its sender names them.

An item is taken for a live blog when it says so (its type, genre or profile), or when a list of it can be nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from archive.formats import blocks, stamps
from archive.formats.base import Post, ReadContext

_LISTS = ("liveblogupdate", "liveblogposts", "liveposts", "posts", "entries", "updates")
_UNMISTAKABLE = frozenset(_LISTS[:3])
_MARKS = ("type", "@type", "kind", "profile", "genre", "genres", "contenttype", "format")
_TEXTS = ("bodyxhtml", "bodyhtml", "body", "articlebody", "contenthtml", "content", "html", "text", "bodytext",
          "description", "message", "value")  # fmt: skip
_HEADLINES = ("headline", "title", "name")
_TIMES = ("publishedat", "published", "datepublished", "firstpublished", "firstcreated", "contentcreated", "timestamp",
          "createdat", "created", "datetime", "time", "pubdate", "date", "versioncreated", "updatedat")  # fmt: skip


def is_live(item: Mapping[str, Any]) -> bool:
    """Say whether an item calls itself a live blog in its type, genre or profile."""
    return any(_says_live(value) for name, value in item.items() if _key(name) in _MARKS)


def posts_of(item: Mapping[str, Any], context: ReadContext) -> tuple[Post, ...]:
    """Return the entries of a live blog, oldest first; () for an item that is none."""
    by_key = {_key(name): value for name, value in item.items()}
    named = is_live(item)
    for name in _LISTS:
        found = by_key.get(name)
        if not isinstance(found, list) or not (named or name in _UNMISTAKABLE):
            continue
        if posts := posts_in([one for one in found if isinstance(one, Mapping)], context):
            return posts
    return ()


def posts_in(entries: Sequence[Mapping[str, Any]], context: ReadContext) -> tuple[Post, ...]:
    """Return these entries as posts, oldest first, those without a word left out."""
    return in_order(post for entry in entries if (post := _post(entry, context)).body or post.headline)


def in_order(posts: Iterable[Post]) -> tuple[Post, ...]:
    """Return posts oldest first; as they came where a stamp lacks its zone."""
    listed = list(posts)
    stamped = [post.published.value for post in listed]
    if all(value is not None and value.tzinfo is not None for value in stamped):
        listed.sort(key=lambda post: post.published.value)  # type: ignore[arg-type, return-value]
    return tuple(listed)


def text_of(posts: Iterable[Post]) -> str:
    """Return what the posts say as one text, so that it is searched, compared and read for quotes like any other."""
    return "\n".join(line for post in posts for line in (post.headline, *post.body.split("\n")) if line)


def _post(entry: Mapping[str, Any], context: ReadContext) -> Post:
    by_key = {_key(name): value for name, value in entry.items()}
    texts = (_string(by_key.get(name)) for name in _TEXTS)
    text = blocks.from_any(next((value for value in texts if value.strip()), ""))
    headline = blocks.plain(next((value for name in _HEADLINES if (value := _string(by_key.get(name)))), ""))
    printed = next((value for name in _TIMES if (value := _string(by_key.get(name)))), "")
    return Post(headline, text.body, stamps.read_printed(printed, where="stamp of the post", context=context))


def _string(value: Any) -> str:
    if isinstance(value, Mapping):
        value = next((value[name] for name in ("value", "text", "html", "rendered") if name in value), "")
    if isinstance(value, list):
        return "\n".join(filter(None, map(_string, value)))
    return value if isinstance(value, str) else ""


def _says_live(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_says_live, value.values()))
    if isinstance(value, list):
        return any(map(_says_live, value))
    return isinstance(value, str) and "liveblog" in "".join(filter(str.isalpha, value.lower()))


def _key(name: str) -> str:
    return str(name).lower().replace("_", "").replace("-", "")
