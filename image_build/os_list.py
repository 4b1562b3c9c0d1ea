"""What does Raspberry Pi Imager have to be told, so that it offers our image? A list of one, in the form that it reads.

The fields are those of Imager's repository format (its documentation, "os_list"). `init_format` "none": Imager must not
rewrite the boot line; what we are told stands in hub.toml on the card's first partition.
"""

import json
from dataclasses import dataclass
from datetime import date

from image_build.unpacking import Content

DEVICES = ("pi3-64bit", "pi4-64bit")  # Imager's tags; the Zero 2 W is among "pi3-64bit"
NAME = "Porchlight hub"
DESCRIPTION = "A neighbourhood's hub: board, alerts, mesh. For Raspberry Pi Zero 2 W, 3 and 4."


@dataclass(frozen=True, slots=True)
class Offered:
    """An image file as Imager fetches it."""

    url: str
    icon: str  # an address, or ""
    packed: Content
    unpacked: Content
    released: date


def os_list(offered: Offered) -> str:
    """The JSON, one entry."""
    entry: dict[str, object] = {
        "name": NAME,
        "description": DESCRIPTION,
        "icon": offered.icon,
        "url": offered.url,
        "extract_size": offered.unpacked.size,
        "extract_sha256": offered.unpacked.sha256,
        "image_download_size": offered.packed.size,
        "image_download_sha256": offered.packed.sha256,
        "release_date": offered.released.isoformat(),
        "init_format": "none",
        "devices": list(DEVICES),
    }
    return json.dumps({"os_list": [entry]}, indent=2) + "\n"
