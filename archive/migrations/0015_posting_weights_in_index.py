from django.db import migrations

# The question for candidates is then answered out of the index alone, without a look at thousands of scattered rows.
# Rows are read from the index only where vacuum has seen their pages: it comes by every 2,500 articles or so, as what
# is asked for most often is what came in last.
WEIGHTS_IN_INDEX = """
ALTER TABLE archive_posting DROP CONSTRAINT archive_posting_pkey;
ALTER TABLE archive_posting ADD CONSTRAINT archive_posting_pkey PRIMARY KEY (term, day, article_id) INCLUDE (weight);
ALTER TABLE archive_posting
    SET (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000);
"""
AS_BEFORE = """
ALTER TABLE archive_posting RESET (autovacuum_vacuum_insert_scale_factor, autovacuum_vacuum_insert_threshold);
ALTER TABLE archive_posting DROP CONSTRAINT archive_posting_pkey;
ALTER TABLE archive_posting ADD CONSTRAINT archive_posting_pkey PRIMARY KEY (term, day, article_id);
"""


class Migration(migrations.Migration):
    """Let the postings' primary key hold their weights."""

    dependencies = [("archive", "0014_confirmations")]

    operations = [migrations.RunSQL(WEIGHTS_IN_INDEX, AS_BEFORE)]
