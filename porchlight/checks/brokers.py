"""Does each broker that hub.toml names answer? The running hub knows, and says why not in its own words."""

from collections.abc import Iterator

from hub.settings_mqtt import OWN
from hub.views import Status
from porchlight.checks.case import Case
from porchlight.checks.finding import Finding, Unseen, Well, Wrong

ABOUT = "brokers"
MQTT = "mqtt:"  # begins the name of such a link


def check_brokers(case: Case) -> Iterator[Finding]:
    settings = case.settings
    if not settings.mqtt and not settings.broker.listen:
        return
    if not isinstance(case.told, Status):
        yield Unseen(ABOUT, "only a hub that runs asks them", case.porchlight("status"))
        return
    away = [link for link in case.told.links if link.name.startswith(MQTT) and not link.up]
    for link in away:
        name = link.name.removeprefix(MQTT)
        yield Wrong(ABOUT, f"The broker {name} is away; the radio goes on without it.", link.words, _mend(case, name))
    if not away:
        yield Well(ABOUT, "each of them answers")


def _mend(case: Case, name: str) -> str:
    if name == OWN:
        return "systemctl status mosquitto, and docs/mqtt.md for a machine that is not of the image"
    where = case.settings.mqtt[name].host_port if name in case.settings.mqtt else None
    ping = f"ping -c 3 {where[0]}; then " if where is not None else ""
    return f"{ping}compare [mqtt.{name}] in {case.config} with what the broker's keeper gave you"
