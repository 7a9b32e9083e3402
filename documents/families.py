"""The dated texts of the messages that households receive."""

from documents.messages import HOLES, SUBJECTS
from documents.models import MessageText
from reference.families import Family, declare

MAY_STAND = ", ".join(f"{{{name}}} {hole.means}" for name, hole in HOLES.items())


def _hints(row: MessageText) -> dict[str, str]:
    """What may be put in the texts of this message, and what has to be."""
    subject = SUBJECTS.get(row.code)
    if subject is None:
        return {}
    asked = ", ".join(f"{{{name}}}" for name in sorted(subject.asked(row.channel)))
    may = ", ".join(f"{{{name}}} {HOLES[name].means}" for name in HOLES if name in subject.holes)
    said = f"Entre accolades, ce que Maillon met pour chaque foyer\u00a0: {may}. À ne pas oublier\u00a0: {asked}."
    return {"body": said}


def _preview(row: MessageText) -> list[tuple[str, str]]:
    return row.preview() if row.code in SUBJECTS else []


declare(
    Family(
        slug="textes-des-messages",
        group="Foyers",
        title="Textes des messages aux foyers",
        purpose="Ce que disent les SMS, les courriels et les lettres. Sans texte dans une langue, le français part.",
        model=MessageText,
        series=("code", "channel", "language"),
        named=("code", "channel", "language"),
        fields=("subject", "body"),
        told=("body",),
        adds=True,
        sought=("subject", "body"),
        seek="Un mot du texte",
        hints={
            "subject": "L’objet d’un courriel, le titre d’une lettre\u00a0; rien pour un SMS.",
            "body": "Entre accolades, ce que Maillon met pour chaque foyer. Selon le message\u00a0: " + MAY_STAND + ".",
        },
        hints_of=_hints,
        preview=_preview,
        file="message_texts.csv",
        key=("code", "channel", "language"),
    ),
)
