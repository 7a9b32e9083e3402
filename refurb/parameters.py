"""The numbers of erasure: how fast a drive may be, how long a wrong clock may be said."""

from collections.abc import Mapping
from types import MappingProxyType

from reference.parameters import DatedParameter, parameter, parameter_family
from refurb.enums import DriveKind

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
