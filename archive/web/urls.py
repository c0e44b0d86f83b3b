"""The addresses of the archive's pages. Names are what templates and `reverse` use; docs/design.md lists them."""

from __future__ import annotations

from django.urls import path

from . import (
    article,
    collections,
    dates,
    face,
    home,
    legal,
    me,
    outlets,
    patterns,
    search,
    tags,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("articles/<int:pk>/", article.article, name="article"),
    path("articles/<int:pk>/versions/<int:number>/", article.article, name="article_version"),
    path("outlets/", outlets.outlets, name="outlets"),
    path("outlets/<str:slug>/", outlets.outlet, name="outlet"),
    path("tags/", tags.tags, name="tags"),
    path("tags/<int:pk>/", tags.tag, name="tag"),
    path("dates/", dates.dates, name="dates"),
    path("dates/undated/", dates.undated, name="undated"),
    path("dates/<int:year>/", dates.dates, name="year"),
    path("dates/<int:year>/<int:month>/<int:day>/", dates.day, name="day"),
    path("search/", search.search, name="search"),
    path("search/suggest/", search.suggest, name="search_suggest"),
    path("search/help/", search.search_help, name="search_help"),
    path("search/feed/<str:token>/", search.feed, name="search_feed"),
    path("me/", me.me, name="me"),
    path("theme/", face.theme, name="theme"),
    path("keyboard/", face.keys, name="keys"),
    path("patterns/", patterns.patterns, name="patterns"),
    path("collections/", collections.index, name="collections"),
    path("collections/<int:pk>/", collections.detail, name="collection"),
    path("collections/<int:pk>/articles/<int:article_id>/", collections.change_item, name="collection_item"),
    path("collections/<int:pk>/put-away/", collections.put_away, name="collection_put_away"),
    path("collections/<int:pk>/requests/", collections.ask, name="collection_ask"),
    path("collections/<int:pk>/requests/<int:request_id>/", collections.answer, name="collection_answer"),
    path("collections/<int:pk>/export.<str:form>", collections.export, name="collection_export"),
    path("collections/feed/<str:token>/", collections.feed, name="collection_feed"),
    path("collect/", collections.collect, name="collect"),
    path("articles/<int:pk>/citation/", collections.citation, name="article_citation"),
    path("legal/", legal.index, name="legal"),
    path("legal/<int:pk>/", legal.detail, name="legal_request"),
    path("articles/<int:pk>/warning/", legal.warn, name="legal_note"),
    path("articles/<int:pk>/evidence/", legal.evidence, name="evidence"),
]
