"""Two meetings may be open together: the second says what the first has answered of a lot."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("desk", "0004_imported_scores")]

    operations = [
        migrations.AddField(
            model_name="ratification",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="desk.ratification",
                verbose_name="répondu par une autre séance",
            ),
        ),
        migrations.AddConstraint(
            model_name="ratification",
            constraint=models.CheckConstraint(
                condition=models.Q(("answered_by", None), ("answer", ""), _connector="OR"),
                name="desk_ratification_one_answer",
            ),
        ),
    ]
