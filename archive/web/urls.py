"""The addresses of the archive's pages. Names are what templates and `reverse` use; docs/design.md lists them."""

from __future__ import annotations

from django.urls import path

from . import article, dates, face, home, me, outlets, patterns, tags

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
    path("me/", me.me, name="me"),
    path("theme/", face.theme, name="theme"),
    path("keyboard/", face.keys, name="keys"),
    path("patterns/", patterns.patterns, name="patterns"),
]
