"""Papers of devices; the deed of gift and the certificate of a lot become papers of it."""

import django.db.models.deletion
from django.db import migrations, models

from lifecycle.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0002_wall"),
        ("network", "0002_wall"),
        ("refurb", "0003_price_ceilings_move"),
    ]

    operations = [
        migrations.CreateModel(
            name="DevicePaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("erasure", "Certificat d’effacement")], max_length=12, verbose_name="nature"
                    ),
                ),
                ("stay", models.PositiveSmallIntegerField(verbose_name="passage")),
                ("created_at", models.DateTimeField(verbose_name="établi le")),
            ],
            options={
                "verbose_name": "papier d’un appareil",
                "verbose_name_plural": "papiers des appareils",
                "ordering": ("-pk",),
            },
        ),
        migrations.RemoveConstraint(
            model_name="donationpaper",
            name="refurb_donationpaper_kind",
        ),
        migrations.AlterField(
            model_name="donationpaper",
            name="kind",
            field=models.CharField(
                choices=[
                    ("deed", "Acte de don"),
                    ("slip", "Bordereau d’enlèvement"),
                    ("outcome", "Bilan du don"),
                    ("tax_receipt", "Données du reçu fiscal"),
                    ("erasure", "Certificat d’effacement du lot"),
                ],
                max_length=12,
                verbose_name="nature",
            ),
        ),
        migrations.AddConstraint(
            model_name="donationpaper",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["deed", "slip", "outcome", "tax_receipt", "erasure"])),
                name="refurb_donationpaper_kind",
            ),
        ),
        migrations.AddField(
            model_name="devicepaper",
            name="device",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="papers",
                to="refurb.device",
                verbose_name="appareil",
            ),
        ),
        migrations.AddField(
            model_name="devicepaper",
            name="document",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="device_paper",
                to="documents.document",
                verbose_name="document",
            ),
        ),
        migrations.AddIndex(
            model_name="devicepaper",
            index=models.Index(fields=["device", "stay", "kind"], name="refurb_devicepaper_stay"),
        ),
        migrations.AddConstraint(
            model_name="devicepaper",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["erasure"])), name="refurb_devicepaper_kind"
            ),
        ),
        AppendOnly("devicepaper"),
    ]
