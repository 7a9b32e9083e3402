"""What a person keeps of a list."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from lifecycle.operations import Tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [migrations.swappable_dependency(settings.LIFECYCLE_ACTOR_MODEL)]

    operations = [
        Tables(
            migrations.CreateModel(
                name="SavedView",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("membership", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="saved_views", to=settings.LIFECYCLE_ACTOR_MODEL, verbose_name="rattachement")),
                    ("page", models.CharField(max_length=60, verbose_name="page")),
                    ("name", models.CharField(blank=True, max_length=40, verbose_name="nom")),
                    ("query", models.CharField(max_length=500, verbose_name="critères")),
                ],
                options={
                    "verbose_name": "vue enregistrée",
                    "verbose_name_plural": "vues enregistrées",
                    "ordering": ("name", "pk"),
                    "constraints": [models.UniqueConstraint(fields=("membership", "page", "name"), name="lists_savedview_once")],
                },
            ),
        ),
    ]
