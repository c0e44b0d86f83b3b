from django.db import migrations, models


class Migration(migrations.Migration):
    """Keep term vectors as text: hundreds are read for a placement, and making text of JSON took most of that time."""

    dependencies = [("archive", "0016_names_in_the_panel")]

    operations = [
        migrations.AlterField(model_name="termvector", name="vector", field=models.TextField(default="{}")),
    ]
