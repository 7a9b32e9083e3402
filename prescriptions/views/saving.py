"""Call a service from a form: whatever it refuses is told beside the field it is about, and nothing typed is lost."""

from collections.abc import Callable, Mapping

from django.core.exceptions import ValidationError
from django.forms import BaseForm

from lifecycle import gate
from lifecycle.acting import invalidate, refuse
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from prescriptions.forms.doubles import DoublesForm
from prescriptions.models import DoubleAnswer, Household
from prescriptions.services.doubles import answer_double


def saved[R](form: BaseForm, do: Callable[[], R], names: Mapping[str, str] | None = None) -> R | None:
    """What the service returns; None when it refused, with its reasons on the form."""
    try:
        return do()
    except Refused as refused:
        refuse(form, refused, None, None, names or {})
    except ValidationError as error:
        invalidate(form, error)
    return None


def answering(form: DoublesForm, household: Household, actor: Actor) -> Callable[[], list[DoubleAnswer]]:
    """Write all the answers of a page about files that look alike, or none."""

    @gate.one_transaction
    def write() -> list[DoubleAnswer]:
        return [
            answer_double(actor=actor, household=household, other=other, same=same) for other, same in form.answers()
        ]

    return write
