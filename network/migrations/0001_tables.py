"""The tables of who and where: territory, organisations, people and their roles, mergers of EPCI."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import django_fsm
import lifecycle.fields
import network.models.organisation
import network.siret
from django.conf import settings
from django.db import migrations, models

from lifecycle.operations import Tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("lifecycle", "0002_walls"),
    ]

    operations = [
        Tables(
            migrations.CreateModel(
                name="Arrondissement",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("code", models.CharField(max_length=3, unique=True, verbose_name="code Insee")),
                    ("name", models.CharField(max_length=80, verbose_name="nom")),
                ],
                options={
                    "ordering": ("name",),
                    "constraints": [models.CheckConstraint(condition=models.Q(("code__regex", "^[0-9]{3}$")), name="network_arrondissement_code")],
                },
            ),
            migrations.CreateModel(
                name="Epci",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("siren", models.CharField(max_length=9, unique=True, verbose_name="SIREN")),
                    ("name", models.CharField(max_length=120, verbose_name="nom")),
                    ("short_name", models.CharField(max_length=60, verbose_name="nom court")),
                    ("arrondissement", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="epcis", to="network.arrondissement", verbose_name="arrondissement principal")),
                    ("population", models.PositiveIntegerField(help_text="Population municipale de l’EPCI entier, habitants.", verbose_name="population")),
                    ("population_year", models.PositiveSmallIntegerField(verbose_name="année de la population")),
                    ("since", models.DateTimeField(editable=False, help_text="Vide\xa0: depuis toujours, pour ce qui est compté ici.", null=True, verbose_name="existe depuis")),
                    ("succeeded_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="succeeds", to="network.epci", verbose_name="EPCI qui succède")),
                    ("succeeded_at", models.DateTimeField(editable=False, null=True, verbose_name="réuni depuis")),
                ],
                options={
                    "verbose_name": "EPCI",
                    "verbose_name_plural": "EPCI",
                    "ordering": ("name",),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("siren__regex", "^[0-9]{9}$")), name="network_epci_siren"),
                        models.CheckConstraint(condition=models.Q(("succeeded_by", models.F("id")), _negated=True), name="network_epci_not_into_itself"),
                        models.CheckConstraint(condition=models.Q(models.Q(("succeeded_at", None), ("succeeded_by", None)), models.Q(("succeeded_at__isnull", False), ("succeeded_by__isnull", False)), _connector="OR"), name="network_epci_succeeded"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Commune",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("code", models.CharField(max_length=5, verbose_name="code Insee")),
                    ("status", models.CharField(choices=[("commune", "Commune"), ("commune-associee", "Commune associée"), ("commune-deleguee", "Commune déléguée"), ("ancienne-commune", "Ancienne commune")], default="commune", max_length=20, verbose_name="statut")),
                    ("name", models.CharField(max_length=80, verbose_name="nom")),
                    ("postcodes", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), blank=True, default=list, verbose_name="codes postaux")),
                    ("population", models.PositiveIntegerField(blank=True, help_text="Population municipale, habitants.", null=True, verbose_name="population")),
                    ("population_year", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="année de la population")),
                    ("epci", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="communes", to="network.epci", verbose_name="EPCI")),
                    ("arrondissement", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="communes", to="network.arrondissement", verbose_name="arrondissement")),
                    ("in_departement", models.BooleanField(default=True, verbose_name="dans le Nord")),
                    ("merged_into", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="merged", to="network.commune", verbose_name="réunie à")),
                ],
                options={
                    "ordering": ("name", "code"),
                    "indexes": [django.contrib.postgres.indexes.GinIndex(fields=["postcodes"], name="network_commune_postcodes")],
                    "constraints": [
                        models.UniqueConstraint(fields=("code", "status"), name="network_commune_once"),
                        models.CheckConstraint(condition=models.Q(("code__regex", "^[0-9][0-9AB][0-9]{3}$")), name="network_commune_code"),
                        models.CheckConstraint(condition=models.Q(models.Q(("merged_into", None), ("status", "commune")), models.Q(models.Q(("status", "commune"), _negated=True), ("merged_into__isnull", False)), _connector="OR"), name="network_commune_merged"),
                        models.CheckConstraint(condition=models.Q(("merged_into", models.F("id")), _negated=True), name="network_commune_not_into_itself"),
                        models.CheckConstraint(condition=models.Q(models.Q(("arrondissement__isnull", False), ("in_departement", True)), models.Q(("arrondissement", None), ("in_departement", False)), _connector="OR"), name="network_commune_arrondissement"),
                        models.CheckConstraint(condition=models.Q(models.Q(("population", None), ("population_year", None)), models.Q(("population__isnull", False), ("population_year__isnull", False)), _connector="OR"), name="network_commune_population_year"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Organisation",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("reference", models.CharField(default=network.models.organisation.organisation_reference, editable=False, max_length=12, unique=True, verbose_name="référence")),
                    ("name", models.CharField(max_length=160, verbose_name="nom")),
                    (
                        "kinds",
                        django.contrib.postgres.fields.ArrayField(
                            base_field=models.CharField(
                                choices=[
                                    ("departement", "Département (pilotage)"),
                                    ("prefecture", "Préfecture"),
                                    ("region", "Région"),
                                    ("hub", "Hub territorial"),
                                    ("donor", "Donateur"),
                                    ("reconditioner", "Reconditionneur"),
                                    ("epci", "EPCI"),
                                    ("distributor", "Distributeur"),
                                    ("relay", "Relais de distribution"),
                                    ("prescriber", "Prescripteur"),
                                    ("operator", "Opérateur télécom"),
                                    ("recycler", "Recycleur"),
                                    ("mediation", "Médiation numérique"),
                                    ("funder", "Financeur"),
                                ],
                                max_length=20,
                            ),
                            verbose_name="rôles dans la filière",
                        ),
                    ),
                    ("legal_nature", models.CharField(choices=[("public", "Organisme public"), ("private", "Entreprise"), ("association", "Association")], max_length=12, verbose_name="nature juridique")),
                    ("legal_form", models.CharField(blank=True, help_text="SA, SARL, SAS, commune, EPCI, association loi 1901… Le reçu fiscal d’une entreprise la porte.", max_length=60, verbose_name="forme juridique")),
                    ("siret", models.CharField(blank=True, max_length=14, validators=[network.siret.validate_siret], verbose_name="SIRET")),
                    ("address", models.CharField(blank=True, max_length=200, verbose_name="adresse")),
                    ("postcode", models.CharField(blank=True, max_length=5, validators=[django.core.validators.RegexValidator("^[0-9]{5}$", "Un code postal compte 5 chiffres.")], verbose_name="code postal")),
                    ("commune", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="organisations", to="network.commune", verbose_name="commune")),
                    ("epci", models.ForeignKey(blank=True, help_text="L’EPCI qu’elle est, ou celui qu’elle sert.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="organisations", to="network.epci", verbose_name="EPCI")),
                    (
                        "competences",
                        django.contrib.postgres.fields.ArrayField(
                            base_field=models.CharField(
                                choices=[
                                    ("collection", "Collecte"),
                                    ("storage", "Stockage"),
                                    ("erasure", "Effacement des données"),
                                    ("repair", "Réparation"),
                                    ("gift", "Don d’équipements"),
                                    ("distribution", "Distribution solidaire"),
                                    ("connection", "Accès à internet"),
                                    ("mediation", "Accompagnement au numérique"),
                                    ("prescription", "Orientation des foyers"),
                                    ("recycling", "Recyclage des déchets"),
                                    ("training", "Formation des acteurs"),
                                ],
                                max_length=20,
                            ),
                            blank=True,
                            default=list,
                            verbose_name="compétences",
                        ),
                    ),
                    ("phone", models.CharField(blank=True, max_length=20, verbose_name="téléphone")),
                    ("email", models.EmailField(blank=True, max_length=254, verbose_name="adresse électronique")),
                    ("is_active", models.BooleanField(default=True, verbose_name="active")),
                    ("communes_served", models.ManyToManyField(blank=True, related_name="served_by", to="network.commune", verbose_name="communes desservies")),
                ],
                options={
                    "verbose_name": "organisation",
                    "ordering": ("name", "pk"),
                    "indexes": [django.contrib.postgres.indexes.GinIndex(fields=["kinds"], name="network_organisation_kinds_gin")],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("kinds__len__gte", 1), ("kinds__contained_by", ["departement", "prefecture", "region", "hub", "donor", "reconditioner", "epci", "distributor", "relay", "prescriber", "operator", "recycler", "mediation", "funder"])),
                            name="network_organisation_kinds",
                            violation_error_message="Choisissez au moins un rôle dans la filière.",
                        ),
                        models.CheckConstraint(condition=models.Q(("competences__contained_by", ["collection", "storage", "erasure", "repair", "gift", "distribution", "connection", "mediation", "prescription", "recycling", "training"])), name="network_organisation_competences"),
                        models.CheckConstraint(condition=models.Q(("legal_nature__in", ["public", "private", "association"])), name="network_organisation_legal_nature"),
                        models.CheckConstraint(condition=models.Q(("siret", ""), ("siret__regex", "^[0-9]{14}$"), _connector="OR"), name="network_organisation_siret"),
                        models.UniqueConstraint(condition=models.Q(("siret", ""), _negated=True), fields=("siret",), name="network_organisation_siret_once", violation_error_message="Une organisation a déjà ce SIRET."),
                        models.CheckConstraint(condition=models.Q(("postcode", ""), ("postcode__regex", "^[0-9]{5}$"), _connector="OR"), name="network_organisation_postcode"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="User",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("password", models.CharField(max_length=128, verbose_name="password")),
                    ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                    ("is_superuser", models.BooleanField(default=False, help_text="Designates that this user has all permissions without explicitly assigning them.", verbose_name="superuser status")),
                    ("email", models.EmailField(error_messages={"unique": "Un compte a déjà cette adresse."}, max_length=254, unique=True, verbose_name="adresse électronique")),
                    ("first_name", models.CharField(blank=True, max_length=80, verbose_name="prénom")),
                    ("last_name", models.CharField(blank=True, max_length=80, verbose_name="nom")),
                    ("is_active", models.BooleanField(default=True, help_text="Un compte se désactive, il ne s’efface pas.", verbose_name="actif")),
                    ("is_staff", models.BooleanField(default=False, verbose_name="équipe technique")),
                    ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="créé le")),
                    ("forgotten_at", models.DateTimeField(blank=True, null=True, verbose_name="effacé le")),
                    ("groups", models.ManyToManyField(blank=True, help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.", related_name="user_set", related_query_name="user", to="auth.group", verbose_name="groups")),
                    ("user_permissions", models.ManyToManyField(blank=True, help_text="Specific permissions for this user.", related_name="user_set", related_query_name="user", to="auth.permission", verbose_name="user permissions")),
                ],
                options={
                    "verbose_name": "compte",
                    "ordering": ("last_name", "first_name", "email"),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("email", django.db.models.functions.text.Lower("email"))), name="network_user_email_lower"),
                        models.CheckConstraint(condition=models.Q(("forgotten_at", None), models.Q(("first_name", ""), ("is_active", False), ("last_name", "")), _connector="OR"), name="network_user_forgotten"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Membership",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to=settings.AUTH_USER_MODEL, verbose_name="personne")),
                    ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="network.organisation", verbose_name="organisation")),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("departement", "Département (pilotage)"),
                                ("prefecture", "Préfecture"),
                                ("region", "Région"),
                                ("hub", "Hub territorial"),
                                ("donor", "Donateur"),
                                ("reconditioner", "Reconditionneur"),
                                ("epci", "EPCI"),
                                ("distributor", "Distributeur"),
                                ("relay", "Relais de distribution"),
                                ("prescriber", "Prescripteur"),
                                ("operator", "Opérateur télécom"),
                                ("recycler", "Recycleur"),
                                ("mediation", "Médiation numérique"),
                                ("funder", "Financeur"),
                            ],
                            max_length=20,
                            verbose_name="au titre de",
                        ),
                    ),
                    (
                        "role",
                        models.CharField(
                            choices=[("pilot", "Pilote"), ("contact", "Contact"), ("technician", "Technicien"), ("adviser", "Conseiller"), ("worker", "Travailleur social"), ("reviewer", "Relecteur"), ("signatory", "Signataire"), ("agent", "Agent"), ("manager", "Responsable"), ("observer", "Observateur")],
                            max_length=20,
                            verbose_name="rôle",
                        ),
                    ),
                    ("opened_at", models.DateTimeField(verbose_name="ouvert le")),
                    ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="fermé le")),
                ],
                options={
                    "verbose_name": "rattachement",
                    "ordering": ("organisation__name", "kind", "role", "pk"),
                    "constraints": [
                        models.UniqueConstraint(fields=("user", "organisation", "kind", "role"), name="network_membership_once"),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("kind", "departement"), ("role__in", ("pilot", "manager", "observer"))),
                                models.Q(("kind", "prefecture"), ("role__in", ("manager", "observer"))),
                                models.Q(("kind", "region"), ("role__in", ("manager", "observer"))),
                                models.Q(("kind", "hub"), ("role__in", ("manager", "observer"))),
                                models.Q(("kind", "donor"), ("role__in", ("contact", "manager"))),
                                models.Q(("kind", "reconditioner"), ("role__in", ("technician", "reviewer", "signatory", "manager"))),
                                models.Q(("kind", "epci"), ("role__in", ("reviewer", "signatory", "manager", "observer"))),
                                models.Q(("kind", "distributor"), ("role__in", ("adviser", "reviewer", "signatory", "manager"))),
                                models.Q(("kind", "relay"), ("role__in", ("adviser", "manager"))),
                                models.Q(("kind", "prescriber"), ("role__in", ("worker", "manager"))),
                                models.Q(("kind", "operator"), ("role__in", ("agent", "manager"))),
                                models.Q(("kind", "recycler"), ("role__in", ("manager",))),
                                models.Q(("kind", "mediation"), ("role__in", ("manager", "observer"))),
                                models.Q(("kind", "funder"), ("role__in", ("manager", "observer"))),
                                _connector="OR",
                            ),
                            name="network_membership_role_fits_kind",
                        ),
                        models.CheckConstraint(condition=models.Q(("closed_at", None), ("closed_at__gte", models.F("opened_at")), _connector="OR"), name="network_membership_dates"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="MembershipPeriod",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("membership", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="periods", to="network.membership", verbose_name="rattachement")),
                    ("opened_at", models.DateTimeField(verbose_name="ouvert le")),
                    ("opened_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="fermé le")),
                    ("closed_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                ],
                options={
                    "verbose_name": "période de rattachement",
                    "verbose_name_plural": "périodes de rattachement",
                    "ordering": ("membership", "opened_at"),
                    "constraints": [
                        models.UniqueConstraint(condition=models.Q(("closed_at", None)), fields=("membership",), name="network_membershipperiod_one_open"),
                        models.CheckConstraint(condition=models.Q(("closed_at", None), ("closed_at__gte", models.F("opened_at")), _connector="OR"), name="network_membershipperiod_dates"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Invitation",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="invitations", to="network.organisation", verbose_name="organisation")),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("departement", "Département (pilotage)"),
                                ("prefecture", "Préfecture"),
                                ("region", "Région"),
                                ("hub", "Hub territorial"),
                                ("donor", "Donateur"),
                                ("reconditioner", "Reconditionneur"),
                                ("epci", "EPCI"),
                                ("distributor", "Distributeur"),
                                ("relay", "Relais de distribution"),
                                ("prescriber", "Prescripteur"),
                                ("operator", "Opérateur télécom"),
                                ("recycler", "Recycleur"),
                                ("mediation", "Médiation numérique"),
                                ("funder", "Financeur"),
                            ],
                            max_length=20,
                            verbose_name="au titre de",
                        ),
                    ),
                    (
                        "role",
                        models.CharField(
                            choices=[("pilot", "Pilote"), ("contact", "Contact"), ("technician", "Technicien"), ("adviser", "Conseiller"), ("worker", "Travailleur social"), ("reviewer", "Relecteur"), ("signatory", "Signataire"), ("agent", "Agent"), ("manager", "Responsable"), ("observer", "Observateur")],
                            max_length=20,
                            verbose_name="rôle",
                        ),
                    ),
                    ("email", models.EmailField(max_length=254, verbose_name="adresse électronique")),
                    ("first_name", models.CharField(blank=True, max_length=80, verbose_name="prénom")),
                    ("last_name", models.CharField(blank=True, max_length=80, verbose_name="nom")),
                    ("token_digest", models.CharField(editable=False, max_length=64, unique=True, verbose_name="empreinte du lien")),
                    ("sent_at", models.DateTimeField(verbose_name="envoyée le")),
                    ("expires_at", models.DateTimeField(verbose_name="expire le")),
                    ("invited_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="invité par")),
                    ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="acceptée le")),
                    ("accepted_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="acceptée par")),
                    ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="retirée le")),
                ],
                options={
                    "ordering": ("-sent_at", "-pk"),
                    "constraints": [
                        models.UniqueConstraint(condition=models.Q(("accepted_at", None), ("withdrawn_at", None)), fields=("organisation", "email", "kind", "role"), name="network_invitation_one_pending"),
                        models.CheckConstraint(condition=models.Q(("email", django.db.models.functions.text.Lower("email"))), name="network_invitation_email_lower"),
                        models.CheckConstraint(condition=models.Q(("expires_at__gt", models.F("sent_at"))), name="network_invitation_dates"),
                        models.CheckConstraint(condition=models.Q(models.Q(("accepted_at", None), ("accepted_by", None)), models.Q(("accepted_at__isnull", False), ("accepted_by__isnull", False), ("withdrawn_at", None)), _connector="OR"), name="network_invitation_accepted"),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("kind", "departement"), ("role__in", ("pilot", "manager", "observer"))),
                                models.Q(("kind", "prefecture"), ("role__in", ("manager", "observer"))),
                                models.Q(("kind", "region"), ("role__in", ("manager", "observer"))),
                                models.Q(("kind", "hub"), ("role__in", ("manager", "observer"))),
                                models.Q(("kind", "donor"), ("role__in", ("contact", "manager"))),
                                models.Q(("kind", "reconditioner"), ("role__in", ("technician", "reviewer", "signatory", "manager"))),
                                models.Q(("kind", "epci"), ("role__in", ("reviewer", "signatory", "manager", "observer"))),
                                models.Q(("kind", "distributor"), ("role__in", ("adviser", "reviewer", "signatory", "manager"))),
                                models.Q(("kind", "relay"), ("role__in", ("adviser", "manager"))),
                                models.Q(("kind", "prescriber"), ("role__in", ("worker", "manager"))),
                                models.Q(("kind", "operator"), ("role__in", ("agent", "manager"))),
                                models.Q(("kind", "recycler"), ("role__in", ("manager",))),
                                models.Q(("kind", "mediation"), ("role__in", ("manager", "observer"))),
                                models.Q(("kind", "funder"), ("role__in", ("manager", "observer"))),
                                _connector="OR",
                            ),
                            name="network_invitation_role_fits_kind",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Merger",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("reference", models.CharField(editable=False, max_length=16, unique=True, verbose_name="référence")),
                    ("seq", models.PositiveIntegerField(default=0, editable=False, verbose_name="rang au journal")),
                    ("head", models.CharField(default="", editable=False, max_length=64, verbose_name="empreinte")),
                    ("moved_at", models.DateTimeField(editable=False, verbose_name="dernier mouvement")),
                    ("state", lifecycle.fields.StateField(choices=[("declared", "Constatée")], default="declared", max_length=50, protected=True, verbose_name="état")),
                    ("epci", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.epci", verbose_name="EPCI qui disparaît")),
                    ("successor", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.epci", verbose_name="EPCI qui succède")),
                    ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organisation", verbose_name="qui agit pour lui")),
                    ("declared_at", models.DateTimeField(editable=False, verbose_name="constatée le")),
                    ("declared_by", models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                ],
                options={
                    "verbose_name": "fusion d’EPCI",
                    "verbose_name_plural": "fusions d’EPCI",
                    "ordering": ("-declared_at",),
                    "constraints": [
                        models.UniqueConstraint(fields=("epci",), name="network_merger_once"),
                        models.CheckConstraint(condition=models.Q(("state__in", ["declared"])), name="network_merger_state_known"),
                        models.CheckConstraint(condition=models.Q(("epci", models.F("successor")), _negated=True), name="network_merger_two"),
                    ],
                },
                bases=(django_fsm.FSMModelMixin, models.Model),
            ),
            migrations.CreateModel(
                name="MergerEntry",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("seq", models.PositiveIntegerField(verbose_name="rang")),
                    ("verb", models.CharField(max_length=40, verbose_name="verbe")),
                    ("source", models.CharField(blank=True, max_length=50, verbose_name="de")),
                    ("target", models.CharField(max_length=50, verbose_name="à")),
                    ("at", models.DateTimeField(verbose_name="le")),
                    ("recorded_at", models.DateTimeField(verbose_name="inscrit le")),
                    ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="échu le")),
                    ("cause_machine", models.CharField(blank=True, max_length=40, verbose_name="machine de la cause")),
                    ("cause_entry", models.BigIntegerField(blank=True, null=True, verbose_name="ligne de la cause")),
                    ("actor", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                    ("role", models.CharField(max_length=20, verbose_name="rôle")),
                    ("organisation", models.BigIntegerField(blank=True, null=True, verbose_name="organisation")),
                    ("via", models.CharField(blank=True, max_length=80, verbose_name="lien signé")),
                    ("values", models.JSONField(blank=True, default=dict, verbose_name="valeurs")),
                    ("comment_digest", models.CharField(blank=True, max_length=64, verbose_name="empreinte du commentaire")),
                    ("hash", models.CharField(max_length=64, verbose_name="empreinte")),
                    ("object", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="journal", to="network.merger", verbose_name="fusion")),
                    ("epci", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.epci")),
                    ("successor", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.epci")),
                ],
                options={
                    "verbose_name": "ligne du journal des fusions",
                    "verbose_name_plural": "journal des fusions",
                    "ordering": ("object_id", "seq"),
                    "abstract": False,
                    "indexes": [models.Index(fields=["at", "object"], name="network_mergerentry_at")],
                    "constraints": [models.UniqueConstraint(fields=("object", "seq"), name="network_mergerentry_once")],
                },
            ),
        ),
    ]
