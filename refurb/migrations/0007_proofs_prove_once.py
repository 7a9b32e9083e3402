"""A proof proves one drive, once: numbers that compare, the limits of a run, how a proof came, and the wall of both."""

import django.contrib.postgres.fields
from django.db import migrations, models

SERIAL_KEY = r"""
CREATE OR REPLACE FUNCTION refurb_serial_key(serial text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN key = '' OR key ~ '^(.)\1*$' OR starts_with('0123456789ABCDEF', key)
            OR starts_with('123456789ABCDEF', key) OR starts_with('1234567890', key)
            OR key IN (
                'AUCUN', 'BASEBOARDSERIALNUMBER', 'CHASSISSERIALNUMBER', 'DEFAULTSTRING', 'EMPTY', 'INCONNU',
                'INVALID', 'NA', 'NONE', 'NONLISIBLE', 'NOTAPPLICABLE', 'NOTAVAILABLE', 'NOTPRESENT',
                'NOTSPECIFIED', 'NULL', 'OEM', 'SERIAL', 'SERIALNUMBER', 'SYSTEMSERIALNUMBER', 'TOBEFILLEDBYOEM',
                'UNDEFINED', 'UNKNOWN')
        THEN '' ELSE key END
    FROM (
        SELECT regexp_replace(upper(regexp_replace(
            regexp_replace(normalize(serial, NFKC), '^ *[Ss]/?[Nn] *[:=]', ''),
            '[^0-9A-Za-z]', '', 'g') COLLATE "C"), '^WD(?=W)', '') AS key
    ) AS plain
$$;
"""
"""The same as ``refurb.serials.same_serial``, for the database."""

ONCE = """
CREATE OR REPLACE FUNCTION refurb_drive_in_place(drive bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT NOT EXISTS (SELECT 1 FROM refurb_drive n WHERE n.supersedes_id = drive)
    AND NOT EXISTS (
        SELECT 1 FROM refurb_driveremoval r
            JOIN refurb_drive d ON d.id = r.drive_id JOIN refurb_device v ON v.id = d.device_id
        WHERE r.drive_id = drive AND (r.destination = 'mistake' OR v.type NOT IN ('tablet', 'smartphone'))
          AND NOT EXISTS (SELECT 1 FROM refurb_driveremoval n WHERE n.supersedes_id = r.id))
$$;
CREATE OR REPLACE FUNCTION refurb_serial_borne(key text, drive bigint, its_device bigint, its_stay integer)
RETURNS boolean LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF key = '' THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('refurb.serial:' || key, 0));
    RETURN EXISTS (
        SELECT 1 FROM refurb_drive d
        WHERE d.id IN (
            SELECT a.id FROM refurb_drive a WHERE a.serial_key = key AND a.serial_key <> ''
            UNION ALL
            SELECT e.drive_id FROM refurb_erasure e
            WHERE e.serial_key = key AND e.serial_key <> '' AND e.outcome = 'accepted'
              AND NOT EXISTS (SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id))
          AND d.id <> drive AND (d.device_id <> its_device OR d.stay = its_stay) AND refurb_drive_in_place(d.id));
END $$;
CREATE OR REPLACE FUNCTION refurb_drive_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Une preuve s’écrit en lecture validée : elle doit voir les autres.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_drive_once', TABLE = 'refurb_drive';
    END IF;
    IF NEW.supersedes_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM refurb_drive o
        WHERE o.id = NEW.supersedes_id AND o.device_id = NEW.device_id AND o.stay = NEW.stay)
    THEN
        RAISE EXCEPTION 'Un disque ne remplace que celui du même appareil, dans le même passage.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_drive_once', TABLE = 'refurb_drive';
    END IF;
    IF refurb_serial_borne(NEW.serial_key, NEW.id, NEW.device_id, NEW.stay) THEN
        RAISE EXCEPTION 'Ce numéro de série est déjà celui d’un autre disque.'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'refurb_drive_once', TABLE = 'refurb_drive';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refurb_drive_once AFTER INSERT ON refurb_drive FOR EACH ROW
    EXECUTE FUNCTION refurb_drive_once();

CREATE OR REPLACE FUNCTION refurb_erasure_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE drive refurb_drive;
BEGIN
    SELECT * INTO drive FROM refurb_drive d WHERE d.id = NEW.drive_id;
    IF current_setting('transaction_isolation') <> 'read committed'
       OR drive.device_id <> NEW.device_id OR drive.stay <> NEW.stay
       OR NEW.supersedes_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM refurb_erasure o
        WHERE o.id = NEW.supersedes_id AND o.device_id = NEW.device_id AND o.stay = NEW.stay)
    THEN
        RAISE EXCEPTION 'Un effacement est celui d’un disque de son appareil, dans le même passage.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    IF NOT refurb_drive_in_place(drive.id) AND drive.serial_key <> '' AND drive.serial_key = NEW.serial_key THEN
        RETURN NULL;
    END IF;
    IF refurb_serial_borne(NEW.serial_key, drive.id, drive.device_id, drive.stay) THEN
        RAISE EXCEPTION 'Ce rapport est celui d’un autre disque.'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    IF NEW.run_sha256 = '' AND NEW.report_sha256 = '' THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(
        'refurb.proof:' || coalesce(nullif(NEW.run_sha256, ''), NEW.report_sha256), 0));
    IF NEW.run_sha256 <> '' AND EXISTS (
        SELECT 1 FROM refurb_erasure e
        WHERE e.run_sha256 = NEW.run_sha256 AND e.run_sha256 <> '' AND e.drive_id <> NEW.drive_id
          AND e.outcome = 'accepted' AND NOT EXISTS (SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id)
          AND refurb_drive_in_place(e.drive_id)
    ) OR NEW.run_sha256 = '' AND EXISTS (
        SELECT 1 FROM refurb_erasure e
        WHERE e.report_sha256 = NEW.report_sha256 AND e.report_sha256 <> '' AND e.run_sha256 = ''
          AND e.drive_id <> NEW.drive_id AND e.outcome = 'accepted'
          AND NOT (e.recorded_at = NEW.recorded_at AND e.serial_key <> '' AND NEW.serial_key <> ''
            AND e.serial_key <> NEW.serial_key)
          AND NOT EXISTS (SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id)
          AND refurb_drive_in_place(e.drive_id)
    ) THEN
        RAISE EXCEPTION 'Ce rapport prouve déjà un autre disque.'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refurb_erasure_once AFTER INSERT ON refurb_erasure FOR EACH ROW
    WHEN (NEW.outcome = 'accepted') EXECUTE FUNCTION refurb_erasure_once();
"""

MORE_THAN_ONCE = """
DROP FUNCTION refurb_erasure_once() CASCADE;
DROP FUNCTION refurb_drive_once() CASCADE;
DROP FUNCTION refurb_serial_borne(text, bigint, bigint, integer);
DROP FUNCTION refurb_drive_in_place(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0002_wall"),
        ("network", "0003_saved_view"),
        ("refurb", "0006_proof_after_ready"),
    ]

    operations = [
        migrations.RunSQL(SERIAL_KEY, "DROP FUNCTION refurb_serial_key(text);"),
        migrations.CreateModel(
            name="ErasureLimit",
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
                ("value", models.PositiveSmallIntegerField(verbose_name="valeur")),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("rate_hdd", "Débit le plus haut d’un disque dur (Mo/s)"),
                            ("rate_ssd", "Débit le plus haut d’un SSD SATA (Mo/s)"),
                            ("rate_nvme", "Débit le plus haut d’un SSD NVMe (Mo/s)"),
                            ("rate_emmc", "Débit le plus haut d’une mémoire eMMC (Mo/s)"),
                            ("rate_internal", "Débit le plus haut d’un téléphone ou d’une tablette (Mo/s)"),
                            ("rate_usb", "Débit le plus haut par un câble USB (Mo/s)"),
                            ("clock_days", "Horloge fausse\xa0: jours entre la fin réelle et la déclaration"),
                        ],
                        max_length=20,
                        verbose_name="limite",
                    ),
                ),
            ],
            options={
                "verbose_name": "limite des effacements",
                "verbose_name_plural": "limites des effacements",
                "ordering": ("code", "-valid_from"),
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="device",
            name="serial_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(models.F("serial"), function="refurb_serial_key"),
                output_field=models.CharField(max_length=80),
                verbose_name="numéro comparable",
            ),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(
                condition=models.Q(("serial_key", ""), _negated=True),
                fields=["serial_key"],
                name="refurb_device_serial_key",
            ),
        ),
        migrations.AddField(
            model_name="drive",
            name="serial_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(models.F("serial"), function="refurb_serial_key"),
                output_field=models.CharField(max_length=80),
                verbose_name="numéro comparable",
            ),
        ),
        migrations.AddField(
            model_name="drive",
            name="source",
            field=models.CharField(
                blank=True,
                choices=[
                    ("sticker", "Étiquette du disque, lue ou scannée"),
                    ("system", "lshw ou smartctl"),
                    ("attested", "Lu sur le disque, attesté"),
                    ("report", "Inventorié d’après le rapport"),
                    ("", "Non précisée"),
                ],
                default="",
                max_length=10,
                verbose_name="d’où l’on connaît le numéro",
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="attribution",
            field=models.CharField(
                blank=True,
                choices=[
                    ("alone", "Seul disque branché pendant l’effacement"),
                    ("slot", "Par l’emplacement ou le câble"),
                    ("model", "Par le modèle imprimé"),
                    ("size", "Seul disque de cette capacité"),
                ],
                default="",
                max_length=10,
                verbose_name="attribué au disque",
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="clock",
            field=models.CharField(
                choices=[("local", "À l’heure d’ici"), ("utc", "À l’heure universelle (UTC)"), ("wrong", "Fausse")],
                default="local",
                max_length=10,
                verbose_name="horloge du poste",
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="clock_offset",
            field=models.IntegerField(default=0, verbose_name="décalage de l’horloge (secondes)"),
        ),
        migrations.AddField(
            model_name="erasure",
            name="clock_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("live_system", "Système de démarrage réglé sur l’heure universelle"),
                    ("battery", "Pile de l’ordinateur vide"),
                    ("never_set", "Horloge jamais réglée"),
                ],
                default="",
                max_length=15,
                verbose_name="horloge, pourquoi",
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="entry",
            field=models.CharField(
                blank=True,
                choices=[
                    ("read", "Lu par Maillon dans le journal de l’outil"),
                    ("checked", "Saisi à la main, conforme au journal joint"),
                    ("typed", "Saisi à la main, sans journal que Maillon sache lire"),
                    ("", "Non précisé"),
                ],
                default="",
                max_length=10,
                verbose_name="entré par",
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="rate_ceiling",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="débit le plus haut (Mo/s)"),
        ),
        migrations.AddField(
            model_name="erasure",
            name="run_sha256",
            field=models.CharField(blank=True, default="", max_length=64, verbose_name="empreinte du passage lu"),
        ),
        migrations.AddField(
            model_name="erasure",
            name="serial_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(models.F("serial_read"), function="refurb_serial_key"),
                output_field=models.CharField(max_length=80),
                verbose_name="numéro comparable",
            ),
        ),
        migrations.AlterField(
            model_name="erasure",
            name="differences",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("claims_erased", "Le rapport dit «\xa0effacé\xa0»\xa0: les chiffres ne le prouvent pas."),
                        ("silent", "Le rapport ne se prononce pas\xa0: les chiffres prouvent l’effacement."),
                        ("duration", "La durée imprimée n’est pas celle qui sépare le début de la fin."),
                        (
                            "self_named",
                            "Le disque est inventorié d’après un rapport\xa0: son numéro n’a pas été lu ailleurs.",
                        ),
                        (
                            "attributed",
                            "Le rapport ne porte pas de numéro de série\xa0: une personne dit de quel disque il parle.",
                        ),
                    ],
                    max_length=20,
                ),
                default=list,
                verbose_name="écarts avec le rapport",
            ),
        ),
        migrations.AlterField(
            model_name="erasure",
            name="refusals",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("donor_certificate", "Le certificat d’un donateur est gardé mais ne compte pas."),
                        ("no_report", "Le rapport de l’outil manque."),
                        ("not_finished", "La fin de l’effacement n’est pas établie."),
                        ("dates_reversed", "La fin précède le début."),
                        ("before_arrival", "L’effacement est antérieur à l’arrivée de l’appareil."),
                        ("in_the_future", "La fin est postérieure à l’enregistrement."),
                        ("tool_failed", "L’outil signale un échec."),
                        ("tool_aborted", "L’outil signale une interruption."),
                        ("method_unsuited", "La méthode ne convient pas à ce type de stockage."),
                        ("serial_missing", "Le rapport ne porte pas le numéro de série du disque."),
                        ("serial_mismatch", "Le numéro de série du rapport n’est pas celui du disque."),
                        ("bytes_unknown", "Le nombre d’octets effacés n’est pas établi."),
                        ("bytes_short", "Tous les octets n’ont pas été effacés."),
                        ("smaller_than_drive", "L’outil a vu moins d’octets que le disque n’en contient."),
                        ("passes_short", "Toutes les passes demandées n’ont pas été faites."),
                        ("pass_errors", "Des erreurs d’écriture sont signalées."),
                        ("not_verified", "L’effacement n’a pas été vérifié."),
                        ("verification_errors", "La vérification a trouvé des erreurs."),
                        ("hidden_present", "Des secteurs cachés n’ont pas été effacés."),
                        ("hidden_unknown", "On ne sait pas si le disque a des secteurs cachés."),
                        ("not_started", "Le début de l’écrasement n’est pas établi."),
                        ("too_fast", "L’effacement a été plus rapide que le disque ne le permet."),
                        ("other_size", "Ce passage porte sur un disque d’une autre capacité."),
                    ],
                    max_length=20,
                ),
                default=list,
                verbose_name="motifs de refus",
            ),
        ),
        migrations.AddIndex(
            model_name="drive",
            index=models.Index(
                condition=models.Q(("serial_key", ""), _negated=True),
                fields=["serial_key"],
                name="refurb_drive_serial_key",
            ),
        ),
        migrations.AddIndex(
            model_name="erasure",
            index=models.Index(
                condition=models.Q(("serial_key", ""), _negated=True),
                fields=["serial_key"],
                name="refurb_erasure_serial_key",
            ),
        ),
        migrations.AddIndex(
            model_name="erasure",
            index=models.Index(
                condition=models.Q(("run_sha256", ""), _negated=True), fields=["run_sha256"], name="refurb_erasure_run"
            ),
        ),
        migrations.AddIndex(
            model_name="erasure",
            index=models.Index(
                condition=models.Q(("report_sha256", ""), _negated=True),
                fields=["report_sha256"],
                name="refurb_erasure_report",
            ),
        ),
        migrations.AddConstraint(
            model_name="erasure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("clock", "local"), ("clock_offset", 0), ("clock_reason", "")),
                    models.Q(
                        models.Q(("clock", "local"), _negated=True), models.Q(("clock_reason", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="refurb_erasure_clock_said",
                violation_error_message="Dites pourquoi l’horloge n’était pas à l’heure d’ici.",
            ),
        ),
        migrations.AddConstraint(
            model_name="erasure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("entry__in", ("read", "checked")),
                        ("report__isnull", False),
                        models.Q(("run_sha256", ""), _negated=True),
                    ),
                    models.Q(("clock", "local"), ("entry__in", ("typed", "")), ("run_sha256", ""), ("attribution", "")),
                    _connector="OR",
                ),
                name="refurb_erasure_entry",
            ),
        ),
        migrations.AddConstraint(
            model_name="erasurelimit",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"),
                name="refurb_erasurelimit_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="erasurelimit",
            constraint=models.UniqueConstraint(fields=("code", "valid_from"), name="refurb_erasurelimit_once"),
        ),
        migrations.AddConstraint(
            model_name="erasurelimit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "code__in",
                        ["rate_hdd", "rate_ssd", "rate_nvme", "rate_emmc", "rate_internal", "rate_usb", "clock_days"],
                    ),
                    ("value__gte", 1),
                ),
                name="refurb_erasurelimit_known",
            ),
        ),
        migrations.RunSQL(ONCE, MORE_THAN_ONCE),
    ]
