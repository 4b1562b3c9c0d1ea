"""Do the programs themselves accept what was rendered? dnsmasq and nftables can only look; hostapd must be started.

hostapd has no check mode. With `driver=none` it reads all and sets up all that needs no radio, in a process of its own
that touches no interface and listens nowhere; whether the radio can do what is asked shows only when it starts.
"""

import os
import re
import selectors
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from captive_portal.access_point import files
from captive_portal.access_point.files import RenderedFile
from captive_portal.access_point.programs import Missing, path_of, run_program

HOSTAPD_WAIT_S = 30.0  # it answers in a tenth of a second; a machine may be busy
PACKAGES = {"dnsmasq": "dnsmasq-base", "nft": "nftables", "hostapd": "hostapd"}  # Debian's
_COMPLAINT = re.compile(r"^(Line \d+|Invalid|Unknown|Failed|Could not|.* failed|.*error)", re.IGNORECASE)
_READ, _UP = "UNINITIALIZED->COUNTRY_UPDATE", "AP-ENABLED"


@dataclass(frozen=True, slots=True)
class Checked:
    """What one program says of its file."""

    program: str
    file: Path
    wrong: str  # "": nothing
    is_missing: bool = False  # the program is; then `wrong` says so


def check(rendered: Sequence[RenderedFile], folder: Path) -> Iterator[Checked]:
    """Each program on copies in `folder`, which must be private and empty: they hold passwords."""
    copies = {file.path: folder / file.path.name for file in rendered}
    for file in rendered:
        _write(copies[file.path], file.text)
    for path, copy in copies.items():
        if path == files.DNSMASQ:
            yield _told("dnsmasq", path, ("--test", f"--conf-file={copy}"), copy)
        elif path == files.FIREWALL:
            yield _told("nft", path, ("--check", "--file", str(copy)), copy, through=_as_root())
        elif path == files.HOSTAPD:
            yield _hostapd_told(path, copy, copies.get(files.PASSWORDS))


def _told(program: str, path: Path, options: Sequence[str], copy: Path, through: Sequence[str] = ()) -> Checked:
    try:
        done = run_program((*through, path_of(program), *options))
    except Missing as problem:
        return _missing(problem.program, path)
    return Checked(program, path, "" if done.is_well else _shown(done.words, copy) or f"status {done.status}")


def _as_root() -> tuple[str, ...]:
    """nft asks the kernel, which answers only to root: here, root of an empty network namespace."""
    return () if os.geteuid() == 0 else ("unshare", "--map-root-user", "--net")


def _hostapd_told(path: Path, copy: Path, passwords: Path | None) -> Checked:
    try:
        program = path_of("hostapd")
    except Missing as problem:
        return _missing(problem.program, path)
    text = copy.read_text("utf-8")
    replaced = {
        "driver": "none",
        "ctrl_interface": None,
        "ctrl_interface_group": None,
        "wpa_psk_file": str(passwords) if passwords else None,
    }
    # With a country hostapd waits for the radio's channels; so the country is read, and all else set up without it.
    with_country = [((), _READ)] if "\ncountry_code=" in text else []
    for without, sign in (*with_country, (("country_code", "ieee80211d"), _UP)):
        _write(copy, _changed(text, replaced | dict.fromkeys(without)))
        wrong = _complaint(program, copy, sign)
        if wrong is not None:
            return Checked("hostapd", path, wrong)
    return Checked("hostapd", path, "")


def _changed(text: str, replaced: dict[str, str | None]) -> str:
    """`text` with other values for some settings; None leaves one out, but keeps its line: complaints count lines."""
    lines = []
    for line in text.splitlines():
        key = line.partition("=")[0]
        value = replaced.get(key)
        lines.append(line if key not in replaced else f"{key}={value}" if value is not None else "#")
    return "".join(f"{line}\n" for line in lines)


def _complaint(program: str, conf: Path, sign: str) -> str | None:
    """None as soon as hostapd says `sign`; else why it ended."""
    heard: list[str] = []
    with subprocess.Popen(  # noqa: S603
        (program, "-d", str(conf)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            for line in _lines(process, time.monotonic() + HOSTAPD_WAIT_S):
                if sign in line:
                    return None
                heard.append(line)
        finally:
            process.kill()
    told = [line for line in heard if _COMPLAINT.match(line)]
    return _shown("; ".join(told[:3]) or "it did not start, and did not say why", conf)


def _lines(process: "subprocess.Popen[bytes]", until_s: float) -> Iterator[str]:
    """What it says, until it ends or the time is up."""
    assert process.stdout is not None
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while selector.select(max(0.0, until_s - time.monotonic())):
            read = os.read(process.stdout.fileno(), 4096)
            if not read:
                break
            *lines, rest = (rest + read).split(b"\n")
            yield from (line.decode("utf-8", "replace") for line in lines)


def _missing(program: str, path: Path) -> Checked:
    package = PACKAGES.get(program, program)
    words = f"there is no {program} here, so its file was not checked; type: apt-get install {package}"
    return Checked(program, path, words, is_missing=True)


def _shown(words: str, copy: Path) -> str:
    """One line for a person, which names the file that was meant and not its copy."""
    words = words.replace(str(copy), copy.name).replace(f"{copy.parent}/", "")
    line = "; ".join(part.strip() for part in words.splitlines() if part.strip(" ^~\t"))
    return "".join(letter if letter.isprintable() else "?" for letter in line)[:300]


def _write(copy: Path, text: str) -> None:
    copy.write_text(text, "utf-8")
    copy.chmod(0o600)
