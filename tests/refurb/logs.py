"""Logs of nwipe, as the tool writes them."""

from datetime import datetime, timedelta

SIZE = 256_060_514_304


def log(
    serial: str = "SN000001",
    *,
    end: datetime,
    size: int = SIZE,
    written: int | None = None,
    bus: str = "ATA-SSD",
    hidden: str = "No hidden sectors on /dev/sda",
    verified: bool = True,
    status: str = "Erased",
    errors: tuple[int, int, int] = (0, 0, 0),
    others: str = "",
    lasting: int = 60,
    method: str = "Fill With Zeros",
) -> bytes:
    """The log of one disk, one pass of zeros, its last pass read again; ``lasting`` in minutes."""

    def at(rank: int) -> str:
        minutes = rank - 60 + lasting if rank >= 60 else rank * lasting / 60
        return f"{end - timedelta(minutes=minutes):[%Y/%m/%d %H:%M:%S]}"

    erased = status == "Erased"
    hours = f"{lasting // 60:02}:{lasting % 60:02}:00"
    lines = [
        f"{at(62)}    info: nwipe 0.37",
        f"{at(62)}  notice: Found /dev/sda, {bus}, Samsung SSD 860 EVO,  256 GB, S/N={serial}",
        f"{at(62)}    info: {hidden}",
        f"{at(62)}  notice: Found /dev/sdb,  USB, Cle ShredOS,   16 GB, S/N=USB42",
        others,
        f"{at(61)}  notice: /dev/sda, sect/blk/dev 512/4096/{size}",
        f"{at(60)}  notice: Invoking method '{method}' on /dev/sda",
        f"{at(60)}  notice: Starting round 1 of 1 on /dev/sda",
        f"{at(60)}  notice: Starting pass 1/1, round 1/1, on /dev/sda",
        f"{at(30)}  notice: {size if written is None else written} bytes written to /dev/sda",
        f"{at(30)}  notice: Verifying pass 1 of 1, round 1 of 1, on /dev/sda" if verified else "",
        f"{at(0)}  notice: Verified pass 1 of 1, round 1 of 1, on '/dev/sda'." if verified else "",
        f"{at(0)}  notice: Finished pass 1/1, round 1/1, on /dev/sda" if erased else "",
        f"{at(0)}  notice: Finished final round 1 of 1 on /dev/sda" if erased else "",
        "",
        "******************************** Error Summary *********************************",
        "!   Device | Pass Errors | Verifications Errors | Fdatasync I\\O Errors",
        "--------------------------------------------------------------------------------",
        f"       sda |{errors[0]:12} |{errors[1]:21} |{errors[2]:21}",
        "********************************************************************************",
        "",
        "********************************* Drive Status *********************************",
        "!   Device | Status | Thru-put | HH:MM:SS | Model/Serial Number",
        "--------------------------------------------------------------------------------",
        f"{' ' if erased else '!'}      sda |{status:^8}| 140 MB/s | {hours} | Samsung SSD 860/{serial}",
        "********************************************************************************",
        f"{at(0)} Total Throughput 140 MB/s, {method}, 1R+NB+VL",
    ]
    return "\n".join(line for line in lines).encode()
