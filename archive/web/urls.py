"""The addresses of the archive's pages. Names are what templates and `reverse` use; docs/design.md lists them."""

from __future__ import annotations

from django.urls import path

from . import collections, face, patterns

urlpatterns = [
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
]
