"""Does the kernel keep to the country of hub.toml?"""

import re
from collections.abc import Iterator

from porchlight.checks.case import Case
from porchlight.checks.finding import Finding, Unseen, Well, Wrong

ABOUT = "country"
WORLD = "00"  # the kernel's name for "nobody said where we are"
_COUNTRY = re.compile(r"^country ([A-Z0-9]{2}):", re.MULTILINE)  # iw reg get


def check_wifi_country(case: Case) -> Iterator[Finding]:
    wanted = case.settings.wifi.country
    asked = case.machine.run(("iw", "reg", "get"))
    kept = _COUNTRY.findall(asked.out)
    if asked.status != 0 or not kept:
        yield Unseen(ABOUT, f"the kernel does not say its country: {asked.words or 'nothing came'}", "iw reg get")
    elif wanted in kept:
        yield Well(ABOUT, f"{wanted}, as hub.toml says")
    elif kept[0] == WORLD:
        yield Wrong(
            ABOUT,
            f"The kernel does not know that this hub is in {wanted}.",
            "hostapd tells it, or the package wireless-regdb is missing",
            f"sudo iw reg set {wanted}; if that is in vain: sudo apt-get install wireless-regdb",
        )
    else:
        yield Wrong(
            ABOUT,
            f"The kernel keeps to the rules of {kept[0]}, and hub.toml says {wanted}.",
            "one of the two is wrong, or another program told the kernel",
            f"sudo iw reg set {wanted}; if {kept[0]} is right, write it under [wifi] in {case.config}",
        )
