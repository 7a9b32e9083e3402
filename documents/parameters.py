"""How long the outbox keeps the mails of accounts."""

from reference.parameters import parameter

ACCOUNT_MAIL_DAYS = parameter(
    "accounts.mail_days", usual=90, unit="jours", label="Garder un courriel d’invitation ou de mot de passe"
)
