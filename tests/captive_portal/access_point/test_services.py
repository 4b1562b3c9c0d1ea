"""Which services hear of a change, on machines that do not have all of them?"""

from fnmatch import fnmatchcase

from access_point_cases import access_point

from captive_portal.access_point.files import rendered
from captive_portal.access_point.installed import changes
from captive_portal.access_point.services import commands_for


def test_a_network_manager_is_told_where_there_is_one_and_its_absence_is_no_failure() -> None:
    """Seen on the booted image: of a service by its name systemctl says that it failed if it is not installed."""
    target = rendered(access_point())

    (name,) = (words[-1] for words in commands_for(changes((), target), (), target) if "NetworkManager" in words[-1])

    assert fnmatchcase("NetworkManager.service", name)
    assert name != "NetworkManager.service"
