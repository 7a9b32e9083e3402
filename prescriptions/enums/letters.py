"""What is noted of a message to a household once it is written: posted, come back, or gone to a wrong place."""

from django.db.models import TextChoices


class MessageFate(TextChoices):
    """What somebody noted of it; ``ASTRAY`` follows from a correction of the file."""

    POSTED = "posted", "Postée"
    GIVEN = "given", "Remise au foyer"
    DROPPED = "dropped", "Pas postée, elle ne servait plus"
    MISNOTED = "misnoted", "Notée par erreur\u00a0: à poster de nouveau"
    UNKNOWN = "unknown", "Revenue\u00a0: n’habite pas à l’adresse indiquée"
    UNCLAIMED = "unclaimed", "Revenue\u00a0: pli non réclamé"
    ASTRAY = "astray", "Parti là où le foyer n’est pas\u00a0: coordonnée corrigée depuis"


SENT_OFF = (MessageFate.POSTED, MessageFate.GIVEN, MessageFate.DROPPED)
"""What is noted of a letter that was printed, once; again when that was noted by mistake."""
SAID_TO_LEAVE = (MessageFate.POSTED, MessageFate.GIVEN)
"""What says that a letter is on its way to its household, or in its hands."""
CAME_BACK = (MessageFate.UNKNOWN, MessageFate.UNCLAIMED)
"""What the envelope of a letter that comes back says."""
NOT_READ = (*CAME_BACK, MessageFate.ASTRAY)
"""After which the household does not know what it was told by that message."""
