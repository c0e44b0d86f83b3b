
import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('archive', '0018_alerts_remember_matches'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='article',
            index=models.Index(models.F('kind'), models.F('id'), condition=models.Q(('kind', 'live_blog')), name='article_live_blog'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(models.F('published_precision'), models.F('id'), condition=models.Q(('published_precision__in', ['inferred', 'unknown'])), name='article_unsure_date'),
        ),
        migrations.AddIndex(
            model_name='importrun',
            index=models.Index(models.F('origin'), models.F('id'), name='import_run_by_origin'),
        ),
        migrations.AddIndex(
            model_name='importrun',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('title'), name='text_pattern_ops'), name='import_run_by_title'),
        ),
        migrations.AddIndex(
            model_name='outletline',
            index=models.Index(models.F('id'), condition=models.Q(('verdict', 'body')), name='line_of_text'),
        ),
        migrations.AddIndex(
            model_name='outletline',
            index=models.Index(models.F('id'), condition=models.Q(('origin', 'editor')), name='line_by_editor'),
        ),
        migrations.AddIndex(
            model_name='outletline',
            index=models.Index(models.F('id'), condition=models.Q(('undone_at__isnull', False)), name='line_undone'),
        ),
        migrations.AddIndex(
            model_name='tag',
            index=models.Index(django.contrib.postgres.indexes.OpClass('key', name='varchar_pattern_ops'), name='tag_by_beginning'),
        ),
    ]
