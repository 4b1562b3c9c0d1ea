"""What does systemd start on a hub? Nothing but what stands here: what packages switch on is switched off."""

from pathlib import Path

from image_build.cache import remove
from image_build.trouble import Trouble

# target: its units, in etc/systemd/system or usr/lib/systemd/system
STARTED: dict[str, tuple[str, ...]] = {
    "local-fs.target": ("porchlight-grow.service", "porchlight-trial.service"),
    "sysinit.target": ("systemd-resolved.service",),
    "sockets.target": ("systemd-networkd.socket",),
    "multi-user.target": (
        "systemd-networkd.service", "systemd-timesyncd.service", "porchlight-data.service",
        "porchlight-first-boot.service", "porchlight-ssh.service", "porchlight-settle.service",
    ),
}  # fmt: skip
# Off for good: a password prompt that no password opens, and what writes to a root that is read only.
MASKED = (
    "getty@.service", "serial-getty@.service", "console-getty.service", "systemd-networkd-wait-online.service",
    "systemd-random-seed.service", "systemd-machine-id-commit.service", "systemd-firstboot.service",
    "systemd-update-done.service", "systemd-remount-fs.service", "ssh.service", "ssh.socket", "hostapd.service",
    "dnsmasq.service", "wpa_supplicant.service", "e2scrub_reap.service", "e2scrub_all.timer", "fstrim.timer",
    "dpkg-db-backup.timer", "systemd-hibernate-clear.service", "systemd-journal-catalog-update.service",
    "systemd-hwdb-update.service", "ldconfig.service", "systemd-binfmt.service", "proc-sys-fs-binfmt_misc.automount",
    "proc-sys-fs-binfmt_misc.mount", "systemd-logind.service", "systemd-user-sessions.service", "mosquitto.service",
    "nftables.service",
)  # fmt: skip


# It opens sockets for SSH by itself, wherever sshd is installed.
GENERATORS_OFF = ("systemd-ssh-generator",)


def start_only_ours(root: Path, more: dict[str, tuple[str, ...]]) -> None:
    """`more`: further units by target, of files that were handed in."""
    own = root / "etc/systemd/system"
    for path in sorted(own.iterdir()):
        if path.is_symlink() or path.name.endswith((".wants", ".requires")):
            remove(path)
    (own / "default.target").symlink_to("/usr/lib/systemd/system/multi-user.target")
    for table in (STARTED, more):
        for target, units in table.items():
            wants = own / f"{target}.wants"
            wants.mkdir(exist_ok=True)
            for unit in units:
                if not (wants / unit).is_symlink():
                    (wants / unit).symlink_to(_home(root, unit))
    for unit in MASKED:
        if not (own / unit).exists():  # one of ours has the name of a package's, and replaces it
            (own / unit).symlink_to("/dev/null")
    generators = root / "etc/systemd/system-generators"
    generators.mkdir(exist_ok=True)
    for generator in GENERATORS_OFF:
        (generators / generator).symlink_to("/dev/null")


def _home(root: Path, unit: str) -> str:
    for folder in ("etc/systemd/system", "usr/lib/systemd/system"):
        if (root / folder / unit).is_file():
            return f"/{folder}/{unit}"
    raise Trouble(f"there is no unit {unit} in the image", "its package is missing in image_build/packages.py")
