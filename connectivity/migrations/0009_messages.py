"""What a household is to be told of its line may leave by SMS."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connectivity", "0008_offers_beside"),
        ("documents", "0006_message_texts"),
    ]

    operations = [
        migrations.AddField(
            model_name="linenotice",
            name="sms",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.sms",
                verbose_name="SMS envoyé",
            ),
        ),
        migrations.AlterField(
            model_name="linenotice",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("told", "Le foyer est prévenu"),
                    ("sent", "Message envoyé"),
                    ("overtaken", "Dépassé par la suite"),
                ],
                max_length=9,
                verbose_name="suite",
            ),
        ),
    ]
