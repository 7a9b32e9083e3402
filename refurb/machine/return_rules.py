"""What is asked of a device that a household brought back and that was lost, before it is anybody else's."""

from lifecycle.machine import Requirement
from refurb.models.returns import LOST_IN_RETURN, settled

RETURN_SETTLED = Requirement(
    "return_settled",
    "Un foyer avait rapporté cet appareil et attend toujours ce qui lui est dû\u00a0: il n’entre pas au stock."
    " Reprenez son retour par «\u00a0Retrouver le retour\u00a0», sur sa page. Sa place du quota est"
    " prise\u00a0? Le point sert d’abord le foyer autrement.",
    lambda ctx: ~LOST_IN_RETURN | settled(),
    lifted_by="un technicien de l’atelier, ou le conseiller du point, par «\u00a0Retrouver le retour\u00a0»",
)
