"""The text of the deed of gift, and what the potential of an EPCI is estimated from."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from donations.models.deed import DeedText
from donations.models.potential import OrganisationCount, SizeEstimate
from network.models import Epci
from reference.dated import fingerprint
from reference.families import Family, declare


def _epcis() -> Any:
    return Epci.objects.living().alphabetical()


def _epcis_by_siren() -> Mapping[str, Model]:
    """The EPCI of the database: a line of one that is not there is left out."""
    return {epci.siren: epci for epci in Epci.objects.all()}


declare(
    Family(
        slug="textes-de-l-acte-de-don",
        group="Équipement",
        title="Texte de l’acte de don",
        purpose="Ce que le donateur accepte quand il donne un lot.",
        model=DeedText,
        series=(),
        named=("title",),
        fields=("version", "title", "body"),
        told=("version",),
        hints={"version": "Exemple\u00a0: 2027-1. Une version ne sert qu’une fois."},
        frozen=True,
        file="deed_texts.csv",
        key=("version",),
        once=True,
        texts={"body": str},
        computed={"sha256": lambda told: fingerprint(told["body"])},
    ),
    Family(
        slug="estimation-par-taille",
        group="Équipement",
        title="Estimation du gisement, par taille d’organisation",
        purpose="Salariés, appareils par salarié, part renouvelée chaque année\u00a0: une estimation.",
        model=SizeEstimate,
        series=("size",),
        named=("size",),
        fields=("employees", "devices_per_employee", "renewal_rate"),
        told=("employees", "devices_per_employee", "renewal_rate"),
        adds=True,
        units={"renewal_rate": "%"},
        hints={"renewal_rate": "En pour cent des appareils, chaque année."},
        file="size_estimates.csv",
        key=("size",),
    ),
    Family(
        slug="organisations-par-epci",
        group="Équipement",
        title="Estimation du gisement, organisations par EPCI",
        purpose="Combien d’organisations de chaque taille un EPCI compte\u00a0: la source dit d’où vient ce nombre.",
        model=OrganisationCount,
        series=("epci", "size"),
        named=("epci", "size"),
        fields=("organisations",),
        told=("organisations",),
        adds=True,
        choices={"epci": _epcis},
        file="organisation_counts.csv",
        key=("epci", "size"),
        relations={"epci": _epcis_by_siren},
    ),
)
