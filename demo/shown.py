"""The lots the story cannot do without: each state, each way out, each incident at least once, whatever chance brings.

Their days are counted back from the last one, far enough for each to be where it is wanted on that day.
"""

from collections.abc import Iterator

from demo import device_fates, handed, tools
from demo.context import Story
from demo.handed import Through, ToTheStock
from demo.offers import Lot, LotLine
from donations.enums import DeclineReason, Destination, LineCondition, LineRefusalCode, WithdrawReason
from refurb.enums import DeviceType


def shown(story: Story) -> Iterator[Lot]:
    """The settled ones, those under way on the last day, those that ended early."""
    for lots in (_renewed, _distributed, _shared, _miscounted, _on_the_bench, _expected, _ended_early):
        yield from lots(story)


def _renewed(story: Story) -> Iterator[Lot]:
    """A company gives what it replaces; a branch outside the département does too."""
    sites, model = story.cast.sites, story.catalogue.named
    year = story.last.year
    yield Lot(
        sites["textiles"][0],
        story.back(130),
        (
            LotLine(
                model("Latitude 5400"),
                7,
                year - 5,
                fates=(
                    *(
                        device_fates.ready,
                        device_fates.reopened,
                        device_fates.ceded,
                        device_fates.donor_certificate,
                        device_fates.erased_twice,
                    ),
                    *(device_fates.alike, device_fates.drive_destroyed),
                ),
            ),
            LotLine(model("P2419H"), 2, year - 6, fates=(device_fates.ready, device_fates.ready)),
        ),
        description="Renouvellement du service commercial.",
    )
    yield Lot(
        sites["assurances"][1],
        story.back(80),
        (LotLine(model("EliteBook 840 G5"), 2, year - 5, fates=(device_fates.resited,)),),
    )


def _distributed(story: Story) -> Iterator[Lot]:
    """What goes on to households: each incident of the way once, and each state on the last day."""
    sites, model = story.cast.sites, story.catalogue.named
    year = story.last.year
    spare, read = ToTheStock(device_fates.ready), ToTheStock(tools.ready)
    travels = (
        handed.sold, handed.undone, handed.given_back, handed.exchanged, handed.refunded, handed.found,
        handed.released, handed.recalled, handed.sent_back, handed.derogated,
    )  # fmt: skip
    standing = (handed.allotted, handed.shipped, handed.available, handed.reserved, handed.returned)
    yield Lot(
        sites["textiles"][0],
        story.back(128),
        (
            LotLine(
                model("Latitude 5410"),
                14,
                year - 4,
                fates=(*(Through("mel", travel, rank) for rank, travel in enumerate(travels)), *[spare] * 4),
            ),
            LotLine(model("OptiPlex 5070"), 2, year - 5, fates=(Through("mel", handed.with_screen), spare)),
            LotLine(model("P2419H"), 3, year - 5, fates=(spare, spare, spare)),
        ),
        description="Postes de travail remplacés, en bon état.",
    )
    yield Lot(
        sites["assurances"][0],
        story.back(84),
        (
            LotLine(
                model("Latitude 5410"),
                8,
                year - 4,
                fates=(*(Through("mel", travel, rank) for rank, travel in enumerate(standing)), read, read, spare),
            ),
        ),
    )
    yield Lot(
        sites["hopital"][1],
        story.back(100),
        (
            LotLine(
                model("ThinkPad T490"),
                7,
                year - 4,
                fates=(
                    Through("maubeuge", handed.sold),
                    Through("avesnois", handed.sold),
                    *(Through("maubeuge", travel) for travel in standing),
                ),
            ),
        ),
        workshops=("sambre",),
    )


def _shared(story: Story) -> Iterator[Lot]:
    """A hospital's lot, shared between the two workshops, refused in part, recycled in part."""
    sites, model = story.cast.sites, story.catalogue.named
    year = story.last.year
    yield Lot(
        sites["hopital"][0],
        story.back(110),
        (
            LotLine(
                model("OptiPlex 5070"),
                8,
                year - 6,
                refused=1,
                refusal=LineRefusalCode.CONDITION,
                fates=(
                    device_fates.dismantled,
                    device_fates.recycled,
                    device_fates.undone,
                    device_fates.lost_and_found,
                ),
            ),
            LotLine(
                model("Galaxy Tab A7"), 2, year - 5, announced_as=DeviceType.SMARTPHONE, fates=(device_fates.retyped,)
            ),
            LotLine(
                model("OptiPlex 7010"),
                2,
                year - 12,
                condition=LineCondition.UNTESTED,
                destination=Destination.RECYCLING,
            ),
        ),
        workshops=("lille", "sambre"),
        description="Postes d’accueil remplacés\u00a0; les deux plus anciens sont à recycler.",
    )


def _miscounted(story: Story) -> Iterator[Lot]:
    """One machine is not there at the pick-up, one more is, one never reaches the workshop."""
    sites, model = story.cast.sites, story.catalogue.named
    year = story.last.year
    yield Lot(
        sites["logistique"][0],
        story.back(90),
        (
            LotLine(model("Galaxy XCover 5"), 4, year - 4, not_found=1),
            LotLine(
                model("ThinkPad T490"),
                4,
                year - 5,
                surplus=1,
                fates=(
                    device_fates.drive_destroyed,
                    device_fates.drive_removed,
                    device_fates.unerasable,
                    device_fates.given_back,
                ),
            ),
            LotLine(model("Redmi 9"), 3, year - 4, lost=1, fates=(device_fates.repaired,)),
        ),
    )


def _on_the_bench(story: Story) -> Iterator[Lot]:
    """Received from an inventory, at every stage of the bench on the last day; another lot is still in its boxes."""
    sites, model = story.cast.sites, story.catalogue.named
    year = story.last.year
    yield Lot(
        sites["mairie"][0],
        story.back(34),
        (
            LotLine(
                model("ThinkPad L390"),
                6,
                year - 5,
                fates=(
                    device_fates.received,
                    tools.in_process,
                    device_fates.awaiting_part,
                    device_fates.unusable,
                    device_fates.unerasable,
                    device_fates.lost,
                ),
            ),
        ),
        until="receive",
        inventory=True,
    )
    yield Lot(
        sites["lycee"][0],
        story.back(24),
        (LotLine(model("Tab M10"), 3, year - 5), LotLine(model("E233"), 2, year - 6)),
        workshops=("sambre",),
        until="pick_up",
    )


def _expected(story: Story) -> Iterator[Lot]:
    """Planned, decided, announced, a draft with its inventory."""
    sites, model = story.cast.sites, story.catalogue.named
    year = story.last.year
    yield Lot(
        sites["brasserie"][0],
        story.back(18),
        (LotLine(model("ProBook 450 G6"), 3, year - 5),),
        workshops=("sambre",),
        until="schedule",
        given_up=True,
    )
    yield Lot(
        sites["cabinet"][0],
        story.back(8),
        (LotLine(model("TravelMate P214"), 3, year - 4),),
        until="qualify",
        kept=1,
    )
    yield Lot(
        sites["entraide"][0], story.back(2), (LotLine(model("ThinkCentre M720s"), 5, year - 5),), until="announce"
    )
    yield Lot(
        sites["textiles"][1],
        story.back(1),
        (LotLine(model("Latitude 5410"), 10, year - 4),),
        until="create",
        inventory=True,
    )


def _ended_early(story: Story) -> Iterator[Lot]:
    """Declined, taken back, before and after the decision."""
    sites, model = story.cast.sites, story.catalogue.named
    year = story.last.year
    yield Lot(
        sites["cabinet"][1],
        story.back(70),
        (LotLine(model("Compaq Elite 8300"), 4, year - 13, condition=LineCondition.FAULTY),),
        until="announce",
        declined=DeclineReason.TOO_OLD,
    )
    yield Lot(
        sites["entraide"][1],
        story.back(50),
        (LotLine(model("243V7"), 2, year - 7),),
        workshops=("sambre",),
        until="qualify",
        declined=DeclineReason.QUANTITY,
    )
    yield Lot(
        sites["hopital"][2],
        story.back(60),
        (LotLine(model("Core-X4"), 3, year - 5),),
        workshops=("sambre",),
        until="schedule",
        withdrawn=WithdrawReason.NO_DECISION,
    )
