"""The pages of reviewers and signatories."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from conventions.enums import ConventionState, DraftAbandonReason, Party, ReviewState, SignatureMethod, SignatureState
from conventions.models import Convention, Review, ReviewPoint, Signature, articles_of
from conventions.services.circuit import answer_point
from conventions.services.drafting import DraftTerms, Price, edit_convention
from documents.models import Mail, StoredFile
from lifecycle import gate
from lifecycle.clock import run_clock
from network.enums import OrganisationKind, Role
from tests.conventions.conventions import Treaty, again, brought, midday
from tests.conventions.pages import acting, answered, done, page_of, read
from tests.network.factories import make_membership
from typography.french import day, euros

pytestmark = pytest.mark.django_db


def asked(treaty: Treaty, convention: Convention) -> Review:
    """The review asked of the lawyer."""
    return next(review for review in treaty.reviews(convention) if review.asked_of == treaty.lawyer)


def scan(signature: Signature) -> SimpleUploadedFile:
    """The document of a signature as it comes back, signed by hand and scanned."""
    return SimpleUploadedFile("signe.pdf", brought(signature, SignatureMethod.PAPER), content_type="application/pdf")


def sha_of(signature: Signature) -> str:
    signature = Signature.objects.get(pk=signature.pk)
    assert signature.document.rendered is not None
    return signature.document.rendered.sha256


# --- review


def test_the_page_of_a_review_shows_the_text_and_the_deadline() -> None:
    treaty = Treaty()
    review = asked(treaty, treaty.in_review())

    page = read(acting(treaty.lawyer), page_of(review, "review_answer"))

    assert "Votre avis est attendu pour le" in page
    before_the_text = page.partition('id="articles"')[0]
    assert "il va avec un avis <strong>défavorable</strong>" in before_the_text
    assert "Une remarque qui n’empêche pas de signer s’écrit dans le commentaire" in before_the_text
    assert "jours ouvrés" in page
    assert "Elle ne se renouvelle pas tacitement." in page
    for article in articles_of(review.convention):
        assert f">{article.heading}</h3>" in page
        assert f'name="point_{article.code}"' in page
    assert "<li>suit l’exécution de la convention et en rend compte à son assemblée.</li>" in page
    assert "Ordinateur portable" in page


def test_a_favourable_review_is_one_choice() -> None:
    treaty = Treaty()
    review = asked(treaty, treaty.in_review())
    client, url = acting(treaty.lawyer), page_of(review, "review_answer")

    assert "favorable ou défavorable" in answered(client, url)
    done(client, url, opinion="favourable")

    assert Review.objects.get(pk=review.pk).state == ReviewState.FAVOURABLE
    page = read(client, url)
    assert "C’est fait" in page
    assert "n’est pas possible depuis l’état" not in page


def test_who_goes_back_to_a_review_finds_what_was_said_what_was_read_and_what_comes_next() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    review = asked(treaty, convention)
    client, url = acting(treaty.lawyer), page_of(review, "review_answer")
    done(
        client,
        url,
        opinion="unfavourable",
        point_warranty="Préciser la durée.",
        point_whole="Numéroter.",
        comment="Le reste me va.",
    )

    page = read(client, url)

    receipt = page.partition('id="receipt"')[2].partition("</div>")[0]
    assert "C’est fait" in receipt
    assert "Avis défavorable" in receipt
    assert "par vous" in receipt
    assert "Le reste me va." in receipt
    assert "n’est pas possible depuis l’état" not in page
    assert "En attente de la relecture par" in page, "what comes next"
    warranty = page.partition('id="article-warranty"')[2].partition("</section>")[0]
    assert "La fin de la convention ne met pas fin aux garanties en cours." in warranty
    assert "Préciser la durée." in warranty
    assert "Numéroter." in page.partition('id="article-whole"')[2]
    assert "<textarea" not in page


def test_an_opinion_given_in_another_tab_is_not_awaited_any_more_in_this_one() -> None:
    treaty = Treaty()
    review = asked(treaty, treaty.in_review())
    client, url = acting(treaty.lawyer), page_of(review, "review_answer")
    done(client, url, opinion="unfavourable", point_warranty="Préciser la durée.")

    page = client.post(url, {"opinion": "favourable", "comment": "Tout me va."}).content.decode()

    assert "C’est fait" in page
    assert "Avis défavorable" in page
    assert "Rien n’est enregistré de ce que vous venez d’envoyer" in page
    assert "Tout me va." in page, "what was typed is still on the page"
    for no_more in ("est attendu pour le", "à corriger", "Donner cet avis", "ne se reprend pas", "Confier la"):
        assert no_more not in page, no_more


def test_what_was_read_stays_as_it_was_read_when_the_text_is_written_anew() -> None:
    treaty = Treaty()
    convention = treaty.changes_requested()
    review = convention.reviews.exclude(reviewer=None).filter(state=ReviewState.UNFAVOURABLE).get()
    treaty.answer_points(convention)
    edit_convention(actor=treaty.manager, convention=convention, terms=DraftTerms(texts={"warranty": "Trente mois."}))
    assert review.reviewer is not None

    page = read(acting(review.reviewer), page_of(review, "review_answer"))

    warranty = page.partition('id="article-warranty"')[2].partition("</section>")[0]
    assert "La fin de la convention ne met pas fin aux garanties en cours." in warranty
    assert "Trente mois." not in page


def test_an_opinion_given_by_a_colleague_is_told_by_her_name() -> None:
    treaty = Treaty()
    review = next(review for review in treaty.reviews(treaty.in_review()) if review.party == Party.RECONDITIONER)
    colleague = make_membership(Role.REVIEWER, OrganisationKind.RECONDITIONER, treaty.workshop)
    done(acting(treaty.workshop_reviewer), page_of(review, "review_answer"), opinion="favourable")

    receipt = read(acting(colleague), page_of(review, "review_answer")).partition('id="receipt"')[2]

    assert f"{treaty.workshop_reviewer.user}" in receipt.partition("</div>")[0]


def test_a_signatory_who_comes_back_reads_that_she_signed_and_opens_the_document_again() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    signature = treaty.sign(convention, Party.DISTRIBUTOR)

    page = read(acting(treaty.signatories[Party.DISTRIBUTOR]), page_of(signature, "signature_sign"))

    receipt = page.partition('id="receipt"')[2].partition("</div>")[0]
    assert "C’est fait" in receipt
    assert "Convention signée" in receipt
    assert "par vous" in receipt
    assert "En attente de la signature d" in page
    assert "Ouvrir la convention (PDF)" in page
    assert "n’est pas possible depuis l’état" not in page


def test_an_unfavourable_review_asks_for_points_and_keeps_what_was_typed() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    review = asked(treaty, convention)
    client, url = acting(treaty.lawyer), page_of(review, "review_answer")

    assert "désigne au moins un article" in answered(client, url, opinion="unfavourable")
    page = answered(client, url, opinion="favourable", point_warranty="Préciser la durée.")
    assert "donnez un avis défavorable, ou effacez ces points" in page
    assert "Préciser la durée." in page
    done(client, url, opinion="unfavourable", point_warranty="Préciser la durée.", point_whole="Numéroter les annexes.")
    circuit = read(client, page_of(convention, "convention_detail")).partition('class="circuit"')[2]
    branch = circuit[: circuit.index("avis défavorable")].rpartition("<li")[2]
    assert "circuit__branch--stopped" in branch, "it holds the text back: it is not ticked in green"

    assert list(review.points.values_list("clause", "text")) == [
        ("warranty", "Préciser la durée."),
        ("", "Numéroter les annexes."),
    ]
    assert Review.objects.get(pk=review.pk).state == ReviewState.UNFAVOURABLE


def test_the_points_are_answered_one_by_one_then_the_reviewer_reads_the_answers() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    url = page_of(asked(treaty, convention), "review_answer")
    done(acting(treaty.lawyer), url, opinion="unfavourable", point_waste="Premier.", point_whole="Second.")
    for review in treaty.reviews(convention)[1:]:
        treaty.answer(review)
    manager, points = acting(treaty.manager), page_of(convention, "convention_points")
    first, second = asked(treaty, convention).points.order_by("pk")

    page = read(manager, points)
    assert "2 points attendent une réponse" in page
    assert f"{first.review.name}, {first.review.organisation}" in page
    assert "Dites ce qui a été fait" in answered(manager, page_of(convention, "point_answer", first.pk))
    done(manager, page_of(convention, "point_answer", first.pk), **{f"point-{first.pk}-answer": "Ajouté."})
    page = read(manager, points)
    assert "1 point attend une réponse" in page
    beside = {f"point-{first.pk}-answer": "Ajouté, puis relu.", f"point-{second.pk}-answer": ""}
    assert "Ajouté, puis relu." in answered(manager, page_of(convention, "point_answer", second.pk), **beside)
    done(
        manager,
        page_of(convention, "point_answer", second.pk),
        **beside | {f"point-{second.pk}-answer": "Numérotées."},
    )
    stale = {f"point-{first.pk}-answer": "Ajouté.", f"point-{first.pk}-was": "Ajouté."}
    assert f'name="point-{first.pk}-was" value="Ajouté, puis relu."' in read(manager, points)
    done(
        manager,
        page_of(convention, "point_answer", second.pk),
        **stale | {f"point-{second.pk}-answer": "Numérotées."},
    )
    assert asked(treaty, convention).points.get(pk=first.pk).answer == "Ajouté, puis relu.", "a colleague rewrote it"
    assert "Tous les points ont une réponse" in read(manager, points)
    done(manager, page_of(convention, "convention_submit"))

    page = read(acting(treaty.lawyer), page_of(asked(treaty, again(convention)), "review_answer"))
    assert "Vos points de la relecture n°\u00a01, et les réponses" in page
    assert "Numérotées." in page
    assert "Rien\u00a0: tout ce qu’imprime le document est resté le même." in page


def test_the_second_round_shows_all_that_the_document_prints_otherwise() -> None:
    treaty = Treaty()
    convention = treaty.changes_requested()
    answer_point(actor=treaty.manager, point=ReviewPoint.objects.get(), answer="Fait.")
    title = convention.title
    clause = convention.clauses.get(code="warranty")
    clause.title = "Garantie, autrement"
    clause.save(update_fields=["title"])
    edit_convention(actor=treaty.manager, convention=convention, title="Un autre titre", is_test=True)
    treaty.workshop.address = "12 rue Neuve"
    treaty.workshop.save(update_fields=["address"])

    review = asked(treaty, treaty.submit(again(convention)))
    page = read(acting(treaty.lawyer), page_of(review, "review_answer"))

    assert "Rien\u00a0: tout" not in page
    for words in ("Titre\u00a0: Un autre titre", "test opérationnel", "Garantie, autrement"):
        assert re.search(rf"<ins>[^<]*{words}", page), words
    assert f"<del>Titre\u00a0: {title}</del>" in page
    assert re.search("<ins>Reconditionneur, sur le document[^<]*12 rue Neuve", page)
    assert "L’ordre des articles" not in page


def test_the_second_round_shows_what_changed_since_the_first() -> None:
    treaty = Treaty()
    convention = treaty.changes_requested()
    point = ReviewPoint.objects.get()
    answer_point(actor=treaty.manager, point=point, answer="Fait.")
    before = convention.clauses.get(code="warranty").text
    terms = DraftTerms(texts={"warranty": f"{before} Les frais sont partagés."}, prices=[Price("laptop", Decimal(149))])
    edit_convention(actor=treaty.manager, convention=convention, terms=terms)
    old = "Prix le plus élevé, ordinateur portable\u00a0: "

    review = asked(treaty, treaty.submit(again(convention)))
    page = read(acting(treaty.lawyer), page_of(review, "review_answer"))

    assert "Ce qui a changé depuis la version n° 1" in page
    assert page.count("Comparer à la version n° 1") == 1
    assert re.search(r"<ins>.*Les frais sont partagés\..*</ins>", page)
    assert f"<del>{old}" in page
    assert f"<ins>{old}149\u00a0€</ins>" in page
    assert "</span></h3>" in page.partition('id="article-warranty"')[2].partition("article__text")[0]


def test_notes_are_kept_for_whoever_reads_later_and_for_her_side_alone() -> None:
    treaty = Treaty()
    review = asked(treaty, treaty.in_review())
    client, url = acting(treaty.lawyer), page_of(review, "review_answer")

    done(client, url, put_aside="1", opinion="unfavourable", point_warranty="Préciser la\0 durée.")

    assert Review.objects.get(pk=review.pk).state == ReviewState.ASKED
    page = read(client, url)
    assert "Préciser la durée." in page
    assert re.search(r'value="unfavourable"[^>]* checked', page)
    others = (treaty.workshop_reviewer, treaty.signatories[Party.EPCI], treaty.pilot)
    for other in others:
        assert acting(other).post(url, {"put_aside": "1", "point_warranty": "Autre."}).status_code == 403
        assert "Préciser la durée." not in acting(other).get(url).content.decode()
    done(client, url, opinion="unfavourable", point_warranty="Préciser la durée.")
    assert not review.notes.exists()
    page = answered(client, url, put_aside="1", point_warranty="Trop tard.")
    assert "Cet avis n’est plus demandé." in page
    assert "Trop tard." in page, "what was typed is still on the page"
    assert not review.notes.exists()


def test_two_who_share_a_review_keep_each_their_notes_and_read_the_other_s() -> None:
    treaty = Treaty()
    review = next(review for review in treaty.reviews(treaty.in_review()) if review.party == Party.RECONDITIONER)
    colleague = make_membership(Role.REVIEWER, OrganisationKind.RECONDITIONER, treaty.workshop)
    hers, his, url = acting(treaty.workshop_reviewer), acting(colleague), page_of(review, "review_answer")

    his_page = read(his, url)
    done(hers, url, put_aside="1", opinion="unfavourable", point_warranty="Préciser la durée.", comment="À revoir.")
    assert "a gardé des notes" not in his_page
    done(his, url, put_aside="1", opinion="favourable", point_warranty="La durée me va.")

    page = read(hers, url)
    assert re.search(r'<textarea[^>]*name="point_warranty"[^>]*>\s*Préciser la durée.</textarea>', page)
    assert f"{colleague.user.get_full_name()} a gardé des notes le" in page
    assert "La durée me va." in page.partition('id="article-warranty"')[2].partition("<textarea")[0]
    page = read(his, url)
    assert re.search(r'<textarea[^>]*name="point_warranty"[^>]*>\s*La durée me va.</textarea>', page)
    assert "plutôt défavorable" in page
    assert "À revoir." in page
    assert "La durée me va." not in read(acting(treaty.manager), page_of(review.convention, "convention_detail"))


def test_who_was_outrun_by_a_colleague_finds_her_notes_again() -> None:
    treaty = Treaty()
    review = next(review for review in treaty.reviews(treaty.in_review()) if review.party == Party.RECONDITIONER)
    colleague = make_membership(Role.REVIEWER, OrganisationKind.RECONDITIONER, treaty.workshop)
    hers, his, url = acting(treaty.workshop_reviewer), acting(colleague), page_of(review, "review_answer")
    done(hers, url, put_aside="1", opinion="unfavourable", point_warranty="Préciser la durée.")
    done(his, url, opinion="favourable")

    page = read(hers, url)
    assert f"L’avis a été donné par {colleague.user.get_full_name()}" in page
    assert "Vos notes sont encore là" in page
    assert "Préciser la durée." in page
    assert "Vos notes sont encore là" not in read(his, url)


@pytest.mark.parametrize("end", ["submit", "sign_all", "abandon"])
def test_the_notes_of_who_was_outrun_go_once_the_text_goes_on_or_ends(end: str) -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    review = next(review for review in treaty.reviews(convention) if review.party == Party.RECONDITIONER)
    by = make_membership(Role.REVIEWER, OrganisationKind.RECONDITIONER, treaty.workshop)
    done(acting(by), page_of(review, "review_answer"), put_aside="1", point_warranty="Préciser la durée.")
    if end == "submit":
        treaty.reopen(treaty.approve(convention))
    elif end == "sign_all":
        treaty.open_signature(treaty.approve(convention))
    else:
        treaty.approve(convention)
    assert review.notes.exists(), "they are read until then"

    if end == "abandon":
        gate.apply(again(convention), "abandon", actor=treaty.manager, reason=DraftAbandonReason.DUPLICATE)
    else:
        getattr(treaty, end)(again(convention))
    assert not review.notes.exists()


def test_a_review_that_a_party_gives_for_itself_names_it_once() -> None:
    treaty = Treaty()
    for review in treaty.reviews(treaty.in_review()):
        assert review.whose.count(str(review.organisation)) == 1


def test_a_point_of_another_convention_is_unknown() -> None:
    treaty, other = Treaty(), Treaty()
    convention, elsewhere = treaty.changes_requested(), other.changes_requested()
    point = next(point for review in other.reviews(elsewhere) for point in review.points.all())

    assert acting(treaty.manager).post(page_of(convention, "point_answer", point.pk)).status_code == 404
    assert acting(treaty.lawyer).post(page_of(convention, "point_answer", point.pk)).status_code == 403


# --- signature


def test_the_signatory_reads_the_document_and_signs_it_by_its_fingerprint() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    signature = treaty.signature(convention, Party.EPCI)
    client, url = acting(signature.signatory), page_of(signature, "signature_sign")
    user = signature.signatory.user
    user.first_name, user.last_name = "Zoé-Anne", "d’Été"
    user.save(update_fields=["first_name", "last_name"])
    sha, name = sha_of(signature), user.get_full_name()

    page = read(client, url)
    assert f'value="{sha}"' in page
    assert sha[:8] in page
    assert page_of(convention, "convention_paper", convention.papers.get().pk) in page
    assert "Cochez la case pour signer." in answered(client, url, name=name, sha256=sha)
    assert "Ce n’est pas le nom de votre compte" in answered(client, url, agreed="on", name="Une autre", sha256=sha)
    page = answered(client, url, agreed="on", name=name, sha256="0" * 64)
    assert "Le document a changé depuis son affichage" in page
    assert f'value="{sha}"' in page
    done(client, url, agreed="on", name="ZOE ANNE D'ETE", sha256=sha)

    assert Signature.objects.get(pk=signature.pk).quoted_sha256 == sha
    assert "À l’écran".lower() in read(client, page_of(convention, "convention_detail"))


def test_who_signs_reads_first_in_brief_what_the_text_says_who_signed_and_until_when() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    epci, workshop = (treaty.signature(convention, party) for party in (Party.EPCI, Party.RECONDITIONER))
    url = page_of(epci, "signature_sign")

    page = read(acting(epci.signatory), url)
    brief = page[page.index('id="brief"') : page.index('id="document"')]
    assert epci.due_on is not None
    assert f"votre signature, attendue pour le {day(epci.due_on)}" in brief
    assert f"{workshop.organisation} ({workshop.get_party_display()})\u00a0: attendue" in brief
    assert f"du {day(convention.starts_on)} au {day(convention.ends_on)} inclus" in brief
    planned = convention.planned_quotas.filter(year=1)
    assert planned
    for line in planned:
        assert f"{line.get_type_display().lower()}\u00a0: <strong>{line.total}</strong>" in brief
    for price in convention.prices.all():
        assert euros(price.amount) in brief
    assert "Tant qu’une signature manque, aucun appareil n’est affecté à cette convention." in brief
    assert "Cela ne se défait pas" not in page, "said of what: the signature"
    assert "Elle ne se retire pas." in page

    for other in (Party.RECONDITIONER, Party.DISTRIBUTOR):
        treaty.sign(convention, other)
    brief = read(acting(epci.signatory), url)
    assert f"{workshop.organisation} ({workshop.get_party_display()})\u00a0: signé le" in brief
    assert "Votre signature est la dernière" in brief


@pytest.mark.parametrize("has_signed", [False, True])
def test_who_goes_back_to_a_signature_that_is_void_reads_why_and_what_comes_next(has_signed: bool) -> None:
    treaty = Treaty()
    convention = treaty.signing()
    signature = treaty.signature(convention, Party.DISTRIBUTOR)
    client, url = acting(signature.signatory), page_of(signature, "signature_sign")
    if has_signed:
        treaty.sign(convention, Party.DISTRIBUTOR)
    treaty.reopen(convention)

    page = read(client, url)
    assert "Cette signature n’est plus demandée</h1>" in page
    assert "Le texte a été rouvert le" in page
    assert ("Vous l’aviez signé\u00a0: cette signature ne vaut plus." in page) is has_signed
    assert ("Vous n’avez pas à signer cette version." in page) is not has_signed
    assert "Le texte modifié vous sera soumis de nouveau." in page
    assert "En attente d’une nouvelle version" in page
    for no_more in ("n’est pas possible depuis l’état", "Lire et signer", "Signer la convention</button>"):
        assert no_more not in page
    assert "Rien n’est enregistré\u00a0: vous n’avez pas signé." in answered(client, url, agreed="on")
    newer = treaty.open_signature(treaty.approve(treaty.submit(again(convention))))
    page = read(client, url)
    assert page_of(treaty.signature(newer, Party.DISTRIBUTOR), "signature_sign") in page
    assert "vous sera soumis de nouveau" not in page


def test_the_old_link_of_who_handed_a_signature_on_says_that_the_text_was_opened_again_and_leads_to_the_new_one() -> (
    None
):
    treaty = Treaty()
    convention = treaty.signing()
    signature = treaty.signature(convention, Party.DISTRIBUTOR)
    former = signature.signatory
    deputy = make_membership(Role.SIGNATORY, OrganisationKind.DISTRIBUTOR, treaty.distributor)
    gate.apply(signature, "hand_on", actor=former, to=deputy)
    url = page_of(signature, "signature_sign")
    treaty.reopen(again(convention))

    page = read(acting(former), url)
    assert "Le texte a été rouvert le" in page
    assert "Le texte modifié vous sera soumis de nouveau." in page, "the text names her still"
    page = read(acting(deputy), url)
    assert "vous sera soumis" not in page
    assert f"Le texte modifié sera soumis à <strong>{former.user}</strong>" in page

    newer = treaty.open_signature(treaty.approve(treaty.submit(again(convention))))
    now = treaty.signature(newer, Party.DISTRIBUTOR)
    page = read(acting(former), url)
    assert page_of(now, "signature_sign") in page
    assert "ne vous est pas demandée" not in page
    page = read(acting(deputy), url)
    assert f"la version d’aujourd’hui est à signer par <strong>{former.user}</strong>" in page
    treaty.sign(newer, Party.DISTRIBUTOR)
    assert "Vous avez signé la version d’aujourd’hui." in read(acting(former), url)
    assert f"<strong>{former.user}</strong> a signé la version d’aujourd’hui" in read(acting(deputy), url)
    assert acting(treaty.signatories[Party.EPCI]).get(url).status_code == 403


def test_a_void_signature_promises_the_text_to_whom_it_names_now() -> None:
    treaty = Treaty()
    convention = treaty.reopen(treaty.signing())
    void = Signature.objects.get(convention=convention, party=Party.DISTRIBUTOR)
    deputy = make_membership(Role.SIGNATORY, OrganisationKind.DISTRIBUTOR, treaty.distributor)
    edit_convention(actor=treaty.manager, convention=convention, distributor_signatory=deputy)

    page = read(acting(void.signatory), page_of(void, "signature_sign"))

    assert "vous sera soumis" not in page
    assert f"Le texte modifié sera soumis à <strong>{deputy.user}</strong>" in page


def test_who_handed_a_signature_on_reads_in_whole_words_that_it_is_given() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    signature = treaty.signature(convention, Party.DISTRIBUTOR)
    former = signature.signatory
    deputy = make_membership(Role.SIGNATORY, OrganisationKind.DISTRIBUTOR, treaty.distributor)
    gate.apply(signature, "hand_on", actor=former, to=deputy)
    treaty.sign(convention, Party.DISTRIBUTOR)

    page = read(acting(former), page_of(signature, "signature_sign"))

    assert (
        f"<strong>{deputy.user}</strong> a signé pour {treaty.distributor}, et cela ne vous était plus demandé" in page
    )


def test_a_signature_of_an_abandoned_project_is_told_as_such_to_who_was_to_sign() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    signature = treaty.signature(convention, Party.DISTRIBUTOR)
    gate.apply(convention, "abandon", actor=treaty.manager, reason=DraftAbandonReason.PARTY_LEFT)

    page = read(acting(signature.signatory), page_of(signature, "signature_sign"))

    assert "Le projet a été abandonné le" in page
    assert "plus rien n’est attendu" in page
    assert "vous sera soumis de nouveau" not in page


def test_nobody_signs_for_another_on_screen() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    url = page_of(treaty.signature(convention, Party.EPCI), "signature_sign")

    for member in (treaty.signatories[Party.RECONDITIONER], treaty.manager, treaty.pilot, treaty.lawyer):
        assert acting(member).get(url).status_code == 403
        assert acting(member).post(url, {"agreed": "on"}).status_code == 403


def test_a_document_that_is_being_drawn_is_not_signed_yet() -> None:
    treaty = Treaty()
    convention = treaty.approved()
    signatory = treaty.signatories[Party.EPCI]
    client = acting(treaty.manager)
    today = timezone.localdate().isoformat()
    act = {"act_body": "bureau", "act_number": "12", "act_on": today, "act_executory_on": today}
    done(client, page_of(convention, "convention_open_signature"), **act)
    signature = treaty.signature(convention, Party.EPCI)

    page = read(acting(signatory), page_of(signature, "signature_sign"))
    assert "Le document est en préparation" in page
    assert "Signer la convention</button>" not in page


def test_a_paper_signature_is_deposited_then_confirmed_by_another_party() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    signature = treaty.signature(convention, Party.RECONDITIONER)
    depositor, other = acting(signature.signatory), acting(treaty.signatories[Party.EPCI])
    url, confirm = page_of(signature, "signature_deposit"), page_of(signature, "signature_confirm")
    today = timezone.localdate()

    assert other.get(confirm).status_code == 302
    page = answered(
        depositor, url, method="paper", signed_on=(today + timedelta(days=1)).isoformat(), deposit=scan(signature)
    )
    assert "La date de signature se situe entre" in page
    assert "Déjà déposé\u00a0: signe.pdf" in page
    kept = page[page.index('name="kept"') :].split('value="')[1].split('"')[0]
    done(depositor, url, method="paper", signed_on=today.isoformat(), kept=kept)

    assert depositor.get(confirm).status_code == 403
    deposit = signature.deposits.get()
    page = read(other, confirm)
    file = page_of(signature, "signature_deposited", deposit.pk)
    assert file in page
    assert b"".join(other.get(file).streaming_content).startswith(b"%PDF")
    sha = sha_of(signature)
    assert "Cochez la case" in answered(other, confirm, sha256=sha, deposit=deposit.pk)
    done(other, confirm, checked="on", sha256=sha, deposit=deposit.pk)

    signed = Signature.objects.get(pk=signature.pk)
    assert signed.state == SignatureState.SIGNED
    assert signed.confirmed_by == treaty.signatories[Party.EPCI]


def test_a_deposit_without_a_file_says_so_and_another_persons_file_does_not_serve() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    ours, theirs = (treaty.signature(convention, party) for party in (Party.EPCI, Party.DISTRIBUTOR))
    wrong = {"method": "paper", "signed_on": "2020-01-01"}
    page = answered(acting(ours.signatory), page_of(ours, "signature_deposit"), **wrong, deposit=scan(ours))
    kept = page[page.index('name="kept"') :].split('value="')[1].split('"')[0]
    client, url = acting(theirs.signatory), page_of(theirs, "signature_deposit")
    right = {"method": "paper", "signed_on": timezone.localdate().isoformat()}

    assert "Déposez le document signé." in answered(client, url, **right)
    assert "Le fichier n’a pas été gardé" in answered(client, url, **right, kept=kept)
    assert "n’a pas été" not in page
    assert not theirs.deposits.exists()
    assert StoredFile.objects.filter(name="signe.pdf").exists()


def test_the_third_signature_completes_the_convention_on_its_page() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    for party in (Party.DISTRIBUTOR, Party.EPCI, Party.RECONDITIONER):
        signature = treaty.signature(convention, party)
        name = signature.signatory.user.get_full_name()
        url = page_of(signature, "signature_sign")
        done(acting(signature.signatory), url, agreed="on", name=name, sha256=sha_of(signature))

    assert again(convention).state == ConventionState.SIGNED
    assert "Signée par les trois parties" in read(acting(treaty.lawyer), page_of(convention, "convention_detail"))


def test_a_signatory_says_that_she_does_not_sign_the_text_as_it_stands_and_why() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    signature = treaty.signature(convention, Party.DISTRIBUTOR)
    client = acting(treaty.signatories[Party.DISTRIBUTOR])
    sign, decline = page_of(signature, "signature_sign"), page_of(signature, "signature_decline")
    wanted = {treaty.manager.user.email, treaty.pilot.user.email}
    before = set(Mail.objects.values_list("pk", flat=True))
    assert decline in read(client, sign)

    assert "Dites pourquoi vous ne signez pas ce texte." in answered(client, decline)
    done(client, decline, reason="terms", comment="Le préavis est trop court.")

    signature = Signature.objects.get(pk=signature.pk)
    entry = signature.journal.latest("seq")
    assert (entry.verb, entry.actor, entry.values) == ("decline", signature.signatory, {"reason": "terms"})
    assert (signature.state, again(convention).state) == (SignatureState.ASKED, ConventionState.SIGNING)
    mails = Mail.objects.exclude(pk__in=before)
    assert {address for mail in mails for address in mail.to} == wanted
    assert all("Les termes ne conviennent pas à la partie" in mail.body for mail in mails)
    page = read(client, sign)
    assert "Vous avez dit ne pas signer ce texte en l’état" in page
    assert decline not in page
    page = read(client, page_of(convention, "convention_detail"))
    assert "lisez le document et signez-le" not in page
    assert "Vous avez dit ne pas signer ce texte en l’état. En attente d" in page
    page = read(client, sign)
    assert "Signer la convention</button>" in page, "she may still sign"


def test_who_can_open_the_text_again_finds_in_her_work_that_it_is_not_signed_as_it_stands() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    signature = treaty.signature(convention, Party.DISTRIBUTOR)
    asked = f"Répondre à {signature.signatory.user}, qui ne signe pas en l’état"
    for member in (treaty.manager, treaty.pilot):
        assert asked not in read(acting(member), reverse("desk:home"))
    gate.apply(signature, "decline", actor=signature.signatory, reason="mistake")

    for member in (treaty.manager, treaty.pilot):
        assert asked in read(acting(member), reverse("desk:home"))
        page = read(acting(member), page_of(convention, "convention_detail"))
        assert "ne signe pas le texte en l’état, répondez, rouvrez-le ou abandonnez le projet" in page
        assert "erreur dans le texte" in page
    assert "rouvrez-le" not in read(acting(treaty.workshop_reviewer), page_of(convention, "convention_detail"))

    treaty.reopen(again(convention))
    assert asked not in read(acting(treaty.manager), reverse("desk:home"))


@pytest.mark.usefixtures("days_to_come")
def test_who_does_not_sign_is_not_reminded_and_nobody_says_so_for_another() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    signature = treaty.signature(convention, Party.DISTRIBUTOR)
    assert acting(treaty.manager).get(page_of(signature, "signature_decline")).status_code == 403
    gate.apply(signature, "decline", actor=signature.signatory, reason="mandate")
    before = set(Mail.objects.values_list("pk", flat=True))
    run_clock(at=midday(timezone.localdate() + timedelta(days=60)))
    told = {address for mail in Mail.objects.exclude(pk__in=before) for address in mail.to}
    assert signature.signatory.user.email not in told
    assert treaty.signatories[Party.EPCI].user.email in told
