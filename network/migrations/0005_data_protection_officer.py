"""One more role at the Département: the data protection officer."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0004_skills"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="invitation",
            name="network_invitation_role_fits_kind",
        ),
        migrations.RemoveConstraint(
            model_name="membership",
            name="network_membership_role_fits_kind",
        ),
        migrations.AlterField(
            model_name="invitation",
            name="role",
            field=models.CharField(
                choices=[
                    ("pilot", "Pilote"),
                    ("dpo", "Délégué à la protection des données"),
                    ("contact", "Contact"),
                    ("technician", "Technicien"),
                    ("adviser", "Conseiller"),
                    ("worker", "Travailleur social"),
                    ("reviewer", "Relecteur"),
                    ("signatory", "Signataire"),
                    ("agent", "Agent"),
                    ("manager", "Responsable"),
                    ("observer", "Observateur"),
                ],
                max_length=20,
                verbose_name="rôle",
            ),
        ),
        migrations.AlterField(
            model_name="membership",
            name="role",
            field=models.CharField(
                choices=[
                    ("pilot", "Pilote"),
                    ("dpo", "Délégué à la protection des données"),
                    ("contact", "Contact"),
                    ("technician", "Technicien"),
                    ("adviser", "Conseiller"),
                    ("worker", "Travailleur social"),
                    ("reviewer", "Relecteur"),
                    ("signatory", "Signataire"),
                    ("agent", "Agent"),
                    ("manager", "Responsable"),
                    ("observer", "Observateur"),
                ],
                max_length=20,
                verbose_name="rôle",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "departement"), ("role__in", ("pilot", "dpo", "manager", "observer"))),
                    models.Q(("kind", "prefecture"), ("role__in", ("manager", "observer"))),
                    models.Q(("kind", "region"), ("role__in", ("manager", "observer"))),
                    models.Q(("kind", "hub"), ("role__in", ("manager", "observer"))),
                    models.Q(("kind", "donor"), ("role__in", ("contact", "manager"))),
                    models.Q(
                        ("kind", "reconditioner"), ("role__in", ("technician", "reviewer", "signatory", "manager"))
                    ),
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
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "departement"), ("role__in", ("pilot", "dpo", "manager", "observer"))),
                    models.Q(("kind", "prefecture"), ("role__in", ("manager", "observer"))),
                    models.Q(("kind", "region"), ("role__in", ("manager", "observer"))),
                    models.Q(("kind", "hub"), ("role__in", ("manager", "observer"))),
                    models.Q(("kind", "donor"), ("role__in", ("contact", "manager"))),
                    models.Q(
                        ("kind", "reconditioner"), ("role__in", ("technician", "reviewer", "signatory", "manager"))
                    ),
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
        ),
    ]
