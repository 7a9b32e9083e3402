"""How long the outbox keeps the mails of accounts; when a household is written to, and how long an SMS may be."""

from reference.parameters import parameter, parameter_family

ACCOUNT_MAIL_DAYS = parameter(
    "accounts.mail_days", usual=90, unit="jours", label="Garder un courriel d’invitation ou de mot de passe"
)

parameter_family(
    "messages",
    slug="heures-des-messages",
    group="Foyers",
    title="Messages aux foyers\u00a0: heures et longueur",
    purpose="Entre quelles heures un SMS part, du lundi au samedi, jours fériés exceptés, et sa longueur.",
    falls=(("messages.until_hour", "messages.from_hour"),),
)
MESSAGES_FROM = parameter("messages.from_hour", usual=8, unit="heures", label="Aucun SMS avant", least=0, most=23)
MESSAGES_UNTIL = parameter("messages.until_hour", usual=20, unit="heures", label="Aucun SMS après")
MOST_PARTS = parameter("messages.most_parts", usual=2, unit="SMS", label="Un texte tient en au plus", most=10)
