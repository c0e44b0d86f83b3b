"""Which addresses the archive answers with a page: taken from its own table of addresses, so that no page is forgotten.

Promise: `page_names()` are all names of the table but those that `NOT_PAGES` says are files, data or deeds; `addresses`
fails for a name that it has no address for, which is how a new page is noticed.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import admin
from django.test import RequestFactory
from django.urls import URLPattern, get_resolver, reverse

from archive.models import Tag

from .furnished import Furnished

# Name -> what it answers with instead of a page.
NOT_PAGES = {
    "admin:app_list": "leads to a page",
    "admin:autocomplete": "data for the script of a form",
    "admin:import_act": "a deed",
    "admin:import_bytes": "a file",
    "admin:import_decide": "a deed",
    "admin:import_progress": "data",
    "admin:import_report": "a file",
    "admin:import_upload": "a deed",
    "admin:import_upload_begin": "a deed",
    "admin:import_upload_chunk": "a deed",
    "admin:import_upload_file": "a deed",
    "admin:jsi18n": "a script",
    "admin:login": "the sign-in page under another address",
    "admin:logout": "a deed",
    "admin:view_on_site": "leads to a page",
    "add_source": "a deed",
    "article_diff_choose": "leads to a page",
    "article_merge_find": "leads to a page",
    "article_merge_undo": "a deed",
    "article_split": "a deed",
    "capture_download": "a file",
    "collection_answer": "a deed",
    "collection_ask": "a deed",
    "collection_export": "a file",
    "collection_feed": "a feed",
    "collection_item": "a deed",
    "collection_put_away": "a deed",
    "confirm_claim": "a deed",
    "evidence": "a file",
    "health": "data for a watchman",
    "icon": "leads to a picture",
    "javascript_catalog": "a script",
    "label_merge_undo": "a deed",
    "learn_files": "a file",
    "legal_note": "a deed",
    "load_sample": "a deed",
    "part_wording": "a deed",
    "rule_on_source": "a deed",
    "saved_search_delete": "a deed",
    "saved_search_feed": "a feed",
    "search_feed": "a feed",
    "search_suggest": "data for the search box",
    "set_language": "a deed",
    "sign_out": "a deed",
    "story_edit": "a deed",
    "story_export": "a file",
    "story_graph": "a picture to take away",
    "theme": "a deed",
    "trail_export": "a file",
    "withdraw_confirmation": "a deed",
}


def page_names() -> list[str]:
    """Return the names of all pages of the archive."""
    return sorted(set(_names(get_resolver())) - set(NOT_PAGES))


def _names(resolver, space: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            if one.name:
                yield space + one.name
        else:
            yield from _names(one, f"{space}{one.namespace}:" if one.namespace else space)


def addresses(name: str, world: Furnished) -> list[str]:
    """Return where the page of this name stands in this world, in each state it can be in."""
    if name.startswith(("admin:archive_", "admin:auth_group")):
        return _of_the_admin_panel(name, world)
    return [reverse(name, args=args) + query for args, query in _places(world)[name]]


def _places(world: Furnished) -> dict[str, list[tuple[list[object], str]]]:
    """Return, for each name, the arguments and the query of every address."""
    held, story = world.articles, world.story
    one = held["gazette"]
    item, failed = world.waiting.items.order_by("position").first(), world.done.items.order_by("-position").first()
    tag = Tag.objects.get(name="Ferries")
    person = world.people["reader"]

    def plain(*args: object, query: str = "") -> tuple[list[object], str]:
        return list(args), query

    every_article = [plain(article.pk) for article in held.values()]
    return {
        "admin:auth_user_password_change": [plain(person.pk)],
        "admin:import_item": [plain(item.run_id, item.pk), plain(failed.run_id, failed.pk)],
        "admin:import_paste": [plain()],
        "admin:import_run": [plain(world.waiting.pk), plain(world.done.pk), plain(world.done.pk, query="?show=failed")],
        "admin:import_send": [plain()],
        "admin:import_withdraw": [plain(world.done.pk)],
        "admin:imports": [plain()],
        "admin:index": [plain()],
        "admin:password_change": [plain()],
        "admin:password_change_done": [plain()],
        "alerts": [plain()],
        "article": every_article,
        "article_beside": [plain(one.pk), plain(held["compound"].pk)],
        "article_citation": [plain(one.pk)],
        "article_desk": [plain(one.pk), plain(held["killed"].pk), plain(held["embargoed"].pk)],
        "article_diff": [plain(one.pk, 1, 2), plain(one.pk, 1, 2, query="?view=side")],
        "article_edit": [plain(one.pk)],
        "article_history": [plain(one.pk), plain(held["wire"].pk)],
        "article_merge": [plain(one.pk, held["killed"].pk)],
        "article_related": [plain(one.pk)],
        "article_revert": [plain(one.pk, 1)],
        "article_version": [plain(one.pk, 1)],
        "changes": [plain(), plain(query="?silent=1")],
        "collect": [plain(query=f"?article={one.pk}")],
        "collection": [plain(world.dossier.pk), plain(world.dossier.pk, query="?order=time")],
        "collections": [plain()],
        "dates": [plain()],
        "day": [plain(2031, 5, 4), plain(2031, 5, 20)],
        "health_page": [plain()],
        "home": [plain()],
        "keys": [plain()],
        "learn": [plain()],
        "legal": [plain()],
        "legal_request": [plain(world.request.pk), plain(world.settled.pk)],
        "me": [plain()],
        "outlet": [plain(one.outlet.slug)],
        "outlet_edit": [plain(one.outlet.slug), plain(held["estuary"].outlet.slug)],
        "outlets": [plain(), plain(query="?q=nobody")],
        "patterns": [plain()],
        "quote_family": [plain(story.quote_families.get().pk)],
        "saved_search": [plain(world.search.pk)],
        "saved_searches": [plain()],
        "search": [plain(), plain(query="?q=pier"), plain(query="?q=zeppelin")],
        "search_help": [plain()],
        "side_by_side": [plain(one.pk, held["estuary"].pk)],
        "sign_in": [plain()],
        "stories": [plain(), plain(query="?view=origins"), plain(query="?q=nothing")],
        "story": [plain(story.pk), plain(story.pk, query="?view=compact"), plain(story.pk, query="?outlet=nobody")],
        "story_chronology": [plain(story.pk)],
        "story_provenance": [plain(story.pk)],
        "tag": [plain(tag.pk)],
        "tag_edit": [plain(tag.pk)],
        "tags": [plain(), plain(query="?q=nothing")],
        "trail": [plain()],
        "undated": [plain()],
        "year": [plain(2031)],
    }


def _of_the_admin_panel(name: str, world: Furnished) -> list[str]:
    """Return the address of a page that Django's admin makes for a model; none where nobody may do what it is for."""
    kind = name.partition(":")[2]
    model, panel = next((m, panel) for m, panel in admin.site._registry.items() if kind.startswith(f"{_label(m)}_"))
    page = kind.removeprefix(f"{_label(model)}_")
    request = RequestFactory().get("/")
    request.user = world.people["administrator"]
    if page == "changelist":
        return [reverse(name), f"{reverse(name)}?q=pier"] if panel.search_fields else [reverse(name)]
    if page == "add":
        return [reverse(name)] if panel.has_add_permission(request) else []
    first = model._default_manager.order_by("pk").first()
    assert first is not None, f"The furnished world holds no {model.__name__}: put one there."
    if page == "delete" and not panel.has_delete_permission(request, first):
        return []
    return [reverse(name, args=[first.pk])]


def _label(model) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"
