"""What is written to the parties of an end: proposed, put aside, or announced by one of them alone."""

from datetime import datetime

from django.utils import timezone

from conventions.addressees import KINDS, everyone_of, people_of
from conventions.emails import page_at, tell_all, write
from conventions.enums import EndDeclineReason, Party
from conventions.models import Convention, EndNotice
from network.models import Membership


def end_proposed_for_parties(convention: Convention, at: datetime) -> None:
    """One party proposes to end it: the two others agree, or not; the pilot records what one signs on paper."""
    proposer = convention.end_proposed_by
    assert proposer is not None
    asked = {of.pk for party, of, _ in convention.parties() if of is not None and KINDS[party] != proposer.kind}
    pilots = set(Membership.objects.pilots().values_list("organisation", flat=True))
    everyone = people_of(everyone_of(convention))
    for organisation in sorted(everyone):
        who, page = "", "convention_detail"
        if organisation in asked:
            who, page = "asked", "convention_agree_end"
        elif organisation in pilots:
            who, page = "pilot", "convention_record_end"
        elif organisation == proposer.organisation_id:
            who = "proposer"
        people = {organisation: everyone[organisation]}
        given = {"who": who, "page": page_at(page, convention.reference)}
        write("end_proposed_for_parties", convention, people, at, **given)


def end_declined_for_parties(convention: Convention, party: Party, reason: str, at: datetime) -> None:
    """The end that was proposed is put aside, by one of the parties, and why: it goes on."""
    by = next(organisation for one, organisation, _ in convention.parties() if one == party)
    tell_all("end_declined_for_parties", convention, at, by=by, reason=EndDeclineReason(reason).label)


def notice_given_for_parties(notice: EndNotice, at: datetime) -> None:
    """One party says that it will end it alone: by which paper, of which day, and from when it may."""
    _tell("notice_given_for_parties", notice, at)


def notice_taken_back_for_parties(notice: EndNotice, at: datetime) -> None:
    """The party that was to end it alone stays: it goes on."""
    _tell("notice_taken_back_for_parties", notice, at)


def _tell(template: str, notice: EndNotice, at: datetime) -> None:
    """All are told of a notice: with the address of its paper, and between which days its party may end it."""
    alone = notice.alone_between(timezone.localdate(at))
    paper = page_at("convention_notice", notice.convention.reference, notice.rank)
    tell_all(template, notice.convention, at, notice=notice, alone=alone, paper=paper)
