"""Files that machines write, as the tools write them, cut to what is read."""

import json
from collections.abc import Mapping
from typing import Any

SERIAL, DRIVE, SIZE = "5CG8351QXK", "S3Z8NB0K412345", 256_060_514_304
STICK = "4C530001240911"


def drive_node(serial: str = DRIVE, **given: Any) -> dict[str, Any]:
    """A SATA drive as lshw prints it."""
    return {
        "id": "disk",
        "class": "disk",
        "description": "ATA Disk",
        "product": "Samsung SSD 860",
        "vendor": "Samsung",
        "serial": serial,
        "businfo": "scsi@0:0.0.0",
        "logicalname": "/dev/sda",
        "size": SIZE,
        "units": "bytes",
    } | given


def lshw(
    *,
    serial: str = SERIAL,
    drives: tuple[Mapping[str, Any], ...] | None = None,
    memory: int = 8,
    processor: str = "Intel(R) Core(TM) i5-8350U CPU @ 1.70GHz",
    **given: Any,
) -> bytes:
    """A laptop as lshw tells of it, run from a USB stick; ``memory`` in GB."""
    banks = [{"id": f"bank:{rank}", "class": "memory", "size": memory * 2**29} for rank in range(2)]
    stick = drive_node(STICK, product="Cruzer Blade", vendor="SanDisk", businfo="usb@1:2", logicalname="/dev/sdb")
    children = [
        {"id": "firmware", "class": "memory", "description": "BIOS", "size": 65536},
        {"id": "cpu", "class": "processor", "product": processor},
        {"id": "memory", "class": "memory", "description": "System Memory", "children": banks},
        {"id": "usb", "class": "multimedia", "description": "Video", "businfo": "usb@1:5", "product": "HD Camera"},
        *((drive_node(),) if drives is None else drives),
        stick,
    ]
    system = {
        "id": "shredos",
        "class": "system",
        "description": "Notebook",
        "product": "HP EliteBook 840 G5 (3JX27EA#ABF)",
        "vendor": "HP",
        "serial": serial,
        "configuration": {"chassis": "notebook"},
        "children": [{"id": "core", "class": "bus", "children": children}],
    }
    return json.dumps(system | given).encode()


def smartctl(serial: str = DRIVE, *, rotation: int = 0, **given: Any) -> bytes:
    """A SATA drive as smartctl tells of it."""
    said = {
        "json_format_version": [1, 0],
        "smartctl": {"version": [7, 4], "exit_status": 0},
        "device": {"name": "/dev/sda", "info_name": "/dev/sda [SAT]", "type": "sat", "protocol": "ATA"},
        "model_name": "Samsung SSD 860 EVO 250GB",
        "serial_number": serial,
        "user_capacity": {"blocks": 500118192, "bytes": SIZE},
        "rotation_rate": rotation,
    }
    return json.dumps(said | given).encode()


def glpi(*, serial: str = SERIAL, **given: Any) -> bytes:
    """A laptop as an agent of GLPI tells of it."""
    content = {
        "bios": {"smanufacturer": "HP", "smodel": "HP EliteBook 840 G5", "ssn": serial},
        "hardware": {"chassis_type": "Notebook", "memory": 7800, "name": "pc-12"},
        "cpus": [{"name": "Intel(R) Core(TM) i5-8350U CPU @ 1.70GHz"}],
        "memories": [{"capacity": 8192}],
        "storages": [
            {"model": "Samsung SSD 860 EVO", "name": "sda", "serial": DRIVE, "disksize": 256060, "interface": "SATA"},
            {"model": "Cruzer Blade", "name": "sdb", "serial": STICK, "disksize": 16008, "interface": "USB"},
        ],
        "batteries": [{"capacity": 50000, "real_capacity": 41000}],
        "modems": [{"imei": "356938035643809"}],
    }
    return json.dumps({"action": "inventory", "deviceid": "pc-12-2026", "content": content | given}).encode()


DMIDECODE = """# dmidecode 3.5
Handle 0x0001, DMI type 1, 27 bytes
System Information
\tManufacturer: LENOVO
\tProduct Name: 20L6S12345
\tVersion: ThinkPad T480
\tSerial Number: PF1ABCDE

Handle 0x0003, DMI type 3, 22 bytes
Chassis Information
\tManufacturer: LENOVO
\tType: Notebook
\tSerial Number: Not Specified

Handle 0x0010, DMI type 4, 48 bytes
Processor Information
\tStatus: Populated, Enabled
\tVersion: Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz

Handle 0x0020, DMI type 17, 40 bytes
Memory Device
\tSize: 8 GB
\tType: DDR4

Handle 0x0021, DMI type 17, 40 bytes
Memory Device
\tSize: No Module Installed
\tType: Unknown
"""


def certificate(
    serial: str = DRIVE, *, start: str, end: str, size: int = SIZE, status: str = "ERASED", **given: str
) -> str:
    """The text of the PDF certificate of nwipe."""
    said = {"rounds": "1/1", "errors": "0/0/0", "hidden": "No hidden sectors", "verify": "Verify Last"} | given
    return (
        f"Disc Erasure by NWIPE version 0.38\nModel: Samsung SSD 860\nS/N: {serial}\nDisk Erasure Report\n"
        f"Make/Model: Samsung SSD 860 Serial: {serial}\nSize(Apparent): 256 GB, {size} bytes Bus: ATA\n"
        f"Size(Real): 256 GB, {size} bytes\nStart time: {start} End time: {end}\n"
        f"Duration: 01:00:00 Status: {status}\n"
        "Method: Fill With Zeros PRNG algorithm: Not applicable to method\n"
        f"Final Pass(Zeros/Ones/None): None Verify Pass(Last/All/None): {said['verify']}\n"
        f"*Bytes Erased: {size}, (100.00%) Rounds(completed/requested): {said['rounds']}\n"
        f"HPA/DCO: {said['hidden']} HPA/DCO Size: Not Applicable\n"
        f"Errors(pass/sync/verify): {said['errors']} Throughput: 140 MB/sec\n"
    )
