"""The rule on small counts of households (domaine §6.4); the pace of an EPCI (machines §14)."""

from reference.parameters import parameter, parameter_family

parameter_family(
    "secrecy",
    slug="secret-des-petits-nombres",
    group="Rapports mensuels",
    title="Secret des petits nombres",
    purpose="À partir de combien de foyers un nombre des rapports est montré hors du pilotage, et de combien ce qui"
    " est caché doit rester incertain. Un mois garde la règle avec laquelle il a été figé.",
)

THRESHOLD = parameter(
    "secrecy.threshold",
    usual=5,
    unit="foyers",
    label="Nombre de foyers à partir duquel il est montré",
    least=5,
    most=100,
)
WIDTH = parameter(
    "secrecy.width",
    usual=5,
    unit="foyers",
    label="Écart entre la plus petite et la plus grande valeur possible d’un nombre caché",
    least=5,
    most=100,
)

parameter_family(
    "rollouts",
    slug="rythme-des-epci",
    group="Rapports mensuels",
    title="Rythme de croisière d’un EPCI",
    purpose="Combien de mois publiés de suite doivent dire des appareils remis dans un EPCI pour que son déploiement"
    " soit en rythme de croisière\u00a0; autant de mois qui n’en disent aucun l’en font sortir.",
)
CRUISE_MONTHS = parameter(
    "rollouts.cruise_months", usual=3, unit="mois", label="Mois publiés de suite, pour un rythme de croisière"
)
