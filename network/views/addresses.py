"""Changing one's address: the page of django-allauth, which says when no message leaves."""

from allauth.account.views import EmailView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from network.forms.account import SENT_ALREADY


class AddressView(EmailView):
    """Ask for another address, have the link sent again, or give up."""

    def _action_send(self, request: HttpRequest) -> HttpResponse | None:
        """Send the link again; say so when it left a moment ago and does not leave now."""
        answer: HttpResponse | None = super()._action_send(request)
        if self._get_email_address(request) and not self._did_send_verification_email:
            messages.warning(request, SENT_ALREADY)
        return answer
