"""What happens to an account is kept: who renamed, disabled, opened again or erased it, and when."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from conventions.forms.circuit import SignatureSignForm
from donations.forms.donations import DonationAcceptDeedForm
from network.models import AccountAct, AccountChange, User
from network.services.accounts import disable_account, enable_account, forget_user, rename_user
from tests.network.factories import make_membership, make_user
from tests.pages import acting, answered, read

pytestmark = pytest.mark.django_db
NIR = "1 85 05 78 006 084 91"


def acts(user: User) -> list[tuple[str, object]]:
    return list(AccountChange.objects.filter(user=user).order_by("pk").values_list("act", "by"))


def test_who_disabled_and_enabled_an_account_is_kept_and_told_on_its_page() -> None:
    pilot, person = make_membership("pilot", "departement"), make_membership("contact", "donor")
    for _ in range(2):
        disable_account(user=person.user, by=pilot)
    for _ in range(2):
        enable_account(user=person.user, by=pilot)
    assert acts(person.user) == [(AccountAct.DISABLED, pilot.pk), (AccountAct.ENABLED, pilot.pk)]
    told = read(acting(pilot), reverse("network:user_detail", args=[person.user_id]))
    assert told.index("Compte réactivé") < told.index("Compte désactivé") < told.index("Compte créé")
    assert f"</time>, {pilot.user}" in told


def test_what_is_done_to_an_account_or_a_role_already_is_not_asked_again() -> None:
    pilot, person = make_membership("pilot", "departement"), make_membership("contact", "donor")
    client, account, role = acting(pilot), [person.user_id], [person.pk]
    for name, about, told in (
        ("user_enable", account, "Ce compte est actif."),
        ("membership_reopen", role, "est ouvert."),
        ("user_disable", account, "Ce compte est désactivé."),
        ("membership_close", role, "est fermé."),
        ("user_forget", account, "sont effacés."),
    ):
        url = reverse(f"network:{name}", args=about)
        if name not in {"user_enable", "membership_reopen"}:
            assert "C’est fait" not in read(client, url)
            client.post(url)
        page = read(client, url)
        assert "C’est fait" in page
        assert told in page
        assert '<form method="post">' not in page
    assert "il ne se rouvre pas" in read(client, reverse("network:user_enable", args=account))


def test_an_erasure_has_its_author_and_the_last_sign_in_is_said_to_be_erased() -> None:
    pilot, user = make_membership("pilot", "departement"), make_user()
    forget_user(user=user, by=pilot)
    assert acts(user) == [(AccountAct.FORGOTTEN, pilot.pk)]
    told = read(acting(pilot), reverse("network:user_detail", args=[user.pk]))
    assert f"</time>, {pilot.user}" in told
    assert "<dt>Dernière connexion</dt><dd>effacée</dd>" in told


def test_a_person_who_is_renamed_leaves_a_trace_without_her_name() -> None:
    pilot, person = make_membership("pilot", "departement"), make_membership("contact", "donor")
    client = acting(person)
    for _ in range(2):
        client.post(reverse("network:account"), {"first_name": " Maïté  Anne", "last_name": "L’Exemple"})
    user = User.objects.get(pk=person.user_id)
    assert user.get_full_name() == "Maïté Anne L’Exemple"
    assert acts(user) == [(AccountAct.RENAMED, None)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(c)::text FROM network_accountchange c")
        assert "Exemple" not in str(cursor.fetchall())
    told = read(acting(pilot), reverse("network:user_detail", args=[user.pk]))
    assert "Nom changé" in told
    assert f"</time>, {user}" in told


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("", "Exemple", "obligatoire"),
        ("Camille", " ", "obligatoire"),
        ("<b>x", "Exemple", "chevron"),
        ("Cam\u202eille", "Exemple", "ne se voit pas"),
        ("Camille", "\u200b", "ne se voit pas"),
        ("Camille", "1234", "avec des lettres"),
        ("Camille", f"X {NIR}", "sécurité sociale"),
    ],
)
def test_a_name_is_whole_and_nothing_but_a_name(first: str, last: str, told: str) -> None:
    person = make_membership("contact", "donor")
    page = answered(acting(person), reverse("network:account"), first_name=first, last_name=last)
    assert told in page
    assert User.objects.get(pk=person.user_id).get_full_name() == person.user.get_full_name()
    with pytest.raises(Exception, match=told):
        rename_user(user=person.user, first_name=first.strip(), last_name=last.strip())
    assert not AccountChange.objects.exists()


@pytest.mark.parametrize("name", ["Cam\u202eille", "Cam\nille", NIR])
def test_the_database_refuses_a_name_that_turns_around_or_is_a_number_of_social_security(name: str) -> None:
    user = make_user()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(last_name=name)


@pytest.mark.parametrize("change", [{"act": "enabled"}, {"by": None}, None])
def test_what_happened_to_an_account_is_neither_changed_nor_removed(change: dict[str, object] | None) -> None:
    pilot, user = make_membership("pilot", "departement"), make_user()
    disable_account(user=user, by=pilot)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountChange.objects.all().delete() if change is None else AccountChange.objects.update(**change)


def test_nobody_changes_the_name_of_another() -> None:
    pilot, user = make_membership("pilot", "departement"), make_user()
    disable_account(user=user, by=pilot)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountChange.objects.create(user=user, act=AccountAct.RENAMED, by=pilot, at=user.created_at)


@pytest.mark.parametrize("form", [SignatureSignForm, DonationAcceptDeedForm])
def test_nobody_signs_by_an_address(form: type[SignatureSignForm]) -> None:
    signer = make_membership("contact", "donor", user=make_user(first_name="Camille", last_name=""))
    made = form({"agreed": "on", "name": signer.user.email, "sha256": "0" * 64}, by=signer)
    assert "Mon compte" in made.errors["name"][0]
    assert signer.user.email not in str(made["name"].help_text)
    assert reverse("network:account") in str(made["name"].help_text)
