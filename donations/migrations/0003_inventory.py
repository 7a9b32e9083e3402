"""The machines of a lot one by one, as its donor's inventory describes them; frozen with its lines."""

import django.db.models.deletion
from django.db import migrations, models

FROZEN = """
CREATE FUNCTION donations_inventoryunit_frozen() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND EXISTS (
        SELECT 1 FROM donations_donationline l JOIN donations_donation d ON d.id = l.donation_id
        WHERE l.id = OLD.line_id AND d.state <> 'draft'
    ) OR TG_OP <> 'DELETE' AND EXISTS (
        SELECT 1 FROM donations_donationline l JOIN donations_donation d ON d.id = l.donation_id
        WHERE l.id = NEW.line_id AND d.state <> 'draft'
    ) THEN
        RAISE EXCEPTION 'Un lot annoncé garde les machines de son inventaire.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'donations_inventoryunit_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER donations_inventoryunit_frozen BEFORE UPDATE OR DELETE ON donations_inventoryunit
    FOR EACH ROW EXECUTE FUNCTION donations_inventoryunit_frozen();
CREATE TRIGGER donations_inventoryunit_late BEFORE INSERT ON donations_inventoryunit
    FOR EACH ROW WHEN (NEW.line_id IS NOT NULL) EXECUTE FUNCTION donations_inventoryunit_frozen();
"""
NOT_FROZEN = """
DROP TRIGGER donations_inventoryunit_late ON donations_inventoryunit;
DROP TRIGGER donations_inventoryunit_frozen ON donations_inventoryunit;
DROP FUNCTION donations_inventoryunit_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("donations", "0002_walls"),
        ("imports", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="InventoryUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="ligne du fichier")),
                ("quantity", models.PositiveSmallIntegerField(default=1, verbose_name="quantité")),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("laptop", "Ordinateur portable"),
                            ("desktop", "Ordinateur fixe"),
                            ("tablet", "Tablette"),
                            ("smartphone", "Smartphone"),
                            ("screen", "Écran"),
                        ],
                        max_length=12,
                        verbose_name="type",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="année d’achat")),
                (
                    "condition",
                    models.CharField(
                        choices=[
                            ("working", "En état de marche"),
                            ("untested", "Non testé"),
                            ("faulty", "En panne"),
                            ("incomplete", "Incomplet (sans disque, sans chargeur…)"),
                        ],
                        max_length=12,
                        verbose_name="état",
                    ),
                ),
                (
                    "unit_value",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=8, null=True, verbose_name="valeur unitaire (€)"
                    ),
                ),
                ("manufacturer", models.CharField(blank=True, max_length=60, verbose_name="marque")),
                ("model", models.CharField(blank=True, max_length=80, verbose_name="modèle")),
                ("serial", models.CharField(blank=True, max_length=80, verbose_name="numéro de série")),
                ("serial_key", models.CharField(blank=True, max_length=80, verbose_name="numéro comparable")),
                ("donor_number", models.CharField(blank=True, max_length=60, verbose_name="étiquette du donateur")),
                ("donor_key", models.CharField(blank=True, max_length=60, verbose_name="étiquette comparable")),
                ("processor", models.CharField(blank=True, max_length=80, verbose_name="processeur")),
                ("memory_gb", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="mémoire (Go)")),
                ("storage", models.CharField(blank=True, max_length=80, verbose_name="stockage")),
                ("remark", models.CharField(blank=True, max_length=300, verbose_name="site, observations")),
                (
                    "line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inventory",
                        to="donations.donationline",
                        verbose_name="ligne du lot",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="imports.import",
                        verbose_name="import",
                    ),
                ),
            ],
            options={
                "verbose_name": "machine inventoriée",
                "verbose_name_plural": "machines inventoriées",
                "ordering": ("source", "number"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("serial_key", ""), _negated=True),
                        fields=["serial_key"],
                        name="donations_inventory_serial",
                    ),
                    models.Index(
                        condition=models.Q(("donor_key", ""), _negated=True),
                        fields=["donor_key"],
                        name="donations_inventory_donor",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "number"), name="donations_inventoryunit_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity", 1),
                            models.Q(
                                ("donor_key", ""), ("quantity__gt", 1), ("quantity__lte", 5000), ("serial_key", "")
                            ),
                            _connector="OR",
                        ),
                        name="donations_inventoryunit_quantity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("type__in", ["laptop", "desktop", "tablet", "smartphone", "screen"])),
                        name="donations_inventoryunit_type",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("condition__in", ["working", "untested", "faulty", "incomplete"])),
                        name="donations_inventoryunit_condition",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FROZEN, NOT_FROZEN),
    ]
