"""A backup that is put back brings back accounts that were forgotten: not for long, and no other is forgotten by it."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from lifecycle import erased
from network.models import User
from network.services.accounts import create_account, forget_user
from network.services.forgetting import forget_again, note_forgotten_accounts
from network.tasks import forget_accounts_again
from tests.network.factories import make_membership, make_user

pytestmark = pytest.mark.django_db
type Committed = Callable[..., Any]


def put_back() -> User:
    """Whoever was forgotten after the backup that was put back."""
    user = create_account(email="camille@exemple.test", first_name="Camille", last_name="Inoubliable")
    erased.note_erased("account", [user.account_key])
    return user


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_that_an_account_is_forgotten_is_written_outside_of_the_database_without_its_name(
    settings: Any, django_capture_on_commit_callbacks: Committed
) -> None:
    user = make_user(email="camille@exemple.test", first_name="Camille", last_name="Inoubliable")
    with django_capture_on_commit_callbacks(execute=True):
        forget_user(user=user)

    assert erased.erased("account") == {user.account_key}
    told = (Path(settings.LIFECYCLE_SEAL_DIR) / erased.NAME).read_text()
    assert "Inoubliable" not in told
    assert "camille" not in told


def test_who_was_not_forgotten_in_the_end_is_not_written(django_capture_on_commit_callbacks: Committed) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        forget_user(user=make_user())
        transaction.set_rollback(True)

    assert not erased.erased("account")


def test_who_came_back_is_forgotten_again_at_once_by_the_command_or_else_by_the_night() -> None:
    user, other = put_back(), make_user(last_name="Reste")
    told = StringIO()

    call_command("after_restore", stdout=told)

    assert "1 compte effacé de nouveau." in told.getvalue()
    gone = again(user)
    assert (gone.last_name, gone.email, gone.is_active) == ("", f"compte-{user.pk}@efface.invalid", False)
    assert again(other).last_name == "Reste"
    User.objects.filter(pk=user.pk).update(forgotten_at=None, last_name="Inoubliable", is_active=True)
    assert "network.forget_again" in {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    forget_accounts_again(timestamp=0)
    assert again(user).last_name == ""
    assert forget_again() == "0 compte effacé de nouveau."


def test_another_account_that_was_given_the_same_number_since_is_not_forgotten() -> None:
    """The numbers of a database put back begin again where they were at the backup."""
    user = put_back()
    User.objects.filter(pk=user.pk).update(created_at=user.created_at + timedelta(microseconds=1))

    assert forget_again() == "0 compte effacé de nouveau."
    assert again(user).last_name == "Inoubliable"


def test_the_last_pilot_waits_for_another_one() -> None:
    pilot = make_membership("pilot", "departement")
    user = pilot.user
    erased.note_erased("account", [user.account_key])

    assert forget_again() == "0 compte effacé de nouveau. 1 attend qu’une autre personne pilote le réseau."
    assert again(user).forgotten_at is None

    make_membership("pilot", "departement", pilot.organisation)
    assert forget_again() == "1 compte effacé de nouveau."
    assert again(user).forgotten_at is not None


def test_what_could_not_be_written_at_once_is_the_night_after(settings: Any) -> None:
    user = forget_user(user=make_user(created_at=timezone.now()))
    assert not erased.erased("account"), "the transaction is not over"

    for _ in range(2):
        note_forgotten_accounts()

    assert erased.erased("account") == {user.account_key}
    assert len((Path(settings.LIFECYCLE_SEAL_DIR) / erased.NAME).read_text().splitlines()) == 1
