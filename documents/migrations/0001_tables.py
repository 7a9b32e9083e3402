"""The tables of stored files, frozen papers and the outbox."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from lifecycle.operations import Tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("network", "0003_shared_cache"),
    ]

    operations = [
        Tables(
            migrations.CreateModel(
                name="StoredFile",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("sha256", models.CharField(db_index=True, max_length=64, verbose_name="empreinte SHA-256")),
                    ("name", models.CharField(blank=True, max_length=120, verbose_name="nom")),
                    (
                        "content_type",
                        models.CharField(
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
                    ("size", models.PositiveBigIntegerField(verbose_name="taille (octets)")),
                    ("file", models.FileField(blank=True, max_length=80, upload_to="", verbose_name="contenu")),
                    ("stored_at", models.DateTimeField(verbose_name="déposé le")),
                    ("stored_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="déposé par")),
                    ("forgotten_at", models.DateTimeField(null=True, verbose_name="effacé le")),
                ],
                options={
                    "verbose_name": "fichier",
                    "ordering": ("-pk",),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(models.Q(("forgotten_at", None), models.Q(("file", ""), _negated=True)), models.Q(("file", ""), ("forgotten_at__isnull", False), ("name", "")), _connector="OR"), name="documents_storedfile_forgotten"),
                        models.CheckConstraint(condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="documents_storedfile_sha256"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Document",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("kind", models.CharField(max_length=40, verbose_name="nature")),
                    ("version", models.PositiveSmallIntegerField(verbose_name="version du modèle")),
                    ("title", models.CharField(blank=True, max_length=200, verbose_name="titre")),
                    ("values", models.JSONField(verbose_name="valeurs")),
                    ("sha256", models.CharField(max_length=64, verbose_name="empreinte des valeurs")),
                    ("public_code", models.CharField(max_length=24, unique=True, verbose_name="code public")),
                    ("owner_machine", models.CharField(max_length=40, verbose_name="objet")),
                    ("owner_pk", models.BigIntegerField(verbose_name="clé de l’objet")),
                    ("created_at", models.DateTimeField(verbose_name="établi le")),
                    ("created_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="établi par")),
                    ("rendered", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="document", to="documents.storedfile", verbose_name="PDF")),
                    ("forgotten_at", models.DateTimeField(null=True, verbose_name="effacé le")),
                ],
                options={
                    "verbose_name": "document",
                    "ordering": ("-pk",),
                    "indexes": [
                        models.Index(fields=["owner_machine", "owner_pk"], name="documents_document_owner"),
                    ],
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(models.Q(("forgotten_at", None), models.Q(("title", ""), _negated=True)), models.Q(("forgotten_at__isnull", False), ("title", ""), ("values", {})), _connector="OR"), name="documents_document_forgotten"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Mail",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("purpose", models.CharField(choices=[("account", "Compte et connexion"), ("household", "À un foyer"), ("message", "Suivi d’un dossier")], default="message", max_length=10, verbose_name="objet")),
                    ("to", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=320), verbose_name="destinataires")),
                    ("to_names", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(blank=True, max_length=120), verbose_name="noms des destinataires")),
                    ("subject", models.CharField(blank=True, max_length=250, verbose_name="sujet")),
                    ("body", models.TextField(blank=True, verbose_name="texte")),
                    ("about_machine", models.CharField(blank=True, max_length=40, verbose_name="à propos de")),
                    ("about_pk", models.BigIntegerField(null=True, verbose_name="clé de l’objet")),
                    ("message_id", models.CharField(max_length=120, unique=True, verbose_name="identifiant du message")),
                    ("created_at", models.DateTimeField(verbose_name="écrit le")),
                    ("delivery", models.CharField(choices=[("queued", "En attente d’envoi"), ("sending", "Envoi en cours"), ("sent", "Envoyé"), ("kept", "Gardé ici, rien ne part"), ("failed", "Non envoyé")], default="queued", max_length=10, verbose_name="acheminement")),
                    ("sent_at", models.DateTimeField(null=True, verbose_name="envoyé le")),
                    ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="essais")),
                    ("error", models.CharField(blank=True, max_length=80, verbose_name="code d’erreur")),
                    ("forgotten_at", models.DateTimeField(null=True, verbose_name="effacé le")),
                ],
                options={
                    "verbose_name": "courriel",
                    "ordering": ("-created_at", "-pk"),
                    "indexes": [
                        models.Index(fields=["about_machine", "about_pk"], name="documents_mail_about"),
                        models.Index(fields=["-created_at", "-id"], name="documents_mail_newest"),
                    ],
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(models.Q(("delivery", "sent"), ("sent_at__isnull", False)), models.Q(models.Q(("delivery", "sent"), _negated=True), ("sent_at", None)), _connector="OR"), name="documents_mail_sent"),
                        models.CheckConstraint(condition=models.Q(models.Q(("delivery", "failed"), models.Q(("error", ""), _negated=True)), models.Q(("delivery", "failed"), _negated=True), _connector="OR"), name="documents_mail_failed"),
                        models.CheckConstraint(condition=models.Q(("to__len", models.F("to_names__len")), models.Q(models.Q(("forgotten_at", None), ("to__len__gt", 0)), models.Q(("body", ""), ("forgotten_at__isnull", False), ("to__len", 0)), _connector="OR")), name="documents_mail_forgotten"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="MailAttachment",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("mail", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="documents.mail", verbose_name="courriel")),
                    ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="documents.storedfile", verbose_name="fichier")),
                ],
                options={
                    "verbose_name": "pièce jointe",
                    "verbose_name_plural": "pièces jointes",
                    "ordering": ("pk",),
                    "constraints": [
                        models.UniqueConstraint(fields=("mail", "file"), name="documents_mailattachment_once"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Sms",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("number", models.CharField(blank=True, max_length=16, verbose_name="numéro")),
                    ("text", models.TextField(blank=True, verbose_name="texte")),
                    ("about_machine", models.CharField(max_length=40, verbose_name="à propos de")),
                    ("about_pk", models.BigIntegerField(verbose_name="clé de l’objet")),
                    ("created_at", models.DateTimeField(verbose_name="écrit le")),
                    ("leaves_at", models.DateTimeField(verbose_name="part à partir du")),
                    ("delivery", models.CharField(choices=[("queued", "En attente d’envoi"), ("sending", "Envoi en cours"), ("sent", "Envoyé"), ("kept", "Gardé ici, rien ne part"), ("failed", "Non envoyé")], default="queued", max_length=10, verbose_name="acheminement")),
                    ("sent_at", models.DateTimeField(null=True, verbose_name="envoyé le")),
                    ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="essais")),
                    ("error", models.CharField(blank=True, max_length=80, verbose_name="code d’erreur")),
                    ("forgotten_at", models.DateTimeField(null=True, verbose_name="effacé le")),
                ],
                options={
                    "verbose_name": "SMS",
                    "verbose_name_plural": "SMS",
                    "ordering": ("-created_at", "-pk"),
                    "indexes": [
                        models.Index(fields=["about_machine", "about_pk"], name="documents_sms_about"),
                    ],
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(models.Q(("forgotten_at", None), ("number__regex", "^\\+33[67][0-9]{8}$")), models.Q(("forgotten_at__isnull", False), ("number", ""), ("text", "")), _connector="OR"), name="documents_sms_number"),
                        models.CheckConstraint(condition=models.Q(models.Q(("delivery", "sent"), ("sent_at__isnull", False)), models.Q(models.Q(("delivery", "sent"), _negated=True), ("sent_at", None)), _connector="OR"), name="documents_sms_sent"),
                        models.CheckConstraint(condition=models.Q(models.Q(("delivery", "failed"), _negated=True), models.Q(("error", ""), _negated=True), _connector="OR"), name="documents_sms_failed"),
                        models.CheckConstraint(condition=models.Q(("leaves_at__gte", models.F("created_at"))), name="documents_sms_hours"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="MessageText",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("valid_from", models.DateField(verbose_name="valable du")),
                    ("valid_to", models.DateField(blank=True, help_text="Dernier jour inclus\xa0; vide si toujours en vigueur.", null=True, verbose_name="au")),
                    ("source", models.CharField(max_length=250, verbose_name="source")),
                    ("checked_on", models.DateField(verbose_name="vérifié le")),
                    (
                        "code",
                        models.CharField(
                            choices=[
                                ("demande", "Du nouveau pour sa demande"),
                                ("travailleur-social", "Un autre travailleur social"),
                                ("ligne", "Du nouveau pour sa ligne"),
                                ("passage", "Passage de l’opérateur"),
                                ("toujours-d-actualite", "Toujours d’actualité\xa0?"),
                                ("rendez-vous", "Rendez-vous fixé"),
                                ("rendez-vous-deplace", "Rendez-vous déplacé"),
                                ("rendez-vous-rappel", "Rendez-vous rappelé"),
                                ("rendez-vous-annule", "Rendez-vous annulé"),
                                ("appareil-repare", "Appareil réparé, qui attend son foyer"),
                                ("retour-appareil", "Du nouveau pour l’appareil rapporté"),
                                ("remis-sur-procuration", "Appareil remis sur procuration"),
                            ],
                            max_length=24,
                            verbose_name="message",
                        ),
                    ),
                    ("channel", models.CharField(choices=[("sms", "SMS"), ("email", "Courriel"), ("letter", "Lettre")], max_length=8, verbose_name="par")),
                    ("language", models.CharField(choices=[("fr", "Français"), ("en", "English"), ("es", "Español"), ("ar", "العربية"), ("uk", "Українська"), ("tr", "Türkçe"), ("ro", "Română")], default="fr", max_length=2, verbose_name="langue")),
                    ("subject", models.CharField(blank=True, max_length=120, verbose_name="objet")),
                    ("body", models.TextField(max_length=3000, verbose_name="texte")),
                ],
                options={
                    "verbose_name": "texte d’un message",
                    "verbose_name_plural": "textes des messages",
                    "ordering": ("code", "channel", "language", "valid_from"),
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"), name="documents_messagetext_dates"),
                        models.UniqueConstraint(fields=("code", "channel", "language", "valid_from"), name="documents_messagetext_once"),
                        models.CheckConstraint(
                            condition=models.Q(("channel__in", ["sms", "email", "letter"]), ("code__in", ["demande", "travailleur-social", "ligne", "passage", "toujours-d-actualite", "rendez-vous", "rendez-vous-deplace", "rendez-vous-rappel", "rendez-vous-annule", "appareil-repare", "retour-appareil", "remis-sur-procuration"]), ("language__in", ["fr", "en", "es", "ar", "uk", "tr", "ro"])), name="documents_messagetext_known"
                        ),
                        models.CheckConstraint(condition=models.Q(models.Q(("channel", "sms"), ("subject", "")), models.Q(models.Q(("channel", "sms"), _negated=True), models.Q(("subject", ""), _negated=True)), _connector="OR"), name="documents_messagetext_subject"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="SmsAnswer",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("provider_id", models.CharField(max_length=80, unique=True, verbose_name="identifiant du service")),
                    ("sms", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="documents.sms", verbose_name="en réponse à")),
                    ("received_at", models.DateTimeField(verbose_name="reçu le")),
                    ("meaning", models.CharField(choices=[("yes", "Oui"), ("no", "Non"), ("stop", "Stop"), ("other", "Autre chose")], max_length=8, verbose_name="sens")),
                    (
                        "outcome",
                        models.CharField(
                            choices=[("confirmed", "Le foyer vient"), ("cancelled", "Le foyer ne vient pas\xa0: rendez-vous annulé"), ("stopped", "Plus de SMS à ce foyer"), ("to_read", "À lire"), ("nothing", "Sans effet\xa0: numéro inconnu, ou aucun message récent")],
                            default="nothing",
                            max_length=10,
                            verbose_name="suite",
                        ),
                    ),
                    ("why", models.CharField(blank=True, choices=[("unclear", "ni oui, ni non"), ("several", "plusieurs rendez-vous à ce numéro"), ("refused", "trop tard pour changer sans appeler"), ("news", "à un message qui n’attendait pas de réponse")], max_length=8, verbose_name="à lire parce que")),
                    ("text", models.CharField(blank=True, max_length=1000, verbose_name="texte")),
                    ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="lu le")),
                    ("read_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="lu par")),
                ],
                options={
                    "verbose_name": "réponse à un SMS",
                    "verbose_name_plural": "réponses aux SMS",
                    "ordering": ("-received_at", "-pk"),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("meaning__in", ["yes", "no", "stop", "other"]), ("outcome__in", ["confirmed", "cancelled", "stopped", "to_read", "nothing"])), name="documents_smsanswer_known"),
                        models.CheckConstraint(condition=models.Q(("text", ""), models.Q(("outcome", "to_read"), ("read_at", None), ("sms__isnull", False)), _connector="OR"), name="documents_smsanswer_words"),
                        models.CheckConstraint(condition=models.Q(models.Q(("outcome", "to_read"), models.Q(("why", ""), _negated=True)), models.Q(models.Q(("outcome", "to_read"), _negated=True), ("why", "")), _connector="OR"), name="documents_smsanswer_why"),
                        models.CheckConstraint(condition=models.Q(models.Q(("read_at", None), ("read_by", None)), ("read_at__isnull", False), _connector="OR"), name="documents_smsanswer_read"),
                    ],
                },
            ),
        )
    ]
