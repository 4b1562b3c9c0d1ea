"""What does `porchlight image` do? It builds the card of a hub: a complete system for a Raspberry Pi."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from porchlight.image_flash import flash
from porchlight.image_manifest import manifest
from porchlight.image_update import bundle, settle, try_once, update
from porchlight.stop import STATUS_USAGE, Stop, say

if TYPE_CHECKING:
    from image_build.minisign import PublicKey
    from image_build.recipe import Wanted
    from image_build.tree import HandedUnits

TRIXIE_SYSTEMD = 257
HUB_FOLDER = Path("/data/porchlight")
SYSTEMD = "usr/lib/systemd/system"
CHECKOUT = Path(__file__).parents[1]
PACKED_BYTES_MAX = 500_000_000  # what a neighbour with a slow line can still download
path = click.Path(path_type=Path, file_okay=False)
file = click.Path(path_type=Path, dir_okay=False)
RELEASE_KEYS = "opt/porchlight/image_build/release-keys.txt"  # where the image has them


@click.group()
def image() -> None:
    """Build the card of a hub, write it, renew it."""


for command in (flash, manifest, bundle, update, try_once, settle):
    image.add_command(command)


@image.command()
@click.option("--out", type=path, default=Path("build/image"), show_default=True, help="Where the image goes.")
@click.option(
    "--cache",
    type=path,
    default=lambda: default_cache(os.environ, Path.home()),
    help="Where what takes long is kept. [default: ~/.cache/porchlight, or $PORCHLIGHT_CACHE]",
)
@click.option("--smoke", is_flag=True, help="A cut-down image, to be booted in an emulator and nowhere else.")
@click.option("--keys", type=file, help="The founders' public release keys, for the image to trust. [default: ours]")
@click.option("--xz", "packed", is_flag=True, help="Also as .img.xz, for Raspberry Pi Imager.")
def build(out: Path, cache: Path, smoke: bool, keys: Path | None, packed: bool) -> None:
    """Build an image for the Raspberry Pi Zero 2 W, 3 and 4 from this checkout, as root on Debian."""
    from image_build.progress import Progress
    from image_build.recipe import STEPS
    from image_build.recipe import build as build_image
    from image_build.trouble import Trouble

    trusted = trusted_keys(keys)
    wanted = wanted_image(out, cache, smoke=smoke, packed=packed, keys=trusted)
    try:
        built = build_image(wanted, Progress(STEPS + packed), os.geteuid())
    except Trouble as trouble:
        raise Stop(trouble.words, trouble.hint, lines=trouble.lines) from None
    say(f"{built.image}: {built.image_bytes >> 20} MB, of {built.commit}")
    if built.packed is not None:
        say(f"{built.packed}: {built.packed_bytes / 1e6:.0f} MB")
        if built.packed_bytes >= PACKED_BYTES_MAX:
            raise Stop(f"that is more than the {PACKED_BYTES_MAX / 1e6:.0f} MB that an image may have")
    if not keys_in(trusted):
        say("unsigned development image: nobody vouches for it, and it takes no updates")
    else:
        say(f"it takes updates that two of {len(keys_in(trusted))} release keys signed")
    click.echo(json.dumps({"image": str(built.image), "sha256": built.image_sha256}))


def default_cache(environment: "os._Environ[str] | dict[str, str]", home: Path) -> Path:
    named = environment.get("PORCHLIGHT_CACHE")
    return Path(named) if named else home / ".cache/porchlight"


def trusted_keys(keys: Path | None) -> str:
    """What stands in the image's release-keys.txt. Ends in words if these are no keys, or too few to sign anything."""
    from importlib.resources import files

    from image_build.minisign import NotSigned
    from image_build.release import SIGNATURES_NEEDED
    from porchlight.image_flash import KEYS_FILE

    if keys is None:
        return (files("image_build") / KEYS_FILE).read_text("utf-8")
    try:
        text = keys.read_text("utf-8")
        found = {key.raw for key in keys_in(text)}
    except (OSError, UnicodeDecodeError) as problem:
        raise Stop(f"{keys} cannot be read ({problem})", status=STATUS_USAGE) from None
    except NotSigned as problem:
        raise Stop(f"{keys}: {problem}", "a key a line, as minisign writes it", status=STATUS_USAGE) from None
    if len(found) < SIGNATURES_NEEDED:
        raise Stop(
            f"{keys} holds {len(found)} keys, and {SIGNATURES_NEEDED} must sign a release",
            "docs/image.md tells how the founders make theirs",
            status=STATUS_USAGE,
        )
    return text


def keys_in(text: str) -> "tuple[PublicKey, ...]":
    from image_build.release import read_keys

    return read_keys(text)


def wanted_image(out: Path, cache: Path, *, smoke: bool, packed: bool, keys: str | None = None) -> "Wanted":
    """What image_build is to make: it knows none of the other rooms, so their texts are handed to it here."""
    from hub.settings_text import hub_toml
    from image_build.plan import FULL, SMOKE
    from image_build.recipe import Wanted
    from image_build.tree import Handed

    units = handed_units()
    trusted = () if keys is None else (Handed(RELEASE_KEYS, keys),)
    example = hub_toml(name="Alder", listen=("0.0.0.0:8080",), wire=("eth0",), clock_trust="unset")
    return Wanted(
        checkout=CHECKOUT,
        out=out.absolute(),
        cache=cache.absolute(),
        plan=SMOKE if smoke else FULL,
        lock=CHECKOUT / "requirements.lock",
        units=replace(units, files=(*units.files, *trusted)),
        boot_files={"hub-example.toml": example},
        packed=packed,
    )


def handed_units() -> "HandedUnits":
    """The units of the other rooms, for where a hub lies on its card, and which of them are switched on."""
    from importlib.resources import files

    from captive_portal.access_point.unit_files import ENABLED, Installation, unit_files
    from image_build.tree import Handed, HandedUnits

    where = Installation(
        config=HUB_FOLDER / "hub.toml",
        data=HUB_FOLDER / "data",
        program=Path("/usr/bin/porchlight"),
        user="porchlight",
        systemd=TRIXIE_SYSTEMD,
    )
    texts = unit_files(where)
    started = list(ENABLED)
    for entry in sorted((files("porchlight") / "units").iterdir(), key=lambda entry: entry.name):
        texts[entry.name] = entry.read_text("utf-8")
        if "[Install]" in texts[entry.name]:
            started.append(entry.name)
    wanted: dict[str, list[str]] = {}
    for name in started:
        _, _, target = texts[name].partition("WantedBy=")
        wanted.setdefault(target.split()[0], []).append(name)
    return HandedUnits(
        files=tuple(Handed(f"{SYSTEMD}/{name}", text) for name, text in texts.items()),
        started=tuple((target, tuple(names)) for target, names in wanted.items()),
    )
