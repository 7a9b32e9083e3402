"""What is forgotten every night of those who come in, never came, or came back with a backup."""

from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from procrastinate.contrib.django import app

from network.services.forgetting import forget_again, note_forgotten_accounts
from network.services.invitations import forget_invitations


@app.periodic(cron="10 4 * * *")
@app.task(name="network.clear_sessions", queueing_lock="network.clear_sessions")
def clear_sessions(timestamp: int) -> None:
    """Remove the sessions that are over: each holds who signed in."""
    SessionStore.clear_expired()


@app.periodic(cron="20 4 * * *")
@app.task(name="network.forget_invitations", queueing_lock="network.forget_invitations")
def forget_old_invitations(timestamp: int) -> None:
    """Erase whom nobody waits for any more."""
    forget_invitations(at=timezone.now())


@app.periodic(cron="0 1 * * *")
@app.task(name="network.forget_again", queueing_lock="network.forget_again")
def forget_accounts_again(timestamp: int) -> None:
    """Before the night's verification: who was forgotten is written down outside of the database, and stays so."""
    forget_again()
    note_forgotten_accounts()
