"""Which serial ports may have a radio on them? Told by their USB numbers; nothing is opened or probed."""

from dataclasses import dataclass

from serial.tools import list_ports

# USB vendor and product of the chips that Meshtastic boards use. None: every product of that vendor.
CHIPS: tuple[tuple[int, int | None, str], ...] = (
    (0x10C4, 0xEA60, "CP210x, as on Heltec and T-Beam boards"),
    (0x1A86, 0x55D4, "CH9102, as on T-Beam and T-Lora boards"),
    (0x1A86, 0x7523, "CH340"),
    (0x0403, 0x6001, "FTDI"),
    (0x303A, None, "an ESP32-S3's own USB"),
    (0x239A, None, "an nRF52 board's own USB, as on RAK4631 and T-Echo"),
    (0x2886, None, "Seeed Studio"),
    (0x2E8A, None, "an RP2040's own USB"),
)


@dataclass(frozen=True, slots=True)
class FoundPort:
    """A serial port with a known chip behind it. It looks like a radio; only asking it tells."""

    path: str
    chip: str
    maker: str  # what the device calls itself; may be empty


def find_ports() -> tuple[FoundPort, ...]:
    """The USB serial ports with a chip that radios use, by path."""
    found = []
    for port in list_ports.comports():
        chip = _chip(port.vid, port.pid)
        if chip is not None:
            maker = " ".join(part for part in (port.manufacturer, port.product) if part)
            found.append(FoundPort(port.device, chip, maker))
    return tuple(sorted(found, key=lambda port: port.path))


def _chip(vendor: int | None, product: int | None) -> str | None:
    for known_vendor, known_product, name in CHIPS:
        if vendor == known_vendor and known_product in (None, product):
            return name
    return None
