"""The families of delays and limits: first page, connection files, runs of erasure, reports."""

from connectivity.models import ConnectionTerm
from desk.models import ServiceThreshold, TodoThreshold
from desk.reference.families import Family
from refurb.models.terms import ErasureLimit
from reports.models import SecrecyTerm

DELAYS: tuple[Family, ...] = (
    Family(
        slug="limites-des-effacements",
        group="Équipement",
        title="Limites des effacements",
        purpose="Le débit que chaque type de stockage ne dépasse pas, le délai pour déclarer une horloge fausse.",
        model=ErasureLimit,
        series=("code",),
        named=("code",),
        fields=("value",),
        told=("value",),
        hints={"value": "Dans l’unité que le nom indique."},
    ),
    Family(
        slug="delais-des-connexions",
        group="Internet",
        title="Délais des connexions",
        purpose="Quand on relance, quand un dossier se ferme de lui-même, quand on prévient de la fin d’un droit ou du"
        " cuivre.",
        model=ConnectionTerm,
        series=("code",),
        named=("code",),
        fields=("value",),
        told=("value",),
        hints={"value": "Dans l’unité que le nom indique."},
        falls=(
            ("second_reminder_days", "first_reminder_days"),
            ("first_renewal_days", "last_renewal_days"),
            ("first_copper_months", "second_copper_months", "last_copper_months"),
        ),
    ),
    Family(
        slug="seuils-d-a-faire",
        group="Page «\u00a0À faire\u00a0»",
        title="Seuils de la page «\u00a0À faire\u00a0»",
        purpose="À partir de quand ce qui attend est montré, ou dit en retard. Ce que la loi fixe n’y est pas.",
        model=TodoThreshold,
        series=("code",),
        named=("code",),
        fields=("value",),
        told=("value",),
        units={"value": "jours"},
    ),
    Family(
        slug="secret-des-petits-nombres",
        group="Rapports mensuels",
        title="Secret des petits nombres",
        purpose="À partir de combien de foyers un nombre des rapports est montré hors du pilotage, et de combien ce qui"
        " est caché doit rester incertain. Un mois garde la règle avec laquelle il a été figé.",
        model=SecrecyTerm,
        series=("code",),
        named=("code",),
        fields=("value",),
        told=("value",),
        units={"value": "foyers"},
    ),
    Family(
        slug="seuils-du-service",
        group="Page «\u00a0À faire\u00a0»",
        title="Seuils du service",
        purpose="À partir de quand le pilote est prévenu que le travail de fond est arrêté ou en retard, ou que la"
        " place manque sur le disque.",
        model=ServiceThreshold,
        series=("code",),
        named=("code",),
        fields=("value",),
        told=("value",),
        hints={"value": "Dans l’unité que le nom indique."},
    ),
)
