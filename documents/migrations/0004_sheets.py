"""Workbooks of other kinds are deposited to be imported."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0003_mails_to_households"),
    ]

    operations = [
        migrations.AlterField(
            model_name="storedfile",
            name="content_type",
            field=models.CharField(
                choices=[
                    ("application/pdf", "PDF"),
                    ("image/png", "image PNG"),
                    ("image/jpeg", "image JPEG"),
                    ("text/plain", "texte"),
                    ("text/csv", "CSV"),
                    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "classeur XLSX"),
                    ("application/vnd.ms-excel", "classeur XLS"),
                    ("application/vnd.oasis.opendocument.spreadsheet", "classeur ODS"),
                    ("text/calendar", "calendrier"),
                ],
                max_length=100,
                verbose_name="type",
            ),
        ),
    ]
