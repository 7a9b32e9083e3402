"""The numbers of gifts, of erasure and of distribution: what the law limits, how fast a drive may be, how long holds.

Sources: décret n° 2022-791 du 6 mai 2022 (CG3P, art. D. 3212-3), décret n° 2023-266 du 12 avril 2023.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from reference.parameters import DatedParameter, parameter, parameter_family
from refurb.enums import DriveKind

EQUIPMENT = "Équipement"
parameter_family(
    "donations",
    slug="seuils-legaux",
    group=EQUIPMENT,
    title="Seuils des dons",
    purpose="La valeur la plus haute d’un don public, l’âge au-delà duquel on recycle, la part due au réemploi.",
)
parameter_family(
    "erasure",
    slug="limites-des-effacements",
    group=EQUIPMENT,
    title="Limites des effacements",
    purpose="Le débit que chaque type de stockage ne dépasse pas, le délai pour déclarer une horloge fausse.",
)
parameter_family(
    "distribution",
    slug="durees-de-la-distribution",
    group=EQUIPMENT,
    title="Durées de la distribution",
    purpose="Combien de temps tient une réservation, combien de mois dure la garantie.",
)

PUBLIC_GIFT_VALUE = parameter(
    "donations.public_gift_unit_value_max",
    usual=Decimal(300),
    unit="€",
    label="Valeur unitaire maximale d’un matériel donné par une personne publique",
    source="Décret n° 2022-791 du 6 mai 2022 (CG3P, art. D. 3212-3)",
)
DEVICE_AGE = parameter(
    "donations.device_age_max",
    usual=10,
    unit="ans",
    label="Âge au-delà duquel un appareil est recyclé plutôt que donné",
    source="Décret n° 2023-266 du 12 avril 2023 et doctrine MiNumÉco",
)
REUSE_RATE = parameter(
    "donations.reuse_rate_min",
    usual=50,
    unit="%",
    label="Part des matériels réformés dans l’année qu’une personne publique oriente vers le réemploi",
    source="Décret n° 2023-266 du 12 avril 2023",
)
FARTHEST_PICK_UP_MONTHS = parameter(
    "donations.pick_up_months", usual=24, unit="mois", label="Enlèvement le plus lointain"
)

RATE_HDD = parameter("erasure.rate_hdd", usual=300, unit="Mo/s", label="Débit le plus haut d’un disque dur")
RATE_SSD = parameter("erasure.rate_ssd", usual=600, unit="Mo/s", label="Débit le plus haut d’un SSD SATA")
RATE_NVME = parameter("erasure.rate_nvme", usual=15754, unit="Mo/s", label="Débit le plus haut d’un SSD NVMe")
RATE_EMMC = parameter("erasure.rate_emmc", usual=400, unit="Mo/s", label="Débit le plus haut d’une mémoire eMMC")
RATE_INTERNAL = parameter(
    "erasure.rate_internal", usual=5800, unit="Mo/s", label="Débit le plus haut d’un téléphone ou d’une tablette"
)
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
    }
)
"""The rate that each kind of drive does not go beyond."""

RESERVATION_DAYS = parameter("distribution.reservation_days", usual=21, unit="jours", label="Durée d’une réservation")
WARRANTY_MONTHS = parameter("distribution.warranty_months", usual=24, unit="mois", label="Garantie à la remise")
REPAIR_MONTHS = parameter("distribution.repair_months", usual=6, unit="mois", label="Garantie ajoutée après réparation")
