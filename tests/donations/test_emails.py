"""What mails say, in good French."""

import pytest

from documents.emails import compose
from donations.models import Donation, DonationLine
from network.models import Organisation


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("donation_collected_for_donor", "0 enlevé sur 2 acceptés"),
        ("donation_reconciled_for_donor", "2 acceptés, 0 enlevé, 1 reçu"),
    ],
)
def test_none_and_one_are_singular(template: str, told: str) -> None:
    donation = Donation(reference="D-7K3M-2QXZ", donor=Organisation(legal_nature="public"))
    line = DonationLine(type="laptop", quantity=3, purchase_year=2020)
    line.accepted, line.collected, line.received = 2, 0, 1
    _, body = compose(f"emails/donations/{template}.txt", {"donation": donation, "lines": [line], "page": "/"})
    assert told in body.replace("\N{NO-BREAK SPACE}", " ")
