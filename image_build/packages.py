"""Which Debian packages are on a hub, and why? Debian's own, of one suite; nothing from elsewhere."""

SUITE = "trixie"
ARCHITECTURE = "arm64"
COMPONENTS = ("main", "non-free-firmware")  # the second for the Pi's boot code and for its Wi-Fi chip
VARIANT = "essential"  # no apt: a hub is renewed as a whole, and nothing is installed on a read-only root

PACKAGES: dict[str, tuple[str, ...]] = {
    "starts the machine": (
        "systemd", "systemd-sysv", "udev", "dbus", "kmod", "login", "passwd", "mount", "netbase", "procps",
    ),
    "the Pi": ("linux-image-arm64", "raspi-firmware", "initramfs-tools", "zstd"),
    "its Wi-Fi": ("firmware-brcm80211", "wireless-regdb", "iw", "rfkill"),
    "the access point": ("hostapd", "dnsmasq-base", "nftables", "iproute2"),
    "other networks": ("wpasupplicant", "systemd-resolved", "mosquitto", "ca-certificates"),
    "time": ("systemd-timesyncd", "tzdata"),
    "memory": ("systemd-zram-generator",),
    "the card": ("e2fsprogs", "dosfstools", "fdisk", "mtools", "xz-utils"),
    "the hub": ("python3",),
    "who looks after it": ("openssh-server", "nano", "less"),
}  # fmt: skip

# What a package brings and nobody reads on a hub. The licences stay. The names of hardware (10 MB): no rule asks them.
NOT_UNPACKED = (
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/lib/udev/hwdb.d/*",
)


def names() -> tuple[str, ...]:
    return tuple(name for group in PACKAGES.values() for name in group)
