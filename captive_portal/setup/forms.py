"""What do the steps of the set-up ask? A form a step; each can be left and come back to with what was typed."""

from typing import Any

from babel import Locale
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField
from wtforms.validators import ValidationError

from captive_portal.forms import ChoiceField, LineField, PortalForm, TextField, Validator, at_most, filled, new_token
from captive_portal.languages import gettext, languages, lazy_gettext, locale
from captive_portal.setup.regions import REGION_OF_COUNTRY, country_of
from captive_portal.setup.wanted import Wanted
from captive_portal.text import clean_line
from hub.card_settings import Card
from hub.pod_life import MEMBER_NAME_BYTES_MAX, POD_NAME_BYTES_MAX
from hub.settings import Region
from hub.settings_wifi import WIFI_NAME_BYTES_MAX, WifiMode
from hub.wifi_channels import CHANNELS_BY_COUNTRY
from mesh.roster import HUB_NAME_BYTES_MAX, NETWORK_NAME_BYTES_MAX

REGIONS: tuple[str, ...] = Region.__args__  # type: ignore[attr-defined]
BY_COUNTRY, NO_RADIO = "auto", "none"
MODES = (WifiMode.POSTER, WifiMode.PODS, WifiMode.OPEN)  # the others are for adapters that can; hub.toml has them
FOUND, ALONE = "found", "alone"
MEMBERS_MIN, MEMBERS_MAX = 2, 15


def fits(most: int) -> Validator:
    """In bytes: what travels by radio is counted in them."""

    def check(form: Form, field: Any) -> None:
        if len((field.data or "").encode()) > most:
            raise ValidationError(gettext("This name is too long to travel by radio. Shorten it."))

    return check


def among(values: Any) -> Validator:
    def check(form: Form, field: Any) -> None:
        if field.data not in values():
            raise ValidationError(gettext("Choose one of these."))

    return check


class ListField(SelectField):
    """One of many, checked by our own words."""

    def __init__(self, label: Any, *checks: Validator, default: str = "", **bound: Any) -> None:
        more: dict[str, Any] = {"choices": [], "validate_choice": False, "coerce": clean_line, "default": default}
        super().__init__(label, list(checks), **more, **bound)


class NameForm(PortalForm):
    name = LineField(
        lazy_gettext("What do people call this place?"),
        filled(lazy_gettext("Give the hub a name: the street, the house, the shop.")),
        fits(HUB_NAME_BYTES_MAX),
    )
    language = ChoiceField(lazy_gettext("Its language"), among(languages), default="en")


class PlaceForm(PortalForm):
    country = ListField(lazy_gettext("In which country does it stand?"), among(lambda: CHANNELS_BY_COUNTRY))
    region = ListField(
        lazy_gettext("Its radio for long distances"),
        among(lambda: (BY_COUNTRY, NO_RADIO, *REGIONS)),
        default=BY_COUNTRY,
    )

    def validate_region(self, field: Any) -> None:
        if field.data == BY_COUNTRY and self.country.data in CHANNELS_BY_COUNTRY and not self.lora_region():
            raise ValidationError(gettext("We know no region for this country. Ask where the radio was sold."))

    def lora_region(self) -> str:
        """ "" where there is no radio, or none is known for the country."""
        if self.region.data == BY_COUNTRY:
            return REGION_OF_COUNTRY.get(self.country.data, "")
        return "" if self.region.data == NO_RADIO else str(self.region.data)


class WifiForm(PortalForm):
    wifi_name = LineField(
        lazy_gettext("What is its Wi-Fi called?"),
        filled(lazy_gettext("Give the Wi-Fi a name.")),
        fits(WIFI_NAME_BYTES_MAX),
    )
    wifi_mode = ChoiceField(lazy_gettext("Who may join it?"), among(lambda: MODES), default=WifiMode.POSTER)


class NetworkForm(PortalForm):
    way = ChoiceField(lazy_gettext("Are there other hubs?"), among(lambda: (FOUND, ALONE)), default=FOUND)
    network = LineField(lazy_gettext("The network's name"), fits(NETWORK_NAME_BYTES_MAX))

    def validate_network(self, field: Any) -> None:
        if self.way.data == FOUND and not field.data:
            raise ValidationError(gettext("Give the network a name, such as the neighbourhood's."))


class PodForm(PortalForm):
    pod = LineField(lazy_gettext("The pod's name"), fits(POD_NAME_BYTES_MAX))
    members = TextField(lazy_gettext("Who is in it?"), at_most(1_000))

    def names(self) -> tuple[str, ...]:
        lines = (line.strip() for line in (self.members.data or "").split("\n"))
        return tuple(line for line in lines if line)

    def validate_pod(self, field: Any) -> None:
        if self.names() and not field.data:
            raise ValidationError(gettext("Give the pod a name, or take the members out."))

    def validate_members(self, field: Any) -> None:
        names = self.names()
        if not names and not self.pod.data:
            return
        if not MEMBERS_MIN <= len(names) <= MEMBERS_MAX:
            raise ValidationError(gettext("A pod has 2 to 15 people. Write a name a line, your own too."))
        if any(len(name.encode()) > MEMBER_NAME_BYTES_MAX for name in names):
            raise ValidationError(gettext("One of these names is too long to travel by radio. Shorten it."))
        if len(set(names)) != len(names):
            raise ValidationError(gettext("Two people have the same name here. Add a letter to one of them."))


class CodeForm(PortalForm):
    code = LineField(
        lazy_gettext("The four words"),
        filled(lazy_gettext("Type the four words that were printed when this card was made.")),
        at_most(120),
    )


STEPS: dict[str, type[PortalForm]] = {
    "name": NameForm,
    "place": PlaceForm,
    "wifi": WifiForm,
    "network": NetworkForm,
    "pod": PodForm,
}
Answers = dict[str, dict[str, str]]  # by step: what was typed in it


def first_answers(card: Card) -> Answers:
    """What of the card's hub.toml is right, as if somebody had typed it."""
    right = card.right
    region = right.radio.region or (NO_RADIO if right.hub.name and right.radio.kind == "none" else BY_COUNTRY)
    mode = right.wifi.mode if right.wifi.mode in MODES else WifiMode.POSTER
    return {
        "name": {"name": right.hub.name, "language": right.hub.language},
        "place": {"country": right.wifi.country or country_of(region), "region": region},
        "wifi": {"wifi_name": right.wifi.name, "wifi_mode": mode},
    }


def filled_in(step: str, answers: Answers) -> PortalForm:
    """The form of a step, as it was left, or with what goes without saying."""
    data = {name: value for name, value in answers.get(step, {}).items() if value}
    hub_name = answers.get("name", {}).get("name", "")
    if step == "name":
        data.setdefault("language", str(locale()))
    if step == "wifi" and hub_name:
        data.setdefault("wifi_name", _cut(f"Porchlight {hub_name}", WIFI_NAME_BYTES_MAX))
    return STEPS[step](data=data)


def wanted_of(answers: Answers, steps: tuple[str, ...] = tuple(STEPS)) -> Wanted | str:
    """The hub that was described; or the first of `steps` where something is missing."""
    forms: dict[str, Any] = {"wifi": WifiForm()}
    for step in steps:
        form = STEPS[step](MultiDict({**answers.get(step, {}), "token": new_token()}))
        if step not in answers or not form.validate():
            return step
        forms[step] = form
    place, network, pod = forms["place"], forms["network"], forms["pod"]
    return Wanted(
        name=str(forms["name"].name.data),
        language=str(forms["name"].language.data),
        country=str(place.country.data),
        region=place.lora_region(),
        wifi_name=str(forms["wifi"].wifi_name.data or ""),
        wifi_mode=str(forms["wifi"].wifi_mode.data),
        network=str(network.network.data) if network.way.data == FOUND else "",
        pod=str(pod.pod.data or ""),
        members=pod.names(),
    )


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore").strip()


def country_choices() -> list[tuple[str, str]]:
    """(code, name in the page's language), by name; where none is chosen yet, that is said first."""
    names: Any = Locale.parse(str(locale())).territories
    known = sorted(((code, str(names.get(code, code))) for code in CHANNELS_BY_COUNTRY), key=lambda one: one[1])
    return [("", gettext("Choose the country")), *known]


def region_choices() -> list[tuple[str, str]]:
    return [
        (BY_COUNTRY, gettext("As is usual in the country")),
        (NO_RADIO, gettext("It has no such radio yet")),
        *((region, region) for region in REGIONS),
    ]


def language_choices() -> list[tuple[str, str, str]]:
    names = ((code, Locale.parse(code).get_display_name() or code) for code in languages())
    return [(code, name.capitalize(), "") for code, name in names]


def mode_choices() -> list[tuple[str, str, str]]:
    return [
        (
            WifiMode.POSTER,
            gettext("Whoever reads the poster"),
            gettext("One password, on the poster in the street. Who knows it can listen to the others."),
        ),
        (
            WifiMode.PODS,
            gettext("The same, and each pod has a password of its own"),
            gettext("With it a pod's people log in by Wi-Fi, and the street cannot listen to them."),
        ),
        (WifiMode.OPEN, gettext("Everybody, without a password"), gettext("Everybody near can listen.")),
    ]


def way_choices() -> list[tuple[str, str, str]]:
    return [
        (FOUND, gettext("This is the first hub of a new network"), gettext("You can invite others later.")),
        (
            ALONE,
            gettext("It joins a network later, or stays alone"),
            gettext("Its board works now. To join, a hub of that network invites it, with files on a USB stick."),
        ),
    ]
