"""A boot key collects what machines say and deposits it by a token that opens nothing else."""

import json
import os
import shutil
import subprocess
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from lifecycle.exceptions import Refused
from refurb.models import DepositedFile, DepositToken
from refurb.readers.files import MOST_BYTES
from refurb.services import deposit_tokens, hardware, stock
from refurb.sorting import sort_files
from refurb.views import machine_deposit
from tests.pages import acting, read
from tests.refurb import machines
from tests.refurb.devices import Bench, load_numbers

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "boot-kit" / "maillon-collecte.sh"
SH = shutil.which("sh") or "/bin/sh"
TOKEN = "jeton-de-la-cle"


@pytest.fixture
def bench(db: None) -> Bench:
    load_numbers()
    cache.clear()
    return Bench()


def made(bench: Bench, name: str = "Clé rouge") -> tuple[DepositToken, str]:
    return deposit_tokens.make_token(actor=bench.manager, name=name)


def send(text: str, *files: tuple[str, bytes], **headers: Any) -> HttpResponse:
    """What the door answers to a key, which has no session and no CSRF cookie."""
    given = {"headers": {"Authorization": f"Bearer {text}"}} | headers
    sent = {"fichier": [SimpleUploadedFile(*one) for one in files]}
    return Client(enforce_csrf_checks=True).post(reverse("refurb:machine_deposit"), sent, **given)


LSHW = ("PRH-0042--lshw.json", machines.lshw())


# --- the token


def test_a_key_deposits_files_that_wait_in_its_workshop(bench: Bench) -> None:
    token, text = made(bench)
    response = send(text, LSHW, ("x.json", machines.smartctl()))
    assert (response.status_code, json.loads(response.content)["gardés"]) == (201, 2)
    one = DepositedFile.objects.last()
    assert one is not None
    assert (one.token, one.deposited_by, one.workshop_id) == (token, None, bench.technician.organisation_id)
    page = read(acting(bench.technician), reverse("refurb:hardware_deposit"))
    assert "2 fichiers en attente de tri" in page


def test_what_a_key_deposits_is_seen_by_no_other_workshop(bench: Bench) -> None:
    _, text = made(bench)
    send(text, LSHW)
    assert "en attente de tri" not in read(acting(bench.stranger), reverse("refurb:hardware_deposit"))


def test_a_revoked_token_deposits_nothing_more(bench: Bench) -> None:
    token, text = made(bench)
    acting(bench.manager).post(reverse("refurb:deposit_token_revoke", args=[token.pk]))
    response = send(text, LSHW)
    assert response.status_code == 401
    assert "révoqué" in json.loads(response.content)["erreur"]
    assert not DepositedFile.objects.exists()


def test_revoking_a_token_is_asked_first_and_said_to_be_for_good(bench: Bench) -> None:
    token, _ = made(bench)
    client, url = acting(bench.manager), reverse("refurb:deposit_token_revoke", args=[token.pk])
    assert f'href="{url}"' in read(client, reverse("refurb:deposit_token_list"))
    assert "Cela ne se défait pas" in read(client, url)
    token.refresh_from_db()
    assert token.revoked_at is None
    assert client.post(url).status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert client.get(url).status_code == 302, "nothing is asked twice"


def test_a_revocation_is_written_once_and_the_token_is_never_rewritten(bench: Bench) -> None:
    token, _ = made(bench)
    assert deposit_tokens.revoke_token(actor=bench.manager, token=token)
    assert not deposit_tokens.revoke_token(actor=bench.manager, token=token)
    with pytest.raises(IntegrityError), transaction.atomic():
        DepositToken.objects.update(token_digest="0" * 64)
    with pytest.raises(IntegrityError), transaction.atomic():
        DepositToken.objects.update(revoked_at=None, revoked_by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        DepositToken.objects.all().delete()


@pytest.mark.parametrize("text", ["", "faux", "x" * 5000, "é\u20ac"])
def test_a_token_that_is_none_says_the_same_as_a_revoked_one(bench: Bench, text: str) -> None:
    response = send(text.encode().decode("latin-1"), LSHW)
    assert response.status_code == 401
    assert not DepositedFile.objects.exists()


def test_without_a_token_a_session_does_not_open_the_door(bench: Bench) -> None:
    browser = acting(bench.technician)
    response = browser.post(reverse("refurb:machine_deposit"), {"fichier": SimpleUploadedFile(*LSHW)})
    assert response.status_code == 401


@pytest.mark.parametrize("method", ["get", "put", "delete", "head", "options"])
def test_the_door_only_takes_a_deposit(bench: Bench, method: str) -> None:
    _, text = made(bench)
    given = {"headers": {"Authorization": f"Bearer {text}"}}
    assert getattr(Client(), method)(reverse("refurb:machine_deposit"), **given).status_code == 405


def test_a_token_reads_no_page(bench: Bench) -> None:
    _, text = made(bench)
    given = {"headers": {"Authorization": f"Bearer {text}"}}
    for name in ("refurb:hardware_sort", "refurb:hardware_deposit", "refurb:device_list", "refurb:deposit_token_list"):
        assert Client().get(reverse(name), **given).status_code == 302


def test_an_oversized_file_and_a_hostile_name_hold_no_other_back(bench: Bench) -> None:
    _, text = made(bench)
    big = b'{"id": "x", "class": "system", "serial": "' + b"A" * MOST_BYTES + b'"}'
    response = send(text, ("big.json", big), ("..\\..\\<img src=x>.json", machines.lshw()), ("virus.exe", b"MZ\0"))
    told = json.loads(response.content)
    assert (response.status_code, told["gardés"]) == (201, 2)
    assert [one["nom"] for one in told["refusés"]] == ["virus.exe"]
    assert {one.problem for one in DepositedFile.objects.all()} == {"", "too_large"}
    page = read(acting(bench.technician), reverse("refurb:hardware_sort"))
    assert "<img src=x>" not in page
    assert "&lt;img src=x&gt;.json" in page
    assert not DepositedFile.objects.filter(file__name__contains="..").exists()


def test_what_was_deposited_already_is_said_in_french_and_does_not_hold_the_key_back(bench: Bench) -> None:
    _, text = made(bench)
    assert send(text, LSHW).status_code == 201
    again = send(text, LSHW)
    assert again.status_code == 200, "nothing new, and nothing wrong: what waits behind on the key leaves too"
    assert "Ce fichier attend déjà d’être trié." in again.content.decode()
    assert send(text).status_code == 400
    assert "révoqué" in send("faux", LSHW).content.decode()


def test_a_key_that_sends_too_often_is_asked_to_wait(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_deposit, "KEY_TRIES", {"machine_deposit_key": "2/m/key"})
    _, text = made(bench)
    answers = [send(text, (f"{rank}.json", machines.lshw(serial=f"SN77{rank}"))).status_code for rank in range(3)]
    assert answers == [201, 201, 429]


def test_whoever_guesses_tokens_is_slowed_down(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_deposit, "TRIES", {"machine_deposit": "2/m/ip"})
    _, text = made(bench)
    assert [send("faux", LSHW).status_code for _ in range(3)] == [401, 401, 429]
    assert send(text, LSHW).status_code == 429


def test_a_tray_that_is_full_takes_no_more_from_a_key(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_deposit, "MOST_WAITING", 1)
    _, text = made(bench)
    assert send(text, LSHW).status_code == 201
    assert send(text, ("b.json", machines.smartctl())).status_code == 507


def test_a_drive_that_a_key_tells_of_keeps_its_device_from_leaving_until_it_is_proven(bench: Bench) -> None:
    device = bench.in_process(tag="PRH-0042")
    bench.test(device)
    bench.grade(device)
    _, text = made(bench)
    send(text, LSHW)
    hardware.record_files(actor=bench.technician, device=device, deposits=list(DepositedFile.objects.waiting()))
    with pytest.raises(Refused) as refused:
        stock.recondition_device(actor=bench.technician, device=device, price=Decimal(25))
    assert "drives_proven" in [reason.code for reason in refused.value.all]


# --- its page


def test_the_manager_makes_a_token_that_is_shown_once(bench: Bench) -> None:
    browser = acting(bench.manager)
    page = browser.post(reverse("refurb:deposit_token_list"), {"name": "Clé <b>bleue</b>"})
    text = page.content.decode().partition("user-select-all")[2].partition(">")[2].partition("<")[0]
    assert page.headers["Cache-Control"] == "no-store"
    assert send(text, LSHW).status_code == 201
    again = read(browser, reverse("refurb:deposit_token_list"))
    assert text not in again
    assert "Clé &lt;b&gt;bleue&lt;/b&gt;" in again
    assert "dernier dépôt le" in again
    assert DepositToken.objects.get().token_digest not in again


def test_only_the_manager_of_the_workshop_makes_and_revokes_its_tokens(bench: Bench) -> None:
    token, _ = made(bench)
    for other in (bench.technician, bench.pilot, bench.stranger):
        browser = acting(other)
        assert browser.get(reverse("refurb:deposit_token_list")).status_code == 403
        assert browser.post(reverse("refurb:deposit_token_revoke", args=[token.pk])).status_code == 403
        with pytest.raises(PermissionDenied):
            deposit_tokens.make_token(actor=other, name="x")
    elsewhere = acting(Bench().manager)
    assert elsewhere.post(reverse("refurb:deposit_token_revoke", args=[token.pk])).status_code == 404
    assert DepositToken.objects.usable().exists()


def test_a_token_has_a_name(bench: Bench) -> None:
    with pytest.raises(ValidationError):
        deposit_tokens.make_token(actor=bench.manager, name="  ")


# --- the script

FAKES = {
    "lshw": "cat {data}/lshw.json",
    "dmidecode": "cat {data}/dmidecode.txt",
    "smartctl": "cat {data}/smartctl.json",
}
NOTHING_OPENED = (
    """{"smartctl": {"messages": [{"string": "/dev/sda: Unable to detect device type"}], "exit_status": 1}}"""
)
CURL = """cat >> {data}/curl.in
echo "$@" >> {data}/curl.args
while [ $# -gt 0 ]; do [ "$1" = --output ] && cat {data}/answer > "$2"; shift; done
cat {data}/code
"""


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A key in a machine of which every tool is a fake that says what the real one would."""
    data, tools = tmp_path / "data", tmp_path / "bin"
    for folder in (data, tools, tmp_path / "block", tmp_path / "logs"):
        folder.mkdir()
    for name in ("sda", "loop0", "sr0", "mmcblk0", "mmcblk0boot0", "nvme0c0n1"):
        (tmp_path / "block" / name).mkdir()
    (tmp_path / "block" / "sdz").symlink_to("../devices/pci0000:00/0000:00:04.0/usb2/2-1/host6/block/sdz")
    (tmp_path / "uptime").write_text("600.25 580.10\n")
    (data / "lshw.json").write_bytes(machines.lshw())
    (data / "dmidecode.txt").write_text(machines.DMIDECODE)
    (data / "smartctl.json").write_bytes(machines.smartctl())
    (data / "code").write_text("201")
    (data / "answer").write_text("{}")
    (tmp_path / "logs" / "nwipe_log_20261128.txt").write_text("[2026/11/28 09:00:00] info: nwipe 0.37\n")
    for name, does in {**FAKES, "curl": CURL}.items():
        (tools / name).write_text(f"#!/bin/sh\n{does}\n".format(data=data))
        (tools / name).chmod(0o755)
    shutil.copy(SCRIPT, tmp_path / SCRIPT.name)
    return tmp_path


def run(
    key: Path, *arguments: str, conf: str = "", said: str = "", around: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    (key / "maillon.conf").write_text(conf)
    around = {
        "PATH": f"{key / 'bin'}:/usr/bin:/bin",
        "MAILLON_BLOCS": str(key / "block"),
        "MAILLON_JOURNAUX": str(key / "logs"),
        "MAILLON_DEMARRE": str(key / "uptime"),
        "HOME": str(key / "home"),
    } | (around or {})
    return subprocess.run(
        [SH, str(key / SCRIPT.name), *arguments], input=said, capture_output=True, text=True, env=around, check=False
    )


def kept(key: Path, folder: str = "machines") -> list[str]:
    return sorted(path.name.rsplit("--", 1)[-1] for path in (key / folder).glob("*--*"))


ALL = ["dmidecode.txt", "lshw.json", "nwipe-1.txt", "smartctl-sda.json"]
ONLINE = f"ADRESSE=https://maillon.exemple.test/\nJETON={TOKEN}\n"


def test_the_script_is_plain_posix_shell() -> None:
    subprocess.run([SH, "-n", str(SCRIPT)], check=True)
    assert SCRIPT.read_text().startswith("#!/bin/sh\n")
    assert "[[ " not in SCRIPT.read_text()


def test_without_a_network_the_files_are_on_the_key_under_the_label(key: Path) -> None:
    done = run(key, "PRH-0042")
    assert (done.returncode, done.stderr, kept(key)) == (0, "", ALL)
    assert all(path.name.startswith("PRH-0042--") for path in (key / "machines").glob("*--*"))
    assert not (key / "data" / "curl.args").exists()


def test_the_label_is_asked_for_and_cleaned(key: Path) -> None:
    done = run(key, said="\n$(touch pwned) prh 0042;../x\n")
    assert "Étiquette de la machine" in done.stdout
    names = [path.name for path in (key / "machines").glob("*--*")]
    assert names
    assert all(set("$();/ ").isdisjoint(name) for name in names)
    assert not list(key.rglob("pwned"))


def test_with_an_address_and_a_token_the_files_leave_and_the_token_is_on_no_command_line(key: Path) -> None:
    done = run(key, "PRH-0042", conf=ONLINE)
    assert (done.returncode, kept(key), kept(key, "machines/envoyes")) == (0, [], ALL)
    assert TOKEN not in (key / "data" / "curl.args").read_text()
    assert "https://maillon.exemple.test/depot-machines/" in (key / "data" / "curl.args").read_text()
    told = (key / "data" / "curl.in").read_text()
    assert f'header = "Authorization: Bearer {TOKEN}"' in told
    assert told.count("fichier=@") == 4


@pytest.mark.parametrize("code", ["401", "429", "000", ""])
def test_what_did_not_leave_stays_on_the_key_and_leaves_later(key: Path, code: str) -> None:
    (key / "data" / "code").write_text(code)
    done = run(key, "PRH-0042", conf=ONLINE)
    assert "Non envoyé" in done.stdout
    assert kept(key) == ALL
    (key / "data" / "code").write_text("201")
    assert run(key, "--envoyer", conf=ONLINE).returncode == 0
    assert kept(key) == []


@pytest.mark.parametrize(
    "address",
    ["http://maillon.exemple.test", "http://localhost.exemple.test", "http://localhost:1@exemple.test", "ftp://x"],
)
def test_a_token_never_leaves_in_clear(key: Path, address: str) -> None:
    done = run(key, "PRH-0042", conf=f"ADRESSE={address}\nJETON={TOKEN}\n")
    assert "Adresse refusée" in done.stdout
    assert not (key / "data" / "curl.args").exists()


def test_a_tool_that_is_missing_or_says_nothing_is_told(key: Path) -> None:
    (key / "bin" / "dmidecode").write_text("#!/bin/sh\nexit 1\n")
    done = run(key, "PRH-0042")
    assert "rien : dmidecode" in done.stdout
    assert "dmidecode.txt" not in kept(key)


def test_neither_the_key_itself_nor_what_smartctl_did_not_open_is_taken_for_a_disk_of_the_machine(key: Path) -> None:
    run(key, "PRH-0042")
    assert [name for name in kept(key) if "smartctl" in name] == ["smartctl-sda.json"]
    (key / "data" / "smartctl.json").write_text(NOTHING_OPENED)
    done = run(key, "PRH-0043")
    assert "rien : smartctl sda" in done.stdout
    assert not list((key / "machines").glob("PRH-0043--*smartctl*"))


def test_a_log_that_another_machine_left_on_the_key_is_not_taken(key: Path) -> None:
    left, mine = key / "nwipe_log_1.txt", key / "home" / "nwipe_log_2.txt"
    mine.parent.mkdir()
    for log in (left, mine):
        log.write_text("[2026/11/28 09:00:00] info: nwipe 0.38\n")
    os.utime(left, (time.time() - 3600, time.time() - 3600))
    done = run(key, "PRH-0042", around={"MAILLON_JOURNAUX": ""})
    assert f"écrit avant le démarrage : {left}" in done.stdout
    taken = list((key / "machines").glob("*nwipe*"))
    assert len(taken) == 1, "where nwipe was run from is read too"


def test_what_the_door_refuses_is_told_and_what_waits_behind_leaves(key: Path) -> None:
    (key / "data" / "code").write_text("200")
    said = {"gardés": 0, "refusés": [{"nom": f"{n}.json", "motif": "Ce fichier attend déjà."} for n in "ab"]}
    (key / "data" / "answer").write_text(json.dumps(said, ensure_ascii=False))
    done = run(key, "PRH-0042", conf=ONLINE)
    assert "  a.json : Ce fichier attend déjà.\n  b.json : Ce fichier attend déjà.\n" in done.stdout
    assert (done.returncode, kept(key)) == (0, [])


def test_what_a_key_collects_is_sorted_to_its_device(bench: Bench, key: Path) -> None:
    device = bench.in_process(tag="PRH-0042")
    _, text = made(bench)
    run(key, "prh 0042")
    files = [(path.name, path.read_bytes()) for path in sorted((key / "machines").glob("*--*"))]
    assert send(text, *files).status_code == 201
    rows = list(DepositedFile.objects.waiting().filter(problem="").select_related("file"))
    assert {one.device for one in sort_files(device.workshop_id, rows)} == {device}
    assert len(rows) == 3  # the log of nwipe tells of no disk
