"""A program that asks by a key, as tests see it."""

import json
from typing import Any

from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from desk.services.api_keys import make_api_key
from network.models import Membership
from refurb.models import Device
from tests.refurb.devices import Bench, load_numbers


def at_work() -> Bench:
    """A workshop of which nobody asked anything yet."""
    cache.clear()
    load_numbers()
    return Bench()


class Program:
    """A program with the key of somebody: no session, no cookie, CSRF checked."""

    def __init__(self, membership: Membership) -> None:
        self.key, self.text = make_api_key(actor=membership, name="Logiciel")
        self.client = Client(enforce_csrf_checks=True, headers={"authorization": f"Bearer {self.text}"})

    def get(self, name: str, *args: str, **query: Any) -> Any:
        return told(self.client.get(reverse(f"api:{name}", args=args), query))

    def post(self, name: str, *args: str, **sent: Any) -> Any:
        url = reverse(f"api:{name}", args=args)
        return told(self.client.post(url, json.dumps(sent), content_type="application/json"))

    def act(self, device: Device, verb: str, *, trial: bool = False, **values: Any) -> Any:
        return self.post("device_act", device.reference, verb, valeurs=values, essai=trial)


def told(response: Any) -> tuple[int, Any]:
    return response.status_code, json.loads(response.content)
