"""Tokens of boot keys, which deposit files at a workshop."""

import django.db.models.deletion
from django.db import migrations, models

from lifecycle.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0003_mails_to_households"),
        ("network", "0003_cache"),
        ("refurb", "0005_hardware"),
    ]

    operations = [
        migrations.CreateModel(
            name="DepositToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="nom")),
                (
                    "token_digest",
                    models.CharField(editable=False, max_length=64, unique=True, verbose_name="empreinte du jeton"),
                ),
                ("made_at", models.DateTimeField(verbose_name="créé le")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="révoqué le")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="créé par",
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="révoqué par",
                    ),
                ),
                (
                    "workshop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organisation",
                        verbose_name="atelier",
                    ),
                ),
            ],
            options={
                "verbose_name": "jeton de dépôt",
                "verbose_name_plural": "jetons de dépôt",
                "ordering": ("-pk",),
            },
        ),
        migrations.AddField(
            model_name="depositedfile",
            name="token",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="refurb.deposittoken",
                verbose_name="par la clé",
            ),
        ),
        migrations.AddConstraint(
            model_name="depositedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deposited_by", None), ("token__isnull", False)),
                    models.Q(("deposited_by__isnull", False), ("token", None)),
                    _connector="OR",
                ),
                name="refurb_depositedfile_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="deposittoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoked_at", None), ("revoked_by", None)),
                    models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                    _connector="OR",
                ),
                name="refurb_deposittoken_revoked",
            ),
        ),
        AppendOnly("DepositToken", erasable=("revoked_at", "revoked_by")),
    ]
