"""Would the Pi's own boot code understand config.txt and cmdline.txt? It is never run here, so each word is checked.

Sources: the Raspberry Pi documentation, "config.txt"; Linux, admin-guide/kernel-parameters.rst; systemd,
kernel-command-line(7).
"""

import re
from collections.abc import Collection

from image_build.trouble import Trouble

LINE_BYTES_MAX = 98  # a longer one is cut off by the boot code without a word
COMMAND_LINE_BYTES_MAX = 1024  # COMMAND_LINE_SIZE is 2048 on arm64; the boot code adds some hundred of its own

NUMBER = re.compile(r"\d{1,5}")
BIT = re.compile(r"[01]")
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# key of config.txt: what may stand behind the =
CONFIG: dict[str, re.Pattern[str]] = {
    "arm_64bit": BIT,
    "disable_splash": BIT,
    "enable_uart": BIT,
    "gpu_mem": NUMBER,
    "kernel": FILE,
    "os_prefix": re.compile(r"[ab]/"),
    "upstream_kernel": BIT,
}
INITRAMFS = re.compile(rf"initramfs ({FILE.pattern}) (followkernel|0x[0-9a-f]+)")  # the one line without a =
FILTER = re.compile(r"\[(all|none|tryboot|pi3|pi4|pi5|pi02)\]")
# word of cmdline.txt: what may stand behind the =; None: nothing may
CMDLINE: dict[str, re.Pattern[str] | None] = {
    "console": re.compile(r"tty[A-Z]*[0-9]+(,[0-9]+)?"),
    "consoleblank": NUMBER,
    "loglevel": re.compile(r"[0-7]"),
    "net.ifnames": BIT,
    "panic": NUMBER,
    "quiet": None,
    "ro": None,
    "root": re.compile(r"LABEL=porchlight-[ab]"),
    "rootfstype": re.compile(r"ext4"),
    "rootwait": None,
}
NEEDED = ("root", "ro", "rootwait", "console")


def check_boot_texts(config: str, cmdline: str, files: Collection[str]) -> None:
    """Ends in words, with all that is wrong. files: what lies on the boot partition, as paths."""
    wrong = (*config_problems(config, files), *cmdline_problems(cmdline))
    if wrong:
        raise Trouble("a Pi could not start with these settings", "mend the files in image_build/card", wrong)


def config_problems(config: str, files: Collection[str]) -> tuple[str, ...]:
    wrong: list[str] = []
    said: dict[str, str] = {}
    for number, line in enumerate(config.splitlines(), start=1):
        text = line.strip()
        where = f"config.txt:{number}"
        if len(line.encode()) > LINE_BYTES_MAX and not text.startswith("#"):
            wrong.append(f"{where}: longer than the {LINE_BYTES_MAX} bytes that the boot code reads")
        if not text or text.startswith("#") or FILTER.fullmatch(text):
            continue
        if found := INITRAMFS.fullmatch(text):
            said["initramfs"] = found[1]
            continue
        key, is_setting, value = text.partition("=")
        if not is_setting or key not in CONFIG:
            wrong.append(f"{where}: {text!r} is nothing that the boot code knows")
        elif not CONFIG[key].fullmatch(value):
            wrong.append(f"{where}: {key} cannot be {value!r}")
        else:
            said[key] = value
    prefix = said.get("os_prefix", "")
    for key in ("kernel", "initramfs"):
        if key not in said:
            wrong.append(f"config.txt: no {key}")
        elif f"{prefix}{said[key]}" not in files:
            wrong.append(f"config.txt: {key} is {prefix}{said[key]}, and no such file is there")
    if said.get("upstream_kernel") != "1":
        wrong.append("config.txt: upstream_kernel=1 is missing, so the device trees of Debian's kernel are not found")
    if said.get("arm_64bit") != "1":
        wrong.append("config.txt: arm_64bit=1 is missing, so an older Pi starts in 32 bits")
    return tuple(wrong)


def cmdline_problems(cmdline: str) -> tuple[str, ...]:
    wrong: list[str] = []
    if len(cmdline.rstrip("\n").splitlines()) != 1:
        wrong.append("cmdline.txt: must be one line; the boot code reads the first")
    if len(cmdline.encode()) > COMMAND_LINE_BYTES_MAX:
        wrong.append(f"cmdline.txt: longer than {COMMAND_LINE_BYTES_MAX} bytes")
    words = [word.partition("=") for word in cmdline.split()]
    for key, has_value, value in words:
        if key not in CMDLINE:
            wrong.append(f"cmdline.txt: {key!r} is nothing that the kernel or systemd knows")
        elif (pattern := CMDLINE[key]) is None:
            wrong.extend([f"cmdline.txt: {key} takes no value"] if has_value else [])
        elif not pattern.fullmatch(value):
            wrong.append(f"cmdline.txt: {key} cannot be {value!r}")
    present = {key for key, _, _ in words}
    wrong.extend(f"cmdline.txt: no {key}" for key in NEEDED if key not in present)
    return tuple(wrong)
