"""Prints the articles nearest to one, whether or not they stand in its story."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.models import Article
from archive.stories.queries import related_articles


class Command(BaseCommand):
    help = "Print related coverage of an article, best first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("article", type=int, help="the number of the article, as in its address")
        parser.add_argument("--json", action="store_true", help="print it as one line of JSON")
        parser.add_argument("--limit", type=int, default=10, help="how many at most (10)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not Article.objects.filter(pk=options["article"]).exists():
            raise CommandError(f"There is no article {options['article']}: search for it first.")
        articles = Article.objects.published()
        rows = [
            {
                "article": row.article.pk,
                "outlet": row.article.outlet.slug,
                "headline": row.article.current_version.headline,
                "published_at": row.article.published_iso,
                "story": row.story,
                "same_story": row.same_story,
                "nearness": round(row.nearness, 4),
            }
            for row in related_articles(articles, options["article"], limit=options["limit"])
        ]
        if options["json"]:
            self.stdout.write(json.dumps({"article": options["article"], "related": rows}, ensure_ascii=False))
            return
        for row in rows:
            mark = "same story" if row["same_story"] else ""
            self.stdout.write(f"{row['nearness']:.2f} {row['article']:>8} {row['outlet']}: {row['headline']} {mark}")
