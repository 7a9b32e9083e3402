"""How many views of a list one keeps."""

import pytest
from django.core.exceptions import ValidationError

from lists.models import SavedView
from lists.services import MOST, remember_filter, save_view
from network.models import Membership
from tests.network.factories import make_membership

pytestmark = pytest.mark.django_db
PAGE, QUERY = "refurb:device_list", "state=received"


def save(by: Membership, name: str, page: str = PAGE) -> SavedView:
    return save_view(by=by, page=page, name=name, query=QUERY)


def test_one_view_too_many_of_a_list_is_refused_and_neither_the_last_filter_nor_others_count() -> None:
    mine, theirs = make_membership("technician", "reconditioner"), make_membership("technician", "reconditioner")
    remember_filter(by=mine, page=PAGE, query=QUERY)
    for rank in range(MOST):
        save(mine, f"Vue {rank}")
        save(theirs, f"Vue {rank}", page="refurb:bench")
    with pytest.raises(ValidationError, match=f"déjà {MOST} vues de cette liste"):
        save(mine, "Une de trop")
    assert not SavedView.objects.filter(name="Une de trop").exists()
    assert save(mine, "Vue 0").name == "Vue 0"
    assert save(mine, "Ailleurs", page="refurb:bench")
    assert save(theirs, "Vue 0")
    assert SavedView.objects.filter(membership=mine, page=PAGE).count() == MOST + 1
