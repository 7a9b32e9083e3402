"""What machines write of themselves is read as it is, and nothing that is not said is made up."""

import base64
import json
from datetime import datetime
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refurb.enums import DeviceType, DriveKind
from refurb.enums.hardware import FileKind, Unreadable
from refurb.readers.certificate import read_certificate
from refurb.readers.facts import GIGABYTE, HardwareFacts, NotHardware, fitted_memory
from refurb.readers.files import MOST_BYTES, minimised, read_certificate_text, read_hardware
from refurb.readers.glpi import EDID_HEADER
from refurb.readers.names import maker_of, model_of, processor_key, processor_of
from refurb.readers.nwipe import NotNwipe
from tests.refurb import machines
from tests.refurb.logs import log

NEAR = (folder / "shared" / "samples" for folder in Path(__file__).resolve().parents)
SAMPLES = next((folder for folder in NEAR if folder.is_dir()), Path("shared", "samples"))
"""Real files, beside the project when they are there: their licences differ, none is in it."""
LONE_SURROGATE = "\ud800"


# --- names


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Intel(R) Core(TM) i5-8350U CPU @ 1.70GHz", "Intel Core i5-8350U"),
        ("Intel(R) Core(TM)2 Duo CPU     E8400  @ 3.00GHz", "Intel Core 2 Duo E8400"),
        ("11th Gen Intel(R) Core(TM) i5-1135G7 @ 2.40GHz", "Intel Core i5-1135G7"),
        ("Pentium(R) Dual-Core  CPU      E5800  @ 3.20GHz", "Intel Pentium Dual-Core E5800"),
        ("AMD A6-6310 APU with AMD Radeon R4 Graphics    ", "AMD A6-6310"),
        ("AMD Ryzen 5 PRO 3500U w/ Radeon Vega Mobile Gfx", "AMD Ryzen 5 PRO 3500U"),
        ("AMD Ryzen 5 3600 6-Core Processor", "AMD Ryzen 5 3600"),
        ("Core i5-6300U", "Intel Core i5-6300U"),
        ("To Be Filled By O.E.M.", ""),
        ("", ""),
    ],
)
def test_a_processor_is_called_as_people_call_it(written: str, name: str) -> None:
    assert processor_of(written) == name


def test_a_processor_is_the_same_however_tools_and_people_write_it() -> None:
    spelt = ("i5-8350u", "Core i5 8350U", "Intel Core i5-8350U", "Intel(R) Core(TM) i5-8350U CPU @ 1.70GHz")
    assert {processor_key(one) for one in spelt} == {"I58350U"}
    assert processor_key("Intel Core i5-8250U") != processor_key("Intel Core i5-8350U")


@pytest.mark.parametrize(
    ("written", "name"),
    [("Dell Inc.", "Dell"), ("ASUSTeK Computer INC.", "ASUS"), ("Hewlett-Packard", "HP"), ("System manufacturer", "")],
)
def test_a_maker_is_called_as_people_call_it(written: str, name: str) -> None:
    assert maker_of(written) == name


def test_lenovo_writes_the_model_in_the_version() -> None:
    assert model_of("20L6S12345", "ThinkPad T480", maker="Lenovo") == "ThinkPad T480"
    assert model_of("OptiPlex 3050", "Not Specified", maker="Dell") == "OptiPlex 3050"
    assert model_of("System Product Name") == ""


@pytest.mark.parametrize(
    ("banks", "seen", "fitted"),
    [
        ([4 * GIGABYTE, 4 * GIGABYTE], None, 8),
        ([], 7800 * 2**20, 8),
        ([], 5523 * 2**20, 6),
        ([], 16 * GIGABYTE, 16),
        ([], 400 * 2**20, None),
        ([], None, None),
    ],
)
def test_memory_is_what_is_fitted_rather_than_what_the_system_sees(
    banks: list[int], seen: int | None, fitted: int | None
) -> None:
    assert fitted_memory(banks, seen) == fitted


# --- each kind of file


def test_lshw_tells_of_the_machine_and_of_what_is_fitted_in_it() -> None:
    facts = read_hardware(machines.lshw())
    assert (facts.kind, facts.serial) == (FileKind.LSHW, machines.SERIAL)
    assert (facts.manufacturer, facts.model) == ("HP", "EliteBook 840 G5")
    assert (facts.type, facts.processor, facts.memory_gb) == (DeviceType.LAPTOP, "Intel Core i5-8350U", 8)
    assert facts.webcam is True
    (drive,) = facts.fitted
    assert (drive.serial, drive.size, drive.kind) == (machines.DRIVE, machines.SIZE, DriveKind.SSD)
    assert [one.serial for one in facts.drives if one.outside] == [machines.STICK]


def test_lshw_in_a_list_or_with_a_comma_too_many_reads_the_same() -> None:
    one = machines.lshw()
    assert read_hardware(b"[" + one + b"]") == read_hardware(one) == read_hardware(one + b",\n")


def test_lshw_tells_an_nvme_by_its_controller_and_not_by_its_partitions() -> None:
    namespace = {"id": "namespace:1", "class": "disk", "logicalname": "/dev/nvme0n1", "size": 512_110_190_592}
    nvme = {"id": "nvme", "class": "storage", "product": "SAMSUNG MZVLB512HAJQ", "serial": "S3WBNX0K801234"}
    (drive,) = read_hardware(machines.lshw(drives=({**nvme, "children": [namespace]},))).fitted
    assert (drive.kind, drive.serial, drive.size) == (DriveKind.NVME, "S3WBNX0K801234", 512_110_190_592)


def test_an_older_lshw_that_sees_only_the_controller_still_tells_that_there_is_a_drive() -> None:
    bare = {"id": "storage", "class": "storage", "description": "Non-Volatile memory controller"}
    (drive,) = read_hardware(machines.lshw(drives=(bare,))).fitted
    assert (drive.kind, drive.serial, drive.size) == (DriveKind.NVME, "", None)


def test_a_dvd_and_the_boot_areas_of_an_emmc_are_no_drives() -> None:
    dvd = machines.drive_node("X1", id="cdrom", description="DVD-RAM writer")
    emmc = {"id": "device", "class": "generic", "product": "DF4064", "serial": "0x1b2c3d4e"}
    storage = {"id": "interface:0", "class": "disk", "logicalname": "/dev/mmcblk0", "size": 62_537_072_640}
    boot = {"id": "interface:1", "class": "disk", "logicalname": "/dev/mmcblk0boot0", "size": 4_194_304}
    (drive,) = read_hardware(machines.lshw(drives=(dvd, {**emmc, "children": [storage, boot]}))).fitted
    assert (drive.kind, drive.size, drive.serial) == (DriveKind.EMMC, 62_537_072_640, "0x1b2c3d4e")


def test_smartctl_tells_of_one_drive_by_how_it_turns() -> None:
    (solid,) = read_hardware(machines.smartctl()).fitted
    (turning,) = read_hardware(machines.smartctl(rotation=7200)).fitted
    assert (solid.kind, turning.kind, solid.serial) == (DriveKind.SSD, DriveKind.HDD, machines.DRIVE)


def test_smartctl_that_opened_no_drive_says_so() -> None:
    with pytest.raises(NotHardware) as caught:
        read_hardware(json.dumps({"json_format_version": [1, 0], "smartctl": {"exit_status": 2}}).encode())
    assert caught.value.reason == Unreadable.NOTHING_SAID


def test_glpi_tells_the_wear_of_the_battery_and_the_imei() -> None:
    facts = read_hardware(machines.glpi())
    assert (facts.kind, facts.battery_wear, facts.imeis) == (FileKind.GLPI, 18, ("356938035643809",))
    assert [drive.serial for drive in facts.fitted] == [machines.DRIVE]
    assert facts.webcam is None  # nothing is said of it


def test_an_inventory_reads_the_same_once_it_names_nobody() -> None:
    phone = json.loads(machines.glpi()) | {"itemtype": "Phone"}
    edid = base64.b64encode(EDID_HEADER + bytes(13) + bytes([31, 17]) + bytes(105)).decode()
    for said in (
        machines.glpi(),
        machines.glpi(monitors=[{"base64": edid, "name": "x"}], cameras=[{}], modems={"imei": ["356938035643809"]}),
        machines.glpi(usbdevices=[{"class": "0e"}], storages={"type": "cdrom"}, cpus=None, bios=[], memories={}),
        json.dumps(phone).encode(),
    ):
        assert read_hardware(minimised(said, is_read=True)) == read_hardware(said)


def test_what_names_nobody_is_kept_as_it_came() -> None:
    for said in (machines.lshw(), machines.DMIDECODE.encode()):
        assert minimised(said, is_read=True) == said


def test_dmidecode_tells_maker_model_chassis_processor_and_memory() -> None:
    facts = read_hardware(machines.DMIDECODE.encode())
    assert (facts.manufacturer, facts.model, facts.serial) == ("Lenovo", "ThinkPad T480", "PF1ABCDE")
    assert (facts.type, facts.processor, facts.memory_gb) == (DeviceType.LAPTOP, "Intel Core i5-8250U", 8)


@pytest.mark.parametrize("placeholder", ["To be filled by O.E.M.", "System Serial Number", "0", "XXXXXXXXXX", "--"])
def test_a_placeholder_is_no_serial_number(placeholder: str) -> None:
    assert read_hardware(machines.lshw(serial=placeholder)).serial == ""
    assert read_hardware(machines.DMIDECODE.replace("PF1ABCDE", placeholder).encode()).serial == ""


def test_a_log_of_nwipe_is_known_by_its_disks() -> None:
    facts = read_hardware(log(machines.DRIVE, end=datetime(2026, 11, 20, 12, 0)))  # noqa: DTZ001
    assert facts.kind == FileKind.NWIPE
    assert [drive.serial for drive in facts.drives] == [machines.DRIVE]


# --- the certificate


WHEN = {"start": "2026/11/20 10:00:00", "end": "2026/11/20 11:00:00"}


def test_a_certificate_reads_as_the_run_of_a_log() -> None:
    run = read_certificate(machines.certificate(**WHEN))
    assert (run.serial, run.size, run.bytes_erased) == (machines.DRIVE, machines.SIZE, machines.SIZE)
    assert (run.passes_asked, len(run.done), len(run.verified), run.hidden) == (1, 1, 1, False)
    assert run.finished_at == datetime(2026, 11, 20, 11, 0)  # noqa: DTZ001


@pytest.mark.parametrize(
    "given",
    [
        {"rounds": "0/1"},
        {"status": "ABORTED"},
        {"status": "FAILED"},
    ],
)
def test_a_certificate_of_a_run_that_did_not_end_has_no_end(given: dict[str, str]) -> None:
    assert read_certificate(machines.certificate(**WHEN | given)).finished_at is None


def test_a_certificate_without_verification_or_with_errors_says_so() -> None:
    assert not read_certificate(machines.certificate(**WHEN, verify="None")).verified
    assert read_certificate(machines.certificate(**WHEN, errors="0/0/4")).verification_errors == 4
    assert read_certificate(machines.certificate(**WHEN, hidden="Hidden sectors found!")).hidden is True
    assert read_certificate(machines.certificate("Unknown", **WHEN)).serial == ""


def test_a_pdf_without_text_says_so() -> None:
    with pytest.raises(NotHardware) as caught:
        read_certificate_text("  \n")
    assert caught.value.reason == Unreadable.NO_TEXT


# --- anything else


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Unreadable.EMPTY),
        (b" \n\t", Unreadable.EMPTY),
        (b"{" * 100_000, Unreadable.BROKEN),
        (b'[{"id":' * 100_000, Unreadable.TOO_DEEP),
        (b"{" + b" " * MOST_BYTES + b"}", Unreadable.TOO_LARGE),
        (machines.lshw()[:400], Unreadable.BROKEN),
        (b'{"name": "Jean"}', Unreadable.NOT_HARDWARE),
        (b"Bonjour", Unreadable.NOT_HARDWARE),
        (b"%PDF-1.4 \x00", Unreadable.NOT_HARDWARE),
        (b'{"id": "x", "class": "system"}', Unreadable.NOTHING_SAID),
    ],
    ids=str,
)
def test_what_is_not_read_says_why(content: bytes, reason: Unreadable) -> None:
    with pytest.raises(NotHardware) as caught:
        read_hardware(content)
    assert caught.value.reason == reason
    assert caught.value.reason.label.endswith(".")


def test_a_tree_deeper_than_any_machine_is_refused() -> None:
    node: dict[str, object] = {"id": "x", "class": "bus"}
    for _ in range(60):
        node = {"id": "x", "class": "bus", "children": [node]}
    with pytest.raises(NotHardware) as caught:
        read_hardware(json.dumps({"id": "x", "class": "system", "children": [node]}).encode())
    assert caught.value.reason == Unreadable.TOO_DEEP


def test_signs_that_a_database_refuses_are_left_out() -> None:
    said = json.dumps(
        {"id": "x", "class": "system", "vendor": "De\0ll", "product": f"XPS{LONE_SURROGATE}", "serial": "A\0B12"}
    )
    facts = read_hardware(said.encode())
    assert facts.model.encode()
    assert "\0" not in str(facts.as_json())


# --- whatever the bytes

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(["disk", "usb@1", "9" * 40]),
)
KEYS = st.sampled_from(
    [
        *("id", "class", "children", "serial", "size", "product", "vendor", "configuration", "businfo", "logicalname"),
        *("smartctl", "device", "user_capacity", "rotation_rate", "content", "deviceid", "bios", "hardware", "cpus"),
        *("memories", "capacity", "storages", "batteries", "real_capacity", "modems", "imei", "monitors", "base64"),
    ]
)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=30
)


def check(content: bytes) -> None:
    """Facts, or the one exception; what is read goes through JSON and UTF-8 and comes back the same."""
    try:
        facts = read_hardware(content)
    except NotHardware:
        minimised(content, is_read=False)
        return
    assert read_hardware(minimised(content, is_read=True)) == facts
    written = json.dumps(facts.as_json(), ensure_ascii=False)
    assert "\0" not in written.encode().decode()
    assert HardwareFacts.from_json(json.loads(written)) == facts


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_no_bytes_break_a_reader(content: bytes) -> None:
    check(content)


@given(TREES)
@settings(max_examples=400, deadline=None)
def test_no_json_breaks_a_reader(tree: object) -> None:
    for wrapped in (
        tree,
        {"id": "x", "class": "system", "children": tree, "configuration": tree, "vendor": tree},
        {"id": "x", "class": "system", "children": [{"id": "disk", "class": "disk", "size": tree, "serial": tree}]},
        {"smartctl": {}, "device": tree, "serial_number": tree, "user_capacity": tree, "rotation_rate": tree},
        {
            "deviceid": "x",
            "content": {"bios": tree, "storages": tree, "batteries": tree, "modems": tree, "monitors": tree},
        },
    ):
        check(json.dumps(wrapped).encode())


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=400))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_the_reader_of_dmidecode_or_of_a_certificate(text: str) -> None:
    check(f"Handle 0x0001, DMI type 1, 27 bytes\n\tSerial Number: {text}\n\tManufacturer: {text}".encode())
    check(f"Handle 0x0001, DMI type 17, 27 bytes\n\tSize: {text} GB\n{text}".encode())
    for part in (text, machines.certificate(text, start=text, end=text)):
        try:
            read_certificate(part)
        except NotNwipe:
            continue


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_file_that_is_cut_or_spoilt_breaks_no_reader(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([machines.lshw(), machines.glpi(), machines.DMIDECODE.encode()])))
    for _ in range(data.draw(st.integers(0, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    check(bytes(content[: data.draw(st.integers(0, len(content)))]))


# --- real files


def samples() -> list[Path]:
    kinds = ("lshw", "glpi", "smartctl", "dmidecode", "nwipe")
    return [path for kind in kinds for path in sorted((SAMPLES / kind).glob("*")) if path.is_file()]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real files are not on this machine")
def test_every_real_file_is_read_or_says_why() -> None:
    told = {}
    for path in samples():
        content = path.read_bytes()
        try:
            if path.suffix == ".pdf":
                pages = pypdfium2.PdfDocument(content)
                text = "\n".join(page.get_textpage().get_text_range() for page in pages)
                pages.close()
                told[path.name] = read_certificate_text(text)
            else:
                told[path.name] = read_hardware(content)
        except NotHardware as error:
            told[path.name] = error.reason
    unread = {name: why for name, why in told.items() if isinstance(why, Unreadable)}
    assert unread == {
        "inventory_format__inventory.schema.json": Unreadable.NOT_HARDWARE,
        "scrutiny__smart-fail.json": Unreadable.NOTHING_SAID,
    }
    machines_told = [facts for facts in told.values() if isinstance(facts, HardwareFacts)]
    assert len(machines_told) == len(told) - 2
    of_machines = [one for one in machines_told if one.kind in (FileKind.LSHW, FileKind.DMIDECODE)]
    assert all(one.processor and one.memory_gb for one in of_machines)
