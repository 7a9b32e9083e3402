"""One's name as a signature: that of the account, and nothing in its place."""

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

NAMELESS = (
    "Votre compte n’a pas de prénom et de nom\u00a0: écrivez-les dans «\u00a0Mon compte\u00a0», puis revenez signer."
)


def how_to_sign(signer: str) -> SafeString:
    """What to write; of an account without a name, where one writes it first."""
    if signer:
        return format_html("Écrivez\u00a0: {}.", signer)
    return format_html('<a href="{}">Écrivez d’abord votre prénom et votre nom</a>.', reverse("network:account"))


def refuse_unnamed(signer: str) -> None:
    """Nobody signs by an address. Raises ``ValidationError``."""
    if not signer:
        raise ValidationError(NAMELESS, code="nameless")
