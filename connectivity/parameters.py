"""The delays of connection files (machines §5, domaine §5): when one is reminded, when a file closes by itself."""

from reference.parameters import parameter, parameter_family

parameter_family(
    "connectivity",
    slug="delais-des-connexions",
    group="Internet",
    title="Délais des connexions",
    purpose="Quand on relance, quand un dossier se ferme de lui-même, quand on prévient de la fin d’un droit ou du"
    " cuivre.",
    falls=(
        ("connectivity.second_reminder_days", "connectivity.first_reminder_days"),
        ("connectivity.first_renewal_days", "connectivity.last_renewal_days"),
        (
            "connectivity.first_copper_months",
            "connectivity.second_copper_months",
            "connectivity.last_copper_months",
        ),
    ),
)

FIRST_REMINDER_DAYS = parameter(
    "connectivity.first_reminder_days",
    usual=5,
    unit="jours ouvrés",
    label="Première relance d’un dossier sans réponse",
)
SECOND_REMINDER_DAYS = parameter(
    "connectivity.second_reminder_days",
    usual=10,
    unit="jours ouvrés",
    label="Seconde relance d’un dossier sans réponse",
)
NO_ANSWER_DAYS = parameter(
    "connectivity.no_answer_days", usual=30, unit="jours", label="Clôture d’une demande sans réponse"
)
UNTOUCHED_DAYS = parameter(
    "connectivity.untouched_days", usual=60, unit="jours", label="Clôture d’un dossier sans suite"
)
FIRST_RENEWAL_DAYS = parameter(
    "connectivity.first_renewal_days", usual=60, unit="jours", label="Premier rappel avant la fin d’un droit"
)
LAST_RENEWAL_DAYS = parameter(
    "connectivity.last_renewal_days", usual=30, unit="jours", label="Dernier rappel avant la fin d’un droit"
)
FIRST_COPPER_MONTHS = parameter(
    "connectivity.first_copper_months", usual=12, unit="mois", label="Première alerte avant la fermeture du cuivre"
)
SECOND_COPPER_MONTHS = parameter(
    "connectivity.second_copper_months", usual=6, unit="mois", label="Deuxième alerte avant la fermeture du cuivre"
)
LAST_COPPER_MONTHS = parameter(
    "connectivity.last_copper_months", usual=3, unit="mois", label="Dernière alerte avant la fermeture du cuivre"
)
FARTHEST_APPOINTMENT_MONTHS = parameter(
    "connectivity.appointment_months", usual=12, unit="mois", label="Raccordement le plus lointain"
)
FARTHEST_CALL_MONTHS = parameter(
    "connectivity.call_months", usual=12, unit="mois", label="Prochain appel d’une campagne le plus lointain"
)
LONGEST_ENTITLEMENT_MONTHS = parameter(
    "connectivity.entitlement_months", usual=60, unit="mois", label="Droit à une offre le plus long"
)
DELAYS_MONTHS = parameter(
    "connectivity.delays_months", usual=6, unit="mois", label="Délais des opérateurs\u00a0: depuis combien de mois"
)
OFFER_CHECK_MONTHS = parameter(
    "connectivity.offer_check_months", usual=6, unit="mois", label="Source d’une offre à relire"
)
OPERATOR_LINK_DAYS = parameter(
    "connectivity.operator_link_days", usual=8, unit="jours", label="Durée d’un lien envoyé à un opérateur"
)
LINE_NEWS_DAYS = parameter(
    "connectivity.line_news_days", usual=5, unit="jours ouvrés", label="Prévenir un foyer de ce qui change sur sa ligne"
)
RECHARGES_A_MONTH = parameter(
    "connectivity.recharges_a_month",
    usual=2,
    unit="recharges",
    label="Recharges vendues à une ligne dans un mois",
    most=31,
)

RENEWALS = (FIRST_RENEWAL_DAYS, LAST_RENEWAL_DAYS)
COPPER_ALERTS = (FIRST_COPPER_MONTHS, SECOND_COPPER_MONTHS, LAST_COPPER_MONTHS)
