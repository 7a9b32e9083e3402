"""What is written to the parties of an end: proposed, put aside, or announced by one of them alone."""

from datetime import datetime

from django.utils import timezone

from conventions.addressees import KINDS, everyone_of, people_of
from conventions.emails import page_at, tell_all, write
from conventions.enums import EndDeclineReason, Party
from conventions.machine.ending_rules import alone_between
from conventions.models import Convention
from conventions.notices import notices_of
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


def notice_given_for_parties(convention: Convention, at: datetime) -> None:
    """One party says that it will end it alone: by which paper, of which day, and from when it may."""
    assert convention.notice_by is not None
    alone = alone_between(convention, timezone.localdate(at))
    paper = page_at("convention_notice", convention.reference, notices_of(convention)[-1].rank)
    given = {"by": convention.notice_by.organisation, "alone": alone, "paper": paper}
    tell_all("notice_given_for_parties", convention, at, **given)


def notice_taken_back_for_parties(convention: Convention, at: datetime) -> None:
    """The party that was to end it alone stays: it goes on."""
    tell_all("notice_taken_back_for_parties", convention, at, notice=notices_of(convention)[-1])
