"""Which LoRa region goes with a country? A suggestion; whoever sets the hub up knows better what their radio is for.

The names are Meshtastic's. Most say their country; EU_868 is taken for the countries of the CEPT (ERC/REC 70-03), US
for those that follow the FCC and for Canada and Mexico. Where we do not know, we say so and suggest nothing.
"""

_COUNTRIES: dict[str, str] = {
    "US": "US CA PR GU VI AS MP MX",
    "EU_868": "AD AL AT BA BE BG CH CY CZ DE DK EE ES FI FO FR GB GE GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME "
    "MK MT NL NO PL PT RO RS SE SI SK SM TR VA GF GP MQ RE YT",
    "CN": "CN",
    "JP": "JP",
    "ANZ": "AU NZ",
    "KR": "KR",
    "TW": "TW",
    "RU": "RU",
    "IN": "IN",
    "TH": "TH",
    "UA_868": "UA",
    "MY_919": "MY",
    "SG_923": "SG",
    "PH_915": "PH",
    "KZ_863": "KZ",
    "NP_865": "NP",
    "BR_902": "BR",
}

REGION_OF_COUNTRY: dict[str, str] = {
    country: region for region, countries in _COUNTRIES.items() for country in countries.split()
}


def country_of(region: str) -> str:
    """The country, where a region belongs to one alone; else ""."""
    countries = _COUNTRIES.get(region, "").split()
    return countries[0] if len(countries) == 1 else ""
