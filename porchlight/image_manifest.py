"""How does Raspberry Pi Imager learn of an image? A list beside it, to which Imager is pointed."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import click

from porchlight.image_flash import look_through, told_in_words
from porchlight.stop import Stop, say

LIST_FILE = "os_list.json"


@click.command()
@click.argument("image", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--address", help="Where people fetch the image's folder, such as http://10.42.0.1/start/. [default: here]"
)
def manifest(image: Path, address: str | None) -> None:
    """Write os_list.json beside IMAGE: what Raspberry Pi Imager needs to offer it."""
    from image_build.os_list import Offered, os_list
    from image_build.unpacking import Content

    with told_in_words():
        content = look_through(image)
    with image.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    state = image.stat()
    offered = Offered(
        url=f"{address.rstrip('/')}/{quote(image.name)}" if address else image.resolve().as_uri(),
        icon="",
        packed=Content(state.st_size, sha256),
        unpacked=content,
        released=datetime.fromtimestamp(state.st_mtime, UTC).date(),
    )
    beside = image.with_name(LIST_FILE)
    try:
        beside.write_text(os_list(offered), "utf-8")
    except OSError as problem:
        raise Stop(f"{beside} cannot be written ({problem.strerror})") from None
    say(f"{beside} is written. In Raspberry Pi Imager, name it as the content repository.")
