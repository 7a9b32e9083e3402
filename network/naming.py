"""How a person is named to a reader."""

from lifecycle.actors import Actor
from network.models import Membership


def told_to(who: Membership, reader: Actor | None) -> str:
    """Who did something: by name to his organisation and to whoever reads all, as in a timeline; else what he is."""
    if reader is not None and (reader.reads_all or reader.organisation_id == who.organisation_id):
        return str(who)
    return f"{who.organisation} ({who.get_role_display().lower()})"
