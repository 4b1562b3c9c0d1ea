"""How do the hub's Python packages for arm64 come to be? Wheels by the lock file, unpacked; nothing is compiled."""

import sys
from pathlib import Path
from zipfile import ZipFile

from image_build.cache import Cache, remove
from image_build.programs import run
from image_build.source import Source

PYTHON = "3.13"  # Debian trixie's
PLATFORM = "aarch64-manylinux_2_28"
ROOMS = ("porchlight/", "captive_portal/", "hub/", "mesh/", "firmware_config/", "image_build/")
LANGUAGES = ("root", "en", "es", "ar")  # of Babel's 31 MB, those that the pages have
BUILD_ONLY = ("setuptools", "_distutils_hack", "distutils-precedence.pth", "pkg_resources", "bin", ".lock", "contrib")
TESTS = ("tests", "test")
HINT = "the first time this needs the package index that pip uses on this machine; try again when it answers"


def build_libraries(cache: Cache, lock: Path, uv_lock: Path) -> Path:
    """A folder with what `lock` pins, by its hashes."""
    uv = _uv(cache, uv_lock)

    def make(folder: Path) -> None:
        run(
            (
                uv, "pip", "install", "--quiet", "--no-progress", "--no-cache", "--link-mode", "copy",
                "--target", folder, "--python", sys.executable, "--python-platform", PLATFORM,
                "--python-version", PYTHON, "--only-binary", ":all:", "--require-hashes", "-r", lock,
            ),
            failed="the packages for arm64 could not be had",
            hint=HINT,
        )  # fmt: skip
        _cut(folder)

    recipe = Path(__file__).read_bytes()
    return cache.result("libraries", "Python packages for arm64", (lock.read_bytes(), recipe), make)


def build_hub(cache: Cache, source: Source) -> Path:
    """A folder with our own rooms, as a wheel of this checkout unpacks."""

    def make(folder: Path) -> None:
        copy, wheels = folder.with_name("unfinished-source"), folder.with_name("unfinished-wheel")
        for old in (copy, wheels):
            remove(old)
        source.copy_to(copy, *ROOMS, "pyproject.toml", "README.md", "LICENSE")
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
        run(
            (*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", wheels, copy),
            failed="the project could not be made into a package",
            hint="type `make environment`: it installs what this step needs",
            more={"SOURCE_DATE_EPOCH": str(source.epoch)},
        )
        # Unpacked, not installed: pip would write down where this machine had it.
        for wheel in wheels.glob("*.whl"):
            with ZipFile(wheel) as packed:
                packed.extractall(folder)
        for old in (copy, wheels):
            remove(old)

    inputs = (source.digest_of(*ROOMS, "pyproject.toml", "README.md", "LICENSE"), Path(__file__).read_bytes())
    return cache.result("hub", "the hub's own package", inputs, make)


def _uv(cache: Cache, uv_lock: Path) -> Path:
    """uv in an environment of its own: it chooses wheels for another machine, which pip does wrong."""

    def make(folder: Path) -> None:
        run((sys.executable, "-m", "venv", folder), failed="no virtual environment could be made")
        pip = (folder / "bin/python", "-m", "pip", "--disable-pip-version-check", "--quiet")
        run(
            (*pip, "install", "--require-hashes", "-r", uv_lock),
            failed="uv could not be installed",
            hint=HINT,
        )

    folder = cache.result("uv", "the installer of packages for arm64", (uv_lock.read_bytes(), sys.version), make)
    return folder / "bin/uv"  # a program, not a script: it runs after the folder has its final name


def _cut(folder: Path) -> None:
    """Without what only builds or tests a package, and without the languages that no page has."""
    for name in BUILD_ONLY:
        remove(folder / name)
    for info in folder.glob("setuptools-*.dist-info"):
        remove(info)
    for name in TESTS:
        for tests in sorted(folder.glob(f"*/**/{name}")):
            remove(tests)
    for data in (folder / "babel/locale-data").glob("*.dat"):
        language = data.stem.split("_")[0]
        if language not in LANGUAGES:
            data.unlink()
