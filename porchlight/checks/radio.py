"""Is the radio there, may the hub use it, and does it keep to the region of hub.toml?"""

import grp
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from hub.keyring import Keyring, KeyringRefused
from hub.settings import RadioPart
from hub.troubles import Cause, Trouble, Troubled, cause_of, english
from hub.views import RadioState, Status
from porchlight.checks.case import Case
from porchlight.checks.finding import Finding, Unseen, Well, Wrong
from porchlight.checks.hub_running import RADIO

ABOUT = "radio"
CONNECT_S = 5.0


def check_radio(case: Case) -> Iterator[Finding]:
    radio = case.settings.radio
    if radio.kind == "none":
        yield Well(ABOUT, "hub.toml names none; the board works without")
    elif radio.region is None:
        yield Wrong(
            ABOUT,
            "The radio may not send: hub.toml names no region.",
            "the law differs, so there is no default",
            f'write region = "EU_868", or yours, under [radio] in {case.config}, then: '
            + case.porchlight("radio", "apply"),
        )
    elif isinstance(case.told, Status):
        yield from _as_the_hub_says(case, case.told)
    else:
        yield from list(_without_hub(case)) or [Well(ABOUT, "something is there; the hub will ask what it is")]


def _as_the_hub_says(case: Case, told: Status) -> Iterator[Finding]:
    """The hub has the radio open: nobody else can ask it."""
    apply = case.porchlight("radio", "apply")
    for troubled in told.troubles:
        if troubled.what in RADIO:
            yield Wrong(ABOUT, english(troubled), "", _mend(case, troubled))
    if told.radio is RadioState.NONE:
        yield _no_network(case)
    if told.radio is not RadioState.WELL:
        return
    wanted = case.settings.radio
    if told.region and told.region != wanted.region:
        yield Wrong(
            ABOUT,
            f"The radio is set to {told.region} and hub.toml to {wanted.region}.",
            "it was set up elsewhere, or hub.toml was changed since",
            f"if hub.toml is right: {case.porchlight('radio', 'apply', '--region', str(wanted.region))}",
        )
    elif told.preset and told.preset != wanted.preset:
        yield Wrong(ABOUT, f"The radio speaks {told.preset} and hub.toml says {wanted.preset}.",
                    "it was set up elsewhere, or hub.toml was changed since", apply)  # fmt: skip
    else:
        yield Well(ABOUT, f"it is well, {told.region} {told.preset}")


def _mend(case: Case, troubled: Troubled) -> str:
    """For what the hub says of its radio. It has the port open: stop it before another program asks the radio."""
    cause = cause_of(troubled.named)
    if troubled.what is Trouble.RADIO_UNSET or cause is Cause.NEEDS_SETTINGS:
        return "stop the hub, then: " + case.porchlight("radio", "apply")
    if cause is Cause.NOT_ALLOWED:
        return "sudo usermod -aG dialout USER, with the hub's user, then start the hub anew"
    if cause is Cause.IN_USE:
        return f"sudo fuser -v {case.settings.radio.device} names the other program; stop it"
    return "stop the hub, then: porchlight radio find"


def _without_hub(case: Case) -> Iterator[Finding]:
    radio = case.settings.radio
    if _has_no_network(case):
        yield _no_network(case)
    if radio.kind == "serial":
        yield from _serial(case, radio)
    else:
        yield from _network(radio)


def _serial(case: Case, radio: RadioPart) -> Iterator[Finding]:
    ports = [port.path for port in case.machine.radio_ports()]
    if radio.device == "auto":
        if not ports:
            yield Wrong(ABOUT, "No radio is plugged in.", "no USB serial port with a chip that radios use is there",
                        "plug it in, with a cable that carries data, then: porchlight radio find")  # fmt: skip
            return
        if len(ports) > 1:
            yield Wrong(ABOUT, "Several radios are plugged in.", ", ".join(ports),
                        f"porchlight radio find, then write its device under [radio] in {case.config}")  # fmt: skip
            return
        device = Path(ports[0])
    else:
        device = case.machine.root / radio.device.lstrip("/")
        if not device.exists():
            there = f"radios may be at {', '.join(ports)}" if ports else "no other serial port looks like a radio"
            yield Wrong(ABOUT, f"There is no radio at {radio.device}.", there, "porchlight radio find")
            return
    yield from _may_open(case, device)


def _may_open(case: Case, device: Path) -> Iterator[Finding]:
    """For who asks; the hub's own user is another one, maybe, and says so itself when it runs."""
    if os.access(device, os.R_OK | os.W_OK):
        return
    try:
        group = grp.getgrgid(device.stat().st_gid).gr_name
    except (KeyError, OSError):
        group = "dialout"
    yield Unseen(ABOUT, f"this user may not open {device}; whether the hub may, it says when it runs",
                 f"sudo usermod -aG {group} USER, with the hub's user, lets it; then log in anew")  # fmt: skip


def _network(radio: RadioPart) -> Iterator[Finding]:
    where = radio.host_port
    assert where is not None  # the settings are valid
    try:
        with socket.create_connection(where, timeout=CONNECT_S):
            return
    except OSError as problem:
        said = problem.strerror or str(problem)
        yield Wrong(ABOUT, f"No radio answers at {radio.address}.", said,
                    f"ping {where[0]}; porchlight radio plan --port {radio.address}")  # fmt: skip


def _has_no_network(case: Case) -> bool:
    try:
        return Keyring.open(case.settings.data_folder).network is None
    except KeyringRefused:
        return False  # told with the keys


def _no_network(case: Case) -> Wrong:
    return Wrong(
        ABOUT,
        "The radio rests: this hub is in no network.",
        "only hubs of one network understand each other",
        case.porchlight("network", "create", "NAME") + ", or network join, with the hub stopped",
    )
