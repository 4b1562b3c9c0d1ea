"""The words that the Pi's own boot code reads are checked, since it is never run here."""

import pytest

from image_build.boot_lint import check_boot_texts, cmdline_problems, config_problems
from image_build.boot_partition import CARD
from image_build.trouble import Trouble

CONFIG = (CARD / "config.txt").read_text("utf-8")
CMDLINE = (CARD / "cmdline.txt").read_text("utf-8")
FILES = ("a/vmlinuz", "a/initrd.img", "a/cmdline.txt")


def test_the_card_as_it_is_has_no_problem() -> None:
    check_boot_texts(CONFIG, CMDLINE, FILES)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("arm_64bit=1", "arm_64bits=1", "'arm_64bits=1' is nothing that the boot code knows"),
        ("gpu_mem=32", "gpu_mem=much", "gpu_mem cannot be 'much'"),
        ("os_prefix=a/", "os_prefix=a", "os_prefix cannot be 'a'"),
        ("os_prefix=a/", "os_prefix=b/", "kernel is b/vmlinuz, and no such file is there"),
        ("kernel=vmlinuz", "kernel=Image", "kernel is a/Image, and no such file is there"),
        ("kernel=vmlinuz\n", "", "no kernel"),
        ("initramfs initrd.img followkernel", "initramfs=initrd.img", "'initramfs=initrd.img' is nothing"),
        ("upstream_kernel=1\n", "", "upstream_kernel=1 is missing"),
        ("gpu_mem=32", f"gpu_mem={'3' * 100}", "longer than the 98 bytes"),
    ],
)
def test_a_wrong_word_in_config_txt_is_told(before: str, after: str, told: str) -> None:
    assert before in CONFIG

    wrong = config_problems(CONFIG.replace(before, after), FILES)

    assert any(told in problem for problem in wrong), wrong


@pytest.mark.parametrize(
    ("cmdline", "told"),
    [
        (CMDLINE.replace("rootwait", "rootwiat"), "'rootwiat' is nothing that the kernel or systemd knows"),
        (CMDLINE.replace("LABEL=porchlight-a", "/dev/mmcblk0p2"), "root cannot be '/dev/mmcblk0p2'"),
        (CMDLINE.replace(" ro ", " rw "), "no ro"),
        (CMDLINE.replace(" ro ", "\nro "), "must be one line"),
        (CMDLINE.replace(" ro ", " ro=1 "), "ro takes no value"),
        (CMDLINE.strip() + " quiet" * 300, "longer than 1024 bytes"),
    ],
)
def test_a_wrong_word_in_cmdline_txt_is_told(cmdline: str, told: str) -> None:
    wrong = cmdline_problems(cmdline)

    assert any(told in problem for problem in wrong), wrong


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Trouble) as caught:
        check_boot_texts("kernel=Image\n", "quiet\n", FILES)

    assert len(caught.value.lines) >= 6
