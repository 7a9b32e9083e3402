"""The numbers of erasure: how fast a drive may be, how long a wrong clock may be said. What a device in use spares."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from reference.parameters import DatedParameter, parameter, parameter_family
from refurb.enums import DeviceType, DriveKind

parameter_family(
    "erasure",
    slug="limites-des-effacements",
    group="Équipement",
    title="Limites des effacements",
    purpose="Le débit que chaque type de stockage ne dépasse pas, le délai pour déclarer une horloge fausse.",
)
RATE_HDD = parameter("erasure.rate_hdd", usual=300, unit="Mo/s", label="Débit le plus haut d’un disque dur")
RATE_SSD = parameter("erasure.rate_ssd", usual=600, unit="Mo/s", label="Débit le plus haut d’un SSD SATA")
RATE_NVME = parameter("erasure.rate_nvme", usual=15754, unit="Mo/s", label="Débit le plus haut d’un SSD NVMe")
RATE_EMMC = parameter("erasure.rate_emmc", usual=400, unit="Mo/s", label="Débit le plus haut d’une mémoire eMMC")
RATE_INTERNAL = parameter(
    "erasure.rate_internal", usual=5800, unit="Mo/s", label="Débit le plus haut d’un téléphone ou d’une tablette"
)
RATE_CARD = parameter("erasure.rate_card", usual=3938, unit="Mo/s", label="Débit le plus haut d’une carte mémoire")
RATE_USB = parameter("erasure.rate_usb", usual=2500, unit="Mo/s", label="Débit le plus haut par un câble USB")
CLOCK_DAYS = parameter(
    "erasure.clock_days",
    usual=7,
    unit="jours",
    label="Horloge fausse\u00a0: entre la fin réelle et la déclaration",
)
RATES: Mapping[str, DatedParameter[int]] = MappingProxyType(
    {
        DriveKind.HDD: RATE_HDD,
        DriveKind.SSD: RATE_SSD,
        DriveKind.NVME: RATE_NVME,
        DriveKind.EMMC: RATE_EMMC,
        DriveKind.INTERNAL: RATE_INTERNAL,
        DriveKind.CARD: RATE_CARD,
    }
)
"""The rate that each kind of drive does not go beyond."""

parameter_family(
    "spared",
    slug="ce-que-le-reemploi-evite",
    group="Équipement",
    title="Ce que le réemploi évite",
    purpose="Par appareil en service à la place d’un neuf et par année d’usage\u00a0: un ordre de grandeur.",
)
CO2, MATERIALS = "kg éq. CO₂ par an", "kg par an"
SPARED_CO2: Mapping[str, DatedParameter[Decimal]] = MappingProxyType(
    {
        DeviceType.LAPTOP: parameter("spared.co2_laptop", usual=Decimal(27), unit=CO2, label="CO₂, portable"),
        DeviceType.TABLET: parameter("spared.co2_tablet", usual=Decimal(20), unit=CO2, label="CO₂, tablette"),
        DeviceType.SMARTPHONE: parameter(
            "spared.co2_smartphone", usual=Decimal("24.6"), unit=CO2, label="CO₂, smartphone"
        ),
    }
)
"""Types for which a study says how much; the others count for nothing."""
SPARED_MATERIALS: Mapping[str, DatedParameter[Decimal]] = MappingProxyType(
    {
        DeviceType.LAPTOP: parameter(
            "spared.materials_laptop", usual=Decimal(127), unit=MATERIALS, label="Matières, portable"
        ),
        DeviceType.TABLET: parameter(
            "spared.materials_tablet", usual=Decimal(80), unit=MATERIALS, label="Matières, tablette"
        ),
        DeviceType.SMARTPHONE: parameter(
            "spared.materials_smartphone", usual=Decimal("76.9"), unit=MATERIALS, label="Matières, smartphone"
        ),
    }
)

parameter_family(
    "waste",
    slug="delais-des-dechets",
    group="Équipement",
    title="Délais du registre des déchets",
    purpose="Après combien de temps un bordereau sans poids, ou une destruction contestée, est en retard, et combien de"
    " temps le registre est gardé.",
)
WEIGHT_DAYS = parameter(
    "waste.weight_days", usual=30, unit="jours", label="Bordereau sans poids, en retard après son départ"
)
CONTEST_DAYS = parameter(
    "waste.contest_days", usual=7, unit="jours", label="Répondre à un recycleur qui conteste une destruction"
)
REGISTER_YEARS = parameter("waste.register_years", usual=3, unit="ans", label="Registre des déchets, gardé au moins")
