"""A synthetic archive of any size, written straight into the tables that placement reads and writes."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks import stories_texts
from benchmarks.stories_texts import FIRST_RANK, GIVEN, LAST_RANK, LETTERS, STORY_PEOPLE, STORY_WORDS, frame

A_DAY = 1000
IN_A_STORY = 3
FIRST_DAY = date(1996, 1, 1)
# Ids of synthetic rows start here, out of the way of those that are placed.
FIRST_ID = 10_000_000
# An archive that is kept is filled anew once it has grown by so much.
MOST_GROWN = 0.1

_TABLES = (
    "archive_article", "archive_version", "archive_story", "archive_membership", "archive_posting",
    "archive_termvector", "archive_termcount", "archive_texthash", "archive_attribution", "archive_quote",
    "archive_quotefamily", "archive_quotevariant", "archive_placemententry", "archive_indexentry",
)  # fmt: skip
# Tables that grow by dozens of rows an article: their indexes are built at the end.
_INDEXED_LATE = ("archive_posting", "archive_texthash")

_FILL = """
CREATE FUNCTION pg_temp.spell(word text) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN translate(left(md5(word), 10), '0123456789abcdef', '{letters}');
CREATE TEMPORARY TABLE common AS
SELECT id, jsonb_object_agg(term, 0.025) AS vector, string_agg(term, ' ') AS text
FROM (
    SELECT id, pg_temp.spell('word' || floor(exp(random() * ln(2000)))::int) AS term
    FROM generate_series(0, 999) AS id, generate_series(1, 150)
) AS drawn GROUP BY id;
CREATE TEMPORARY TABLE told AS
SELECT n, {first} + n AS article, {first} + n / {in_a_story} AS story, date '{day}' + (n / {a_day})::int AS day,
    event, people, names, others, said, lines
FROM generate_series(0, {size} - 1) AS n
CROSS JOIN LATERAL (
    SELECT array_agg(pg_temp.spell('event' || ({first} + n / {in_a_story}) || 'x' || k)) AS event
    FROM generate_series(1, {story_words}) AS k
) AS of_words
CROSS JOIN LATERAL (
    SELECT array_agg(given || ' ' || surname) AS people,
        array_agg(lower(given || ' ' || surname)) || array_agg(lower(surname)) AS names
    FROM generate_series(1, {story_people}) AS k
    CROSS JOIN LATERAL (SELECT ('{{{given}}}'::text[])[1 + ({first} + n / {in_a_story} + k) % {givens}] AS given,
        initcap(pg_temp.spell('q' || ({first} + n / {in_a_story}) || 'y' || k)) AS surname) AS one
) AS of_people
CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT pg_temp.spell('word'
        || floor({low} * exp(random() * ln({high}::float / {low})) + 0 * k)::int)) AS others
    FROM generate_series(1, {others}) AS k WHERE n >= 0
) AS of_it
CROSS JOIN LATERAL (
    SELECT ARRAY[array_to_string(event, ' '), (
        SELECT string_agg(pg_temp.spell('own' || n || 'z' || k), ' ') FROM generate_series(1, 9) AS k)] AS said
) AS of_quotes
CROSS JOIN LATERAL (
    SELECT '“' || said[1] || ',” ' || people[1] || E' told reporters.\n“' || said[2] || ',” ' || people[2]
        || E' told reporters.\n' || string_agg(event[k] || ' of ' || people[1 + k % {story_people}] || ' '
            || array_to_string(others[3 * k - 2 : 3 * k], ' ') || E'.\n', '') AS lines
    FROM generate_series(1, {story_words}) AS k
) AS of_text;
INSERT INTO archive_article
SELECT row.* FROM told CROSS JOIN (SELECT * FROM archive_article WHERE id = {article}) AS model
CROSS JOIN LATERAL jsonb_populate_record(model::archive_article, jsonb_build_object(
    'id', article, 'current_version_id', article, 'published_at', day, 'outlet_id', 1 + n % 30)) AS row;
INSERT INTO archive_version
SELECT row.* FROM told JOIN common ON common.id = n % 1000
CROSS JOIN (SELECT * FROM archive_version WHERE article_id = {article}) AS model
CROSS JOIN LATERAL jsonb_populate_record(model::archive_version, jsonb_build_object(
    'id', article, 'article_id', article,
    'headline', array_to_string(event[1:4] || others[1:4], ' '), 'body', lines || regexp_replace(text,
        '(([^ ]+ ){{16}})', E'\\\\1.\\n', 'g'))) AS row;
INSERT INTO archive_story (id, title, title_is_pinned, created_at, changed_at, first_at, last_at, article_count,
    outlet_count)
SELECT story, 'Event ' || story, false, now(), now(), min(day), max(day), count(*), count(*) FROM told GROUP BY story;
INSERT INTO archive_membership
    (article_id, story_id, role, role_is_pinned, origin, pinned, score, reasons, placed_at)
SELECT article, story, 'report', false, 'machine', false, 1, '[]', now() FROM told;
INSERT INTO archive_termvector (article_id, version_id, day, vector, weighed_among)
SELECT article, article, day, (common.vector
    || (SELECT jsonb_object_agg(term, 0.09) FROM unnest(others) AS term)
    || (SELECT jsonb_object_agg(term, 0.22) FROM unnest(event) AS term)
    || (SELECT jsonb_object_agg('=' || name, 0.2) FROM unnest(names) AS name)
    || (SELECT jsonb_object_agg('+' || name, 0.17) FROM unnest(names) AS name))::text, {size}
FROM told JOIN common ON common.id = n % 1000;
INSERT INTO archive_posting (term, day, article_id, weight)
SELECT term, day, article, 0.09 FROM told CROSS JOIN unnest(others) AS term
UNION ALL SELECT term, day, article, 0.22 FROM told CROSS JOIN unnest(event) AS term
UNION ALL SELECT '=' || name, day, article, 0.2 FROM told CROSS JOIN unnest(names) AS name;
INSERT INTO archive_termcount (term, articles)
SELECT term, sum(articles) FROM (
    SELECT term, count(*) AS articles FROM archive_posting GROUP BY term
    UNION ALL
    SELECT term, count(*) * {size} / 1000 FROM common CROSS JOIN jsonb_object_keys(vector) AS term GROUP BY term
    UNION ALL SELECT mark || lower(given), {size} * {story_people} / {givens}
    FROM unnest('{{{given}}}'::text[]) AS given, unnest('{{"",=}}'::text[]) AS mark
    UNION ALL SELECT term, {size} FROM unnest('{{{frame}}}'::text[]) AS term
    UNION ALL VALUES ('', {size})
) AS held GROUP BY term;
INSERT INTO archive_texthash (hash, article_id)
SELECT hashtextextended(article || ' ' || k, 0), article FROM told, generate_series(1, 60) AS k;
INSERT INTO archive_attribution (article_id, version_id, "order", name, name_key, description, kind, role, text, field,
    start, "end", rule, confidence, origin)
SELECT article, article, k, 'Person ' || n, 'person ' || n, '', 'person', 'side', '', 'body', 0, 1, '', 1, 'machine'
FROM told, generate_series(1, 3) AS k;
INSERT INTO archive_quote (article_id, version_id, text, speaker, field, start, "end", parts, is_direct, rule,
    confidence, origin)
SELECT article, article, said[k], people[k], 'body', position(said[k] IN lines) - 1,
    position(said[k] IN lines) - 1 + length(said[k]), '[]', true, '', 1, 'machine'
FROM told, generate_series(1, 2) AS k;
INSERT INTO archive_quotefamily (id, label, speaker, story_id, created_at)
SELECT DISTINCT story, said[1], people[1], story, now() FROM told;
INSERT INTO archive_quotevariant (family_id, quote_id, kind, text, start, "end", origin)
SELECT story, quote.id, 'identical', quote.text, quote.start, quote."end", 'machine'
FROM archive_quote AS quote JOIN told ON told.article = quote.article_id WHERE quote.text = said[1];
INSERT INTO archive_placemententry (article_id, wanted, done, attempts, last_error, wanted_at)
SELECT article, 1, 1, 0, '', now() FROM told;
INSERT INTO archive_indexentry (article_id, wanted, done, attempts, last_error, wanted_at)
SELECT article, 1, 1, 0, '', now() FROM told;
DROP TABLE told;
DROP TABLE common;
"""


def fill_once(home: Path, size: int) -> None:
    """Fill the open archive in the folder `home`, unless that was done in the same way and little was placed since."""
    from archive.models import Article

    written_by = "".join(Path(file).read_text(encoding="utf8") for file in (__file__, stories_texts.__file__))
    way = hashlib.sha256(f"{size} {written_by}".encode()).hexdigest()
    note = home / "filled.txt"
    filled = note.read_text(encoding="utf8") if note.exists() else ""
    if filled != way or Article.objects.filter(pk__lt=FIRST_ID).count() > size * MOST_GROWN:
        note.unlink(missing_ok=True)
        fill(size)
        note.write_text(way, encoding="utf8")


def fill(size: int) -> None:
    """Make the open archive, which must be one of its own, one of that many synthetic articles."""
    import psycopg

    from archive.stories.candidates import POSTED_TERMS
    from newsroom.embedded import services

    with psycopg.connect(services().superuser_dsn, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute("SET work_mem = '256MB'")
        connection.execute(f"TRUNCATE {', '.join(_TABLES)} CASCADE")
        text = _FILL.format(
            first=FIRST_ID, day=FIRST_DAY, a_day=A_DAY, in_a_story=IN_A_STORY, size=size, article=_model(),
            story_words=STORY_WORDS, story_people=STORY_PEOPLE, given=",".join(GIVEN), givens=len(GIVEN),
            others=POSTED_TERMS - STORY_WORDS - 2 * STORY_PEOPLE, low=FIRST_RANK, high=LAST_RANK, letters=LETTERS,
            frame=",".join(sorted(frame())),
        )  # fmt: skip
        later = [statement for table in _INDEXED_LATE for statement in _without_indexes(connection, table)]
        for statement in [*filter(str.strip, text.split(";\n")), *later]:
            connection.execute(statement)
        # The files of the load are none of what is measured.
        connection.execute(f"VACUUM ANALYZE {', '.join(_TABLES)}")
        connection.execute("CHECKPOINT")


def _model() -> int:
    """Write the article that all others are made like, and the outlets; return its id."""
    from archive.articles.content import Content, Metadata
    from archive.articles.operations import create_article, find_or_create_outlet
    from archive.formats.base import DateReading
    from archive.models import IndexEntry, PlacementEntry

    outlets = [find_or_create_outlet(name=f"Outlet {number}") for number in range(30)]
    model = create_article(
        outlet=outlets[0],
        content=Content(headline="Model", body="Model.", language="en"),
        metadata=Metadata(published=DateReading(datetime(1996, 1, 1), "day")),
        capture=None,
        at=datetime.now(UTC),
    )
    PlacementEntry.objects.all().delete()
    IndexEntry.objects.all().delete()
    return model.pk


def _without_indexes(connection, table: str) -> list[str]:
    """Drop primary key and indexes of a table; return what builds them again."""
    key = connection.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'",
        [table],
    ).fetchall()
    again = []
    for name, definition in key:
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        again.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    indexes = connection.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s", [table]).fetchall()
    for name, definition in indexes:
        connection.execute(f'DROP INDEX "{name}"')
        again.append(definition)
    return again
