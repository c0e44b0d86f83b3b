"""The archive that `benchmarks.pages` measures: made of invented words, by statements that write whole tables at once.

Promise: the same seed and size give the same shape: outlets and tags of very uneven size, versions by the dozen on a
few articles, captures with a ledger, stories of five, attributions, quotes, passages, a trail, and import runs.
"""

from __future__ import annotations

import json
import random
from typing import Any

OUTLETS, TAGS, COLLECTED, RUNS, PARAGRAPHS = 40, 600, 200, 6, 20_000
BODY_PARAGRAPHS = 10
LEDGER_LINES = 30
# Most articles have one or two versions, a few have a dozen: 2.4 on average.
LATER_VERSIONS_SCALE, MOST_LATER_VERSIONS = 1.855, 14
START = "timestamptz '2020-01-01 00:00+00'"

PLAN = f"""
CREATE TEMP TABLE plan AS
SELECT n, n AS article_id, {{outlets}}[1 + floor(random() ^ 2 * {OUTLETS})::int] AS outlet_id,
       {START} + n * interval '1 hour' + random() * interval '50 minutes' AS at,
       least(1 + floor(-ln(1 - random()) * {LATER_VERSIONS_SCALE})::int, {MOST_LATER_VERSIONS}) AS versions
FROM generate_series(1, {{articles}}) AS n;
CREATE TEMP TABLE numbered AS
SELECT row_number() OVER (ORDER BY plan.n, v)::bigint AS id, plan.*, v,
       at + (v - 1) * interval '1 hour' AS issued_at
FROM plan CROSS JOIN LATERAL generate_series(1, plan.versions) AS v;
CREATE UNIQUE INDEX ON numbered (id);
CREATE INDEX ON numbered (n, v);
ANALYZE plan, numbered, paragraph;
"""


def fill(articles: int) -> None:
    """Fill an empty archive with invented articles and all that hangs on them."""
    from django.db import connection, transaction

    from archive.articles import operations
    from archive.models import ImportRun, Outlet, User

    rng = random.Random(7)
    words = invented_words(rng)
    for name in words[:OUTLETS]:
        operations.create_outlet(name=f"{name} Gazette")
    outlets = list(Outlet.objects.order_by("pk").values_list("pk", flat=True))
    desk = User.objects.create_user("bench", password="-")
    for number in range(RUNS):
        ImportRun.objects.create(origin="command", state="done", title=f"Delivery {number}", created_by=desk)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.7)")
        cursor.execute("CREATE TEMP TABLE paragraph (n int PRIMARY KEY, text text)")
        with cursor.copy("COPY paragraph (n, text) FROM STDIN") as out:
            for number in range(PARAGRAPHS):
                said = rng.choices(words, cum_weights=_weights(len(words)), k=30)
                out.write_row((number, " ".join(said).lower().capitalize()))
        cursor.execute(PLAN.format(articles=articles, outlets=f"(ARRAY{outlets})"))
        _write_articles(cursor)
        _write_around(cursor, words, outlets)
    _collect(rng, desk)
    with connection.cursor() as cursor:
        for table in ("article", "version", "capture", "story", "tag", "attribution", "quote", "quotefamily"):
            name = f"archive_{table}"
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
        cursor.execute("VACUUM ANALYZE")


def invented_words(rng: random.Random) -> list[str]:
    """Return words that no language has, the shortest first."""
    parts = ("ba", "do", "ke", "lim", "nor", "pul", "ri", "sta", "ven", "zo", "qua", "the")
    return sorted({"".join(rng.choices(parts, k=rng.randint(2, 4))).capitalize() for _ in range(9_000)}, key=len)


def _weights(count: int) -> list[float]:
    """Return running sums in which the first words are by far the commonest, as in any language."""
    total, sums = 0.0, []
    for rank in range(count):
        total += 1 / (rank + 10)
        sums.append(total)
    return sums


def _write_articles(cursor: Any) -> None:
    """Write articles, versions, captures and what each version changed."""
    from archive.models import Article, Blob, Capture, Version, VersionChange

    _insert(
        cursor, Blob, "FROM numbered", sha256="md5(id::text) || md5('b' || id)", size="9", data="'\\x78da030000000001'",
        created_at="issued_at",
    )  # fmt: skip
    pick = f"(numbered.n * 7919 + i * 104729) % {PARAGRAPHS}"
    figure = "numbered.n % 97 + CASE WHEN i < v THEN v ELSE 0 END"
    quote = (
        "CASE WHEN i = 3 THEN ' “' || left(paragraph.text, 90) || '” said Norri Vensta.'"
        " WHEN i = 6 THEN ' The Doke Gazette reports.' ELSE '' END"
    )
    cursor.execute(
        f"CREATE TEMP TABLE said AS SELECT numbered.id, string_agg(paragraph.text || ' ' || ({figure}) || ' ships.'"
        f" || {quote}, E'\\n' ORDER BY i) AS body"
        f" FROM numbered CROSS JOIN generate_series(0, {BODY_PARAGRAPHS - 1}) AS i"
        f" JOIN paragraph ON paragraph.n = {pick} GROUP BY numbered.id"
    )
    cursor.execute("CREATE UNIQUE INDEX ON said (id); ANALYZE said")
    ledger = [
        {"number": n, "text": f"Home · News · Weather {n}", "role": "furniture", "reason": "menu"}
        for n in range(LEDGER_LINES)
    ]
    headlines = [{"value": "Pier", "origin": "title"}, {"value": "Pier closes", "origin": "h1"}]
    reading = json.dumps({"lines": ledger, "candidates": {"headline": headlines}})
    _insert(
        cursor, Article, "FROM plan JOIN paragraph ON paragraph.n = plan.n % 20000",
        id="article_id", outlet_id="outlet_id", guid="'bench-' || plan.n", language="'en'",
        current_version_id="(SELECT id FROM numbered WHERE numbered.n = plan.n AND v = plan.versions)",
        published_at="at", published_precision="'instant'", published_offset="0", created_at="at", changed_at="at",
    )  # fmt: skip
    _insert(
        cursor, Version,
        "FROM numbered JOIN said USING (id) JOIN paragraph ON paragraph.n = numbered.n % 20000",
        id="numbered.id", article_id="article_id", number="v",
        kind="CASE WHEN v = 1 THEN 'original' ELSE 'update' END",
        headline="left(paragraph.text, 60)", standfirst="left(paragraph.text, 130)", byline="'By Norri Vensta'",
        body="said.body", language="'en'", issued_at="issued_at", recorded_at="issued_at",
        content_sha256="md5(numbered.id::text) || md5('c' || numbered.id)",
        text_key="md5('t' || numbered.id) || md5('k' || numbered.id)", capture_id="numbered.id",
    )  # fmt: skip
    _insert(
        cursor, Capture, "FROM numbered", id="id", article_id="article_id", version_id="id",
        blob_id="md5(id::text) || md5('b' || id)", format="'html_page'", file="n || '.html'", captured_at="issued_at",
        reading=f"'{reading}'::jsonb",
    )  # fmt: skip
    _insert(
        cursor, VersionChange, "FROM numbered WHERE v > 1", version_id="id", base_id="id - 1",
        kinds="CASE WHEN v % 3 > 0 THEN '{number,wording}'::text[] ELSE '{trivial}' END",
        changes="jsonb_build_array(jsonb_build_array('number', (n % 97)::text, (n % 97 + v)::text))",
        is_silent="v % 3 = 1", at="issued_at",
    )  # fmt: skip


def _write_around(cursor: Any, words: list[str], outlets: list[int]) -> None:
    """Write what stands around the articles: tags, stories, sources, quotes, passages, the trail, import runs."""
    from archive.models import (
        ArticleTag,
        Attribution,
        ImportItem,
        ImportRun,
        IndexEntry,
        Membership,
        PlacementEntry,
        Quote,
        QuoteFamily,
        QuoteVariant,
        Story,
        Tag,
        TextHash,
        TrailEntry,
    )

    for number, word in enumerate(words[:TAGS], 1):
        Tag(pk=number, name=f"{word} matters", kind="topic", key=f"{word.lower()} matters").save(force_insert=True)
    first_run = ImportRun.objects.order_by("pk")[0].pk
    _insert(
        cursor, ArticleTag,
        f"FROM (SELECT DISTINCT ON (article_id, tag) * FROM (SELECT article_id, i,"
        f" 1 + floor(random() ^ 2 * {TAGS})::int AS tag FROM plan, generate_series(0, 3) AS i) AS drawn) AS one",
        article_id="article_id", tag_id="tag", position="i", origin="'outlet'",
    )  # fmt: skip
    _insert(
        cursor, Story, "FROM plan WHERE n % 5 = 0", id="n / 5 + 1", title="'Story of ships ' || n", created_at="at",
        changed_at="at", first_at="at", last_at="at + interval '4 hours'", article_count="5", outlet_count="4",
    )  # fmt: skip
    _insert(
        cursor, Membership, "FROM plan WHERE n >= 5", article_id="article_id", story_id="n / 5 + 1",
        role="CASE WHEN n % 5 = 0 THEN 'earliest_held' ELSE 'report' END", placed_at="at",
        reasons="'[\"shares: ships\"]'",
    )  # fmt: skip
    _insert(
        cursor, Attribution,
        "FROM plan JOIN numbered USING (n) JOIN said USING (id), generate_series(1, 3) AS i WHERE v = plan.versions",
        article_id="plan.article_id", version_id="numbered.id", order="i",
        name="CASE i WHEN 1 THEN 'Doke Gazette' ELSE 'Source ' || (n * i) % 300 END",
        name_key="CASE i WHEN 1 THEN 'doke gazette' ELSE 'source ' || (n * i) % 300 END",
        kind="CASE i WHEN 3 THEN 'person' ELSE 'outlet' END", role="CASE i WHEN 1 THEN 'main' ELSE 'side' END",
        outlet_id=f"CASE i WHEN 1 THEN (ARRAY{outlets})[1 + n % {OUTLETS}] END",
        text="'The Doke Gazette reports'", field="'body'", start="position('The Doke Gazette' IN said.body) - 1",
        end="position('The Doke Gazette' IN said.body) + 23", rule="'reports'", confidence="0.9", origin="'machine'",
    )  # fmt: skip
    _insert(
        cursor, QuoteFamily, "FROM plan WHERE n % 5 = 0", id="n / 5 + 1", label="'A wording ' || n",
        speaker="'Norri Vensta'", story_id="n / 5 + 1", created_at="at",
    )  # fmt: skip
    _insert(
        cursor, Quote, "FROM plan JOIN numbered USING (n) JOIN said USING (id) WHERE v = plan.versions",
        id="plan.n", article_id="plan.article_id", version_id="numbered.id", text="substring(said.body FROM '“(.*?)”')",
        speaker="'Norri Vensta'", field="'body'", start="position('“' IN said.body) - 1",
        end="position('”' IN said.body)", rule="'said'", origin="'machine'",
    )  # fmt: skip
    _insert(
        cursor, QuoteVariant, "FROM plan WHERE n >= 5", family_id="n / 5 + 1", quote_id="n", kind="'identical'",
        text="'A wording'", start="0", end="9", origin="'machine'",
    )  # fmt: skip
    _insert(
        cursor, TextHash, "FROM plan, generate_series(1, 30) AS i", article_id="article_id",
        hash="hashint8extended(n * 31 + i, 0)",
    )  # fmt: skip
    _insert(
        cursor, TrailEntry, "FROM plan", at="at", job="'import'", action="'import'", article_id="article_id",
        subject="'article ' || n", reason="''", before="'{}'", after="'{}'",
    )  # fmt: skip
    _insert(
        cursor, ImportItem, "FROM plan", run_id=f"{first_run} + n % {RUNS}", position="n", file="n || '.html'",
        captured_at="at", state="'done'", outcome="'created'", article_id="article_id", finished_at="at",
    )  # fmt: skip
    for model in (IndexEntry, PlacementEntry):
        _insert(cursor, model, "FROM plan", article_id="article_id", wanted="1", done="1", wanted_at="at")


def _insert(cursor: Any, model: Any, source: str, **expressions: str) -> None:
    """Write the rows that `source` yields; a column without an expression gets its model's default or null."""
    from django.contrib.postgres.fields import ArrayField
    from django.db.models import JSONField

    for field in model._meta.concrete_fields:
        if field.column in expressions or field.null or field.primary_key or field.column is None:
            continue
        value = field.get_default()
        if isinstance(field, JSONField):
            value = json.dumps(value)
        elif isinstance(field, ArrayField):
            value = "{}"
        expressions[field.column] = "'{}'".format("" if value is None else value)
    columns = ", ".join(f'"{column}"' for column in expressions)
    cursor.execute(f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {', '.join(expressions.values())} {source}")


def _collect(rng: random.Random, desk: Any) -> None:
    """Collect some articles, so that the collection's page has something to show."""
    from archive.articles import collections
    from archive.clock import now
    from archive.models import Article

    made = collections.create(name="Ferries", by=desk, at=now(), is_shared=True)
    ids = rng.sample(list(Article.objects.values_list("pk", flat=True)), COLLECTED)
    collections.add(collection=made, articles=Article.objects.filter(pk__in=ids), by=desk, at=now())
