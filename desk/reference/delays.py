"""The families of delays that the first page and the connection files go by."""

from connectivity.models import ConnectionTerm
from desk.models import ServiceThreshold, TodoThreshold
from desk.reference.families import Family

DELAYS: tuple[Family, ...] = (
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
