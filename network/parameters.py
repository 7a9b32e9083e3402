"""How long what is sent to people without an account opens, and how long it is kept."""

from reference.parameters import parameter, parameter_family

parameter_family(
    "accounts",
    slug="durees-des-comptes",
    group="Comptes",
    title="Durées des invitations et de leurs courriels",
    purpose="Combien de temps s’ouvre une invitation, combien de temps on garde l’adresse de qui n’a pas répondu.",
)

INVITATION_DAYS = parameter("accounts.invitation_days", usual=8, unit="jours", label="Durée du lien d’une invitation")
UNANSWERED_DAYS = parameter(
    "accounts.unanswered_days",
    usual=90,
    unit="jours",
    label="Garder une invitation sans réponse, après la fin de son lien",
)

parameter_family(
    "skills",
    slug="delais-des-competences",
    group="Comptes",
    title="Délais des compétences",
    purpose="Combien de temps avant sa fin une compétence notée est annoncée au responsable de l’atelier.",
)
SKILL_DAYS = parameter("skills.soon_days", usual=60, unit="jours", label="Compétence annoncée avant sa fin")

parameter_family(
    "directory",
    slug="delais-de-l-annuaire",
    group="Comptes",
    title="Annuaire des prescripteurs",
    purpose="Après combien de mois une fiche de l’annuaire est à confirmer, pendant combien de mois un prescripteur qui"
    " a déposé une demande compte comme actif, et jusqu’à quand on programme une session de sensibilisation.",
)
CONFIRM_MONTHS = parameter("directory.confirm_months", usual=6, unit="mois", label="Fiche de l’annuaire à confirmer")
ACTIVE_MONTHS = parameter(
    "directory.active_months", usual=6, unit="mois", label="Prescripteur actif après sa dernière demande"
)
FARTHEST_SESSION_MONTHS = parameter(
    "directory.farthest_session_months",
    usual=18,
    unit="mois",
    label="Session de sensibilisation programmée au plus tard",
)
