"""The numbers of gifts: what the law limits, what is due to reuse, how far ahead a pick-up is planned.

Sources: décret n° 2022-791 du 6 mai 2022 (CG3P, art. D. 3212-3), décret n° 2023-266 du 12 avril 2023.
"""

from decimal import Decimal

from reference.parameters import parameter, parameter_family

parameter_family(
    "donations",
    slug="seuils-legaux",
    group="Équipement",
    title="Seuils des dons",
    purpose="La valeur la plus haute d’un don public, l’âge au-delà duquel on recycle, la part due au réemploi.",
)
PUBLIC_GIFT_VALUE = parameter(
    "donations.public_gift_unit_value_max",
    usual=Decimal(300),
    unit="€",
    label="Valeur unitaire maximale d’un matériel donné par une personne publique",
    most=10_000,
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

parameter_family(
    "prospects",
    slug="delais-de-la-prospection",
    group="Équipement",
    title="Délais de la prospection",
    purpose="Après combien de temps sans échange un donateur possible est dit sans nouvelles, puis n’est plus suivi.",
)
SILENT_DAYS = parameter(
    "prospects.silent_days", usual=60, unit="jours", label="Donateur possible rencontré, sans nouvelles après"
)
LAPSE_MONTHS = parameter(
    "prospects.lapse_months",
    usual=24,
    unit="mois",
    label="Donateur possible sans nouvelles, suivi et contact oubliés après",
)
