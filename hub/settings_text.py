"""What does a fresh hub.toml look like? Commented, in plain words; `porchlight init` and the demo write it."""

import json
from collections.abc import Sequence


def hub_toml(
    *,
    name: str,
    language: str = "en",
    listen: Sequence[str] = ("127.0.0.1:8080",),
    wire: Sequence[str] = (),
    radio_kind: str = "none",
    radio_device: str = "auto",
    radio_address: str = "",
    region: str | None = None,
    preset: str = "LONG_FAST",
    wifi_name: str = "",
    wifi_interface: str = "",
    wifi_mode: str = "",
    country: str = "",
    clock_trust: str = "unset",
) -> str:
    """The text of a hub.toml. What has no value yet stands there as a comment."""
    return f"""\
# One Porchlight hub. After a change, stop the hub and type: porchlight run --config hub.toml

[hub]
# What people call this hub: the street, the house, the shop. Other hubs of the network see this name.
name = {_quoted(name)}
# Where everything is kept. A relative folder lies beside this file.
data = "data"
# The language of the pages where a phone asks for none that we have.
language = {_quoted(language)}

[portal]
# The addresses where the pages are served. 127.0.0.1 is this machine alone;
# for phones, add the address of the Wi-Fi access point, such as "192.168.50.1:80".
listen = {_quoted_list(listen)}
# Further host names under which people reach this hub, such as "hub.local".
names = []
# The network interfaces that nobody else can listen on: a cable, or a Wi-Fi with a password of a pod's own.
# A pod's phrase is taken there and on this machine itself; elsewhere it is refused. Such as ["eth0"].
wire = {_quoted_list(wire)}

[radio]
# "none" (the board works without), "serial" (a radio on USB) or "tcp" (a radio with Wi-Fi, or meshtasticd).
kind = {_quoted(radio_kind)}
# For "serial": "auto" finds the one that is plugged in, or a path such as "/dev/ttyACM0".
device = {_quoted(radio_device)}
# For "tcp": where the radio is, such as "192.168.1.20:4403".
{_line("address", radio_address, "192.168.1.20:4403")}
# Where in the world the radio may send: "US", "EU_868", "ANZ" ... The law differs, so there is no default.
{_line("region", region, "EU_868")}
# How the radios speak; all radios of a neighbourhood must agree.
preset = {_quoted(preset)}
# The name that the radio shows to others on the air; without it, the hub's name.
# owner = {_quoted(name)}

[wifi]
# The Wi-Fi that phones join to reach this hub, as its poster and the foot of each page say it.
{_line("name", wifi_name, "Porchlight")}
# Its password. The poster shows it. Without this line somebody else's Wi-Fi is open to everybody;
# an access point of the hub's own gets a password that the hub makes, if its mode wants one.
# password = "eight signs or more"
# true if the Wi-Fi does not call out its name.
hidden = false
# If this hub is the access point itself: on which interface. `porchlight access-point apply` sets it up
# (docs/access-point.md). Phones then need an address such as "0.0.0.0:8080" in [portal] listen.
{_line("interface", wifi_interface, "wlan0")}
# Who may join: "open" (all, and all may listen), "poster" (WPA2, one password), "pods" (WPA2, a password of its own
# for each pod and for coordinators), "owe" or "wpa3" (for USB adapters that can).
{_line("mode", wifi_mode, "poster")}
# Where the hub stands; the law of the radio differs.
{_line("country", country, "DE")}
# 1 to 13 at 2.4 GHz, which reaches further; 36 to 177 at 5 GHz. The country must allow it.
# channel = 6
# The hub's address there, which people may have to type, and the network of the phones.
# address = "10.42.0.1/24"
# How many phones may be joined at once; 0: what is known to be safe on this board.
# stations = 0

[uplink]
# Where this hub reaches other networks, such as the internet; nobody on the Wi-Fi does, unless share is true.
# interface = "eth0"
# share = false
# For each phone, when it is shared: kilobits a second.
# rate_kbit = 500

[clock]
# "system" if this machine keeps time without help (a battery, or a time server); "unset" if it may wake up in 1970.
trust = {_quoted(clock_trust)}
# Time servers to ask over the uplink; without this line none is asked.
# servers = ["pool.ntp.org"]

[airtime]
# The largest share of the time in which this hub's own frames may be on the air, such as 0.02 (72 seconds an hour).
# Without it: what the law of the region and good manners allow.
# share = 0.02

# An MQTT broker, over which hubs meet wherever IP reaches: another hub's, or a city's (docs/mqtt.md). A table for each.
# [mqtt.city]
# address = "broker.example:8883"
# The authority that vouches for the broker; no other counts. A relative file lies beside this one.
# ca = "city-ca.pem"
# What the broker's keeper gave to this hub. Whoever reads this file may join the broker, and reads nothing there.
# user = "alder"
# password = "as long as you like"
# What topics must begin with, if the keeper says so.
# prefix = ""
# false only for a broker that speaks no TLS; a password then goes nowhere but to this machine.
# tls = true

[broker]
# Mosquitto on this hub, for itself and for other hubs (docs/mqtt.md): where it listens, on the cable or the backhaul.
# listen = ["192.168.77.1:8883"]
# The network interface of that address, so that nobody reaches it from another.
# interface = "eth0"
# Host names under which other hubs reach this one, for its certificate.
# names = ["cedar.example"]
"""


def _quoted(text: str) -> str:
    """A TOML basic string; a name has no control characters, and the rest JSON escapes the same way."""
    return json.dumps(text, ensure_ascii=False)


def _quoted_list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _line(key: str, value: str | None, example: str) -> str:
    return f"{key} = {_quoted(value)}" if value else f"# {key} = {_quoted(example)}"
