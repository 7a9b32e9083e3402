"""The life of a signature (machines §3): asked of one signatory, given, or void when the text is opened again."""

from datetime import date

from django_fsm import FSMField

from conventions.enums import SignatureMethod, SignatureState
from conventions.machine import circuit_rules as rules
from conventions.machine.reading import day_of
from conventions.permissions import can_sign_signature
from lifecycle.machine import AT, CREATION, Context, Given, Machine, verb

S = SignatureState


def _confirmed_by(ctx: Context) -> int | None:
    return None if ctx.values["method"] == SignatureMethod.SCREEN else ctx.actor.pk


def _signed_on(ctx: Context) -> date:
    """On screen, the day of the act; elsewhere, the day written on what was deposited."""
    return ctx.values.get("signed_on") or day_of(ctx)


class SignatureMachine(Machine):
    """The signature of one party on one document."""

    machine_name = "signature"
    reference_prefix = "S"
    state_tones = {S.ASKED: "todo", S.SIGNED: "done"}

    state = FSMField("état", choices=SignatureState, default=SignatureState.ASKED, protected=True)

    class Meta:
        abstract = True

    @verb(
        "Demander une signature",
        source=CREATION,
        target=S.ASKED,
        follows=["convention.open_signature"],
        stamps={"asked_at": AT},
        done="Signature demandée",
    )
    def ask(self) -> None:
        """One per party, of the signatory it named."""

    @verb(
        "Signer",
        source=S.ASKED,
        target=S.SIGNED,
        who=can_sign_signature,
        requires=[
            rules.SIGNING,
            rules.RENDERED,
            rules.METHOD_KNOWN,
            rules.HASH_QUOTED,
            rules.RIGHT_HAND,
            rules.DEPOSITED,
            rules.SIGNED_IN_TIME,
        ],
        leans_write=["convention"],
        stamps={
            "signed_at": AT,
            "signed_on": _signed_on,
            "method": Given("method"),
            "quoted_sha256": Given("sha256"),
            "scan": Given("scan", default=None),
            "confirmed_by": _confirmed_by,
        },
        journal=["method", "sha256", "signed_on"],
        done="Convention signée",
        irreversible=True,
    )
    def sign(self) -> None:
        """The document is quoted by its hash; the third signature completes the convention."""

    @verb(
        "Rendre caduque",
        source=[S.ASKED, S.SIGNED],
        target=S.VOID,
        follows=["convention.reopen", "convention.abandon"],
        leans_write=["convention"],
        stamps={"voided_at": AT},
        done="Signature caduque",
    )
    def void(self) -> None:
        """The text is opened again, or abandoned."""
