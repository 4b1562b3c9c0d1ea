"""How does a device find out whether it has the internet? Every platform's probe, and the answer that it hopes for.

After joining, a device asks a plain-http address of its maker for one exact answer; anything else means "captive". The
hub leads to no internet, so every probe is sent home, for ever (docs/captive-portal.md). A probe names a foreign host,
which is reason enough (captive_portal.security); the tests go through this table, and a phone is recognised by it that
asks our own address for a vendor's path.
"""

from dataclasses import dataclass

NO_CONTENT = 204
OK = 200
ONLINE_HEADER = (
    "X-NetworkManager-Status"  # NetworkManager takes "online" in it for the internet, whatever the body says
)


@dataclass(frozen=True, slots=True)
class Probe:
    """One address that a platform asks, and the answer that would make it believe in the internet."""

    platform: str
    host: str
    path: str
    status: int
    body: str  # what the body would hold
    source: str


_APPLE = ("<BODY>Success</BODY>", "GitHub wireless-broadband-alliance/captive-behavior, _includes/ios.md and urls.md")
_AOSP = ("", "AOSP packages/modules/NetworkStack, res/values/config.xml: default_captive_portal_http_url and others")
_OLDER_ANDROID = ("", "GitHub wireless-broadband-alliance/captive-behavior, _includes/urls.md")
_CHROMEOS = ("", "ChromiumOS platform2, shill/portal_detector.h: kDefaultHttpUrl, kDefaultFallbackHttpUrls")
_CHROMIUM = ("", "seen at work: tests/captive_portal/access_point/test_detectors.py")
_WINDOWS = ("Microsoft Connect Test", "Windows NlaSvc: ActiveWebProbeHost, ActiveWebProbePath, ActiveWebProbeContent")
_OLDER_WINDOWS = ("Microsoft NCSI", "the same settings before Windows 10")
_EDGE = ("", "Microsoft Edge's detector, as lists of probes name it (not seen by us)")
_FIREFOX = ("https://support.mozilla.org/kb/captive-portal", "Firefox captivedetect.canonicalURL and canonicalContent")
_FIREFOX_TEXT = ("success", "Firefox netwerk/docs/connectivity_checking.md: network.connectivity-service.IPv4.url")
_NETWORK_MANAGER = "NetworkManager.conf(5), [connectivity]; "
_ONLINE = "NetworkManager is online"
_GNOME = (_ONLINE, _NETWORK_MANAGER + "GNOME's own server")
_DEBIAN = (_ONLINE, _NETWORK_MANAGER + "Debian's package network-manager-config-connectivity-debian")
_UBUNTU = ("", _NETWORK_MANAGER + "Ubuntu's 20-connectivity-ubuntu.conf; its answer is 204 with the header")
_FEDORA = ("OK", _NETWORK_MANAGER + "Fedora's NetworkManager-config-connectivity-fedora")
_RED_HAT = ("OK", _NETWORK_MANAGER + "Red Hat's NetworkManager-config-connectivity-redhat")
_OPENSUSE = (_ONLINE, _NETWORK_MANAGER + "openSUSE's NetworkManager-branding-openSUSE")
_ARCH = (_ONLINE, _NETWORK_MANAGER + "Arch Linux's PKGBUILD of networkmanager")
_MANJARO = (_ONLINE, _NETWORK_MANAGER + "Manjaro's, as lists of probes name it (not seen by us)")
_KDE = ("OK", "KDE plasma-nm, applet/contents/ui/main.qml: opened when NetworkManager says Portal")
_KINDLE = ("81ce4465-7167-4dcb-835b-dcc9e44c112a", "GitHub alexa/avs-device-sdk, InternetConnectionMonitor.cpp")
_KINDLE_INK = (_KINDLE[0], "owners of e-ink Kindles who answer it themselves (not seen by us)")
_FIRE = ("", "Amazon Fire OS, as lists of probes name it (not seen by us)")
_STEAM = ("", "GitHub ValveSoftware/SteamOS#1616, a client's own log")
_HUAWEI = ("", "GitHub v2fly/domain-list-community, data/connectivity-check")
_XIAOMI = ("", "MIUI services.jar, MiuiConfigCaptivePortal: CN_CAPTIVE_PORTAL_SERVER")
_SAMSUNG = ("", "Samsung's NetworkMonitor, read in 2020: blog.headuck.com, How Samsung devices connect")
_OPPO = ("", "ColorOS services, DEFAULT_CHECK_SERVER")
_VIVO = ("", "GitHub xlc520/xlc520.github.io, generate_204 (not seen by us)")
_GRAPHENE = ("", "GrapheneOS android.ext.settings.ConnectivityCheckConstants")

# platform, host, path, status, (body, source)
_TABLE: tuple[tuple[str, str, str, int, tuple[str, str]], ...] = (
    ("iOS and macOS", "captive.apple.com", "/hotspot-detect.html", OK, _APPLE),
    ("iOS and macOS", "captive.apple.com", "/", OK, _APPLE),
    ("iOS and macOS", "www.apple.com", "/library/test/success.html", OK, _APPLE),
    ("iOS and macOS", "www.appleiphonecell.com", "/library/test/success.html", OK, _APPLE),
    ("iOS and macOS", "www.airport.us", "/library/test/success.html", OK, _APPLE),
    ("iOS and macOS", "www.ibook.info", "/library/test/success.html", OK, _APPLE),
    ("iOS and macOS", "www.itools.info", "/library/test/success.html", OK, _APPLE),
    ("iOS and macOS", "www.thinkdifferent.us", "/library/test/success.html", OK, _APPLE),
    ("Android", "connectivitycheck.gstatic.com", "/generate_204", NO_CONTENT, _AOSP),
    ("Android", "www.google.com", "/gen_204", NO_CONTENT, _AOSP),
    ("Android", "play.googleapis.com", "/generate_204", NO_CONTENT, _AOSP),
    ("Android", "connectivitycheck.android.com", "/generate_204", NO_CONTENT, _OLDER_ANDROID),
    ("Android", "clients3.google.com", "/generate_204", NO_CONTENT, _OLDER_ANDROID),
    ("ChromeOS", "www.gstatic.com", "/generate_204", NO_CONTENT, _CHROMEOS),
    ("ChromeOS", "www.google.com", "/gen_204", NO_CONTENT, _CHROMEOS),
    ("ChromeOS", "www.play.googleapis.com", "/generate_204", NO_CONTENT, _CHROMEOS),
    ("ChromeOS", "safebrowsing.google.com", "/generate_204", NO_CONTENT, _CHROMEOS),
    ("ChromeOS", "www.googleapis.com", "/generate_204", NO_CONTENT, _CHROMEOS),
    ("Chromium", "connectivitycheck.gstatic.com", "/generate_204", NO_CONTENT, _CHROMIUM),
    ("Windows", "www.msftconnecttest.com", "/connecttest.txt", OK, _WINDOWS),
    ("Windows", "ipv6.msftconnecttest.com", "/connecttest.txt", OK, _WINDOWS),
    ("Windows", "www.msftncsi.com", "/ncsi.txt", OK, _OLDER_WINDOWS),
    ("Windows", "ipv6.msftncsi.com", "/ncsi.txt", OK, _OLDER_WINDOWS),
    ("Windows", "edge-http.microsoft.com", "/captiveportal/generate_204", NO_CONTENT, _EDGE),
    ("Firefox", "detectportal.firefox.com", "/canonical.html", OK, _FIREFOX),
    ("Firefox", "detectportal.firefox.com", "/success.txt", OK, _FIREFOX_TEXT),
    ("GNOME", "nmcheck.gnome.org", "/check_network_status.txt", OK, _GNOME),
    ("NetworkManager", "network-test.debian.org", "/nm", OK, _DEBIAN),
    ("NetworkManager", "connectivity-check.ubuntu.com", "/", NO_CONTENT, _UBUNTU),
    ("NetworkManager", "fedoraproject.org", "/static/hotspot.txt", OK, _FEDORA),
    ("NetworkManager", "static.redhat.com", "/test/rhel-networkmanager.txt", OK, _RED_HAT),
    ("NetworkManager", "conncheck.opensuse.org", "/", OK, _OPENSUSE),
    ("NetworkManager", "ping.archlinux.org", "/nm-check.txt", OK, _ARCH),
    ("NetworkManager", "ping.manjaro.org", "/check_network_status.txt", OK, _MANJARO),
    ("KDE", "networkcheck.kde.org", "/", OK, _KDE),
    ("Kindle", "spectrum.s3.amazonaws.com", "/kindle-wifi/wifistub.html", OK, _KINDLE),
    ("Kindle", "spectrum.s3.amazonaws.com", "/kindle-wifi/wifistub-eink.html", OK, _KINDLE_INK),
    ("Kindle", "fireoscaptiveportal.com", "/generate_204", NO_CONTENT, _FIRE),
    ("Steam Deck", "test.steampowered.com", "/204", NO_CONTENT, _STEAM),
    ("Huawei", "connectivitycheck.platform.hicloud.com", "/generate_204", NO_CONTENT, _HUAWEI),
    ("Huawei", "connectivitycheck.platform.hihonorcloud.com", "/generate_204", NO_CONTENT, _HUAWEI),
    ("Xiaomi", "connect.rom.miui.com", "/generate_204", NO_CONTENT, _XIAOMI),
    ("Samsung", "connectivitycheck.gstatic.com", "/generate_204", NO_CONTENT, _OLDER_ANDROID),
    ("Samsung", "connectivity.samsung.com.cn", "/generate_204", NO_CONTENT, _SAMSUNG),
    ("Oppo", "conn1.coloros.com", "/generate_204", NO_CONTENT, _OPPO),
    ("Vivo", "wifi.vivo.com.cn", "/generate_204", NO_CONTENT, _VIVO),
    ("GrapheneOS", "connectivitycheck.grapheneos.network", "/generate_204", NO_CONTENT, _GRAPHENE),
)

PROBES = tuple(Probe(platform, host, path, status, *rest) for platform, host, path, status, rest in _TABLE)

# What is no page of ours whoever asks; "/" is, at our own address.
PROBE_PATHS = frozenset(probe.path for probe in PROBES if probe.path != "/")
