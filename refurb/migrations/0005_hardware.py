"""Files that machines wrote, deposited at a workshop; what each filled of a device; scores of processors."""

import django.db.models.deletion
from django.db import migrations, models

from lifecycle.operations import AppendOnly, ClosedToRecords


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0003_mails_to_households"),
        ("network", "0003_cache"),
        ("refurb", "0004_labels"),
    ]

    operations = [
        migrations.CreateModel(
            name="DepositedFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("lshw", "lshw"),
                            ("glpi", "inventaire GLPI"),
                            ("smartctl", "smartctl"),
                            ("dmidecode", "dmidecode"),
                            ("nwipe", "journal de nwipe"),
                            ("certificate", "certificat PDF de nwipe"),
                            ("", "fichier non lu"),
                        ],
                        max_length=12,
                        verbose_name="sorte de fichier",
                    ),
                ),
                (
                    "problem",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("empty", "Ce fichier est vide."),
                            ("too_large", "Ce fichier est trop gros pour être l’un de ceux que Maillon sait lire."),
                            ("too_deep", "Ce fichier est trop imbriqué pour être lu."),
                            ("broken", "Ce fichier est coupé ou abîmé\xa0: produisez-le de nouveau."),
                            (
                                "not_hardware",
                                "Ce n’est ni un fichier de lshw, de smartctl, de dmidecode ou de GLPI, ni un journal ou un certificat de nwipe.",
                            ),
                            (
                                "nothing_said",
                                "L’outil n’a rien pu lire sur cette machine\xa0: relancez-le en administrateur.",
                            ),
                            (
                                "no_text",
                                "Aucun texte ne peut être lu dans ce PDF\xa0: déposez le journal texte de nwipe.",
                            ),
                        ],
                        max_length=15,
                        verbose_name="non lu car",
                    ),
                ),
                ("facts", models.JSONField(default=dict, verbose_name="ce qu’il dit")),
                ("text", models.TextField(blank=True, verbose_name="texte du PDF")),
                ("deposited_at", models.DateTimeField(verbose_name="déposé le")),
                (
                    "deposited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="déposé par",
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.storedfile",
                        verbose_name="fichier",
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
                "verbose_name": "fichier d’une machine",
                "verbose_name_plural": "fichiers de machines",
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="FileDismissal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("elsewhere", "La machine n’est pas dans cet atelier"),
                            ("twice", "Déposé deux fois"),
                            ("useless", "Rien à en tirer"),
                        ],
                        max_length=10,
                        verbose_name="motif",
                    ),
                ),
                ("set_aside_at", models.DateTimeField(verbose_name="écarté le")),
                (
                    "deposit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dismissal",
                        to="refurb.depositedfile",
                        verbose_name="fichier d’une machine",
                    ),
                ),
                (
                    "set_aside_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="écarté par",
                    ),
                ),
            ],
            options={
                "verbose_name": "fichier écarté",
                "verbose_name_plural": "fichiers écartés",
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="HardwareReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stay", models.PositiveSmallIntegerField(verbose_name="passage")),
                ("recorded_at", models.DateTimeField(verbose_name="enregistré le")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("lshw", "lshw"),
                            ("glpi", "inventaire GLPI"),
                            ("smartctl", "smartctl"),
                            ("dmidecode", "dmidecode"),
                            ("nwipe", "journal de nwipe"),
                            ("certificate", "certificat PDF de nwipe"),
                            ("", "fichier non lu"),
                        ],
                        max_length=12,
                        verbose_name="sorte de fichier",
                    ),
                ),
                ("sha256", models.CharField(db_index=True, max_length=64, verbose_name="empreinte du fichier")),
                ("facts", models.JSONField(default=dict, verbose_name="ce qu’il dit")),
                ("filled", models.JSONField(default=dict, verbose_name="ce qu’il a rempli")),
                ("differences", models.JSONField(default=dict, verbose_name="ce qui était écrit autrement")),
                (
                    "deposit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="refurb.depositedfile",
                        verbose_name="fichier d’une machine",
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="refurb.device",
                        verbose_name="appareil",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="enregistré par",
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="refurb.hardwarereport",
                        verbose_name="remplace",
                    ),
                ),
            ],
            options={
                "verbose_name": "lecture d’un appareil",
                "verbose_name_plural": "lectures d’appareils",
                "ordering": ("-pk",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ProcessorScore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valable du")),
                (
                    "valid_to",
                    models.DateField(
                        blank=True,
                        help_text="Dernier jour inclus\xa0; vide si toujours en vigueur.",
                        null=True,
                        verbose_name="au",
                    ),
                ),
                ("source", models.CharField(max_length=250, verbose_name="source")),
                ("checked_on", models.DateField(verbose_name="vérifié le")),
                ("name", models.CharField(max_length=80, verbose_name="processeur")),
                ("key", models.CharField(editable=False, max_length=80, verbose_name="nom comparable")),
                ("score", models.PositiveIntegerField(verbose_name="score (PassMark CPU Mark)")),
            ],
            options={
                "verbose_name": "score d’un processeur",
                "verbose_name_plural": "scores des processeurs",
                "ordering": ("name", "-valid_from"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="refurb_processorscore_dates",
                    ),
                    models.UniqueConstraint(fields=("key", "valid_from"), name="refurb_processorscore_once"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="depositedfile",
            index=models.Index(fields=["workshop", "-id"], name="refurb_depositedfile_latest"),
        ),
        migrations.AddConstraint(
            model_name="depositedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("problem", ""), models.Q(("kind", ""), _negated=True)),
                    models.Q(models.Q(("problem", ""), _negated=True), ("kind", "")),
                    _connector="OR",
                ),
                name="refurb_depositedfile_read",
            ),
        ),
        migrations.AddIndex(
            model_name="hardwarereport",
            index=models.Index(fields=["device", "stay"], name="refurb_hardwarereport_stay"),
        ),
        migrations.AddConstraint(
            model_name="hardwarereport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("supersedes", None), models.Q(("supersedes", models.F("id")), _negated=True), _connector="OR"
                ),
                name="refurb_hardwarereport_supersedes",
            ),
        ),
        migrations.AddConstraint(
            model_name="hardwarereport",
            constraint=models.UniqueConstraint(fields=("deposit", "device"), name="refurb_hardwarereport_once"),
        ),
        migrations.AlterField(
            model_name="drive",
            name="source",
            field=models.CharField(
                blank=True,
                choices=[
                    ("sticker", "Étiquette du disque, lue ou scannée"),
                    ("system", "Lu par un outil (lshw, smartctl, GLPI)"),
                    ("attested", "Lu sur le disque, attesté"),
                    ("report", "Inventorié d’après le rapport"),
                    ("", "Non précisée"),
                ],
                default="",
                max_length=10,
                verbose_name="d’où l’on connaît le numéro",
            ),
        ),
        AppendOnly("DepositedFile"),
        AppendOnly("FileDismissal"),
        AppendOnly("HardwareReport"),
        ClosedToRecords("HardwareReport"),
    ]
