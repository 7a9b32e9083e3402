"""Where one goes once it is done, when the page that asked says so."""

import pytest
from django.test import RequestFactory

from lifecycle.requests import own_address


@pytest.mark.parametrize("asked", ["/connexions/L-1/", "/prescriptions/?mine=me&state=draft"])
def test_a_page_of_this_site_is_gone_back_to(asked: str) -> None:
    assert own_address(RequestFactory().get("/"), asked, "/otherwise/") == asked


@pytest.mark.parametrize(
    "asked",
    [
        "", "https://ailleurs.example/", "//ailleurs.example/", "\\\\ailleurs.example", "/\\ailleurs.example/",
        "javascript:alert(1)", "data:text/html,x", "http:///ailleurs.example", "\x08//ailleurs.example",
    ],
)  # fmt: skip
def test_no_other_address_is_followed(asked: str) -> None:
    assert own_address(RequestFactory().get("/"), asked, "/otherwise/") == "/otherwise/"
