# Two commands on a fresh machine that has only Python and make: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
# What needs only Python; the other marks are told in pyproject.toml.
EVERYWHERE := not system and not crash and not image and not image_long and not wifi

.PHONY: environment demo test test-system test-crash test-wifi image image-smoke image-long image-twice lint format screens lock clean

# Only the environment: afterwards .venv/bin/porchlight is the command.
environment: $(VENV)/run.stamp

demo: $(VENV)/run.stamp
	$(BIN)/porchlight demo $(ARGS)

test: $(VENV)/test.stamp
	$(BIN)/pytest -n $(WORKERS) -m "$(EVERYWHERE)" $(ARGS)

# What needs more than Python: Chromium and fonts (by name, as root), axe-core and html-validate (pinned, for Node).
# First every page that a test of the portal sees is saved and its HTML checked; then the tests in a browser.
PAGES := build/pages
test-system: $(VENV)/test.stamp
	scripts/install-debian-packages
	scripts/install-node-packages
	rm -rf $(PAGES)
	PORTAL_PAGES_DIR=$(PAGES) $(BIN)/pytest -n $(WORKERS) -m "$(EVERYWHERE)" tests/captive_portal
	scripts/validate-pages $(PAGES)
	$(BIN)/pytest -n $(WORKERS) -m system $(ARGS)

# The long form of the kill -9 trials: 200 of them.
test-crash: $(VENV)/test.stamp
	$(BIN)/pytest -m crash $(ARGS)

# The card of a hub, for Raspberry Pi Imager too. As root, on Debian; what takes long is kept in ~/.cache/porchlight.
image: $(VENV)/run.stamp
	scripts/install-debian-packages image
	$(BIN)/porchlight image build --xz $(ARGS)

# A cut-down one, built and booted in an emulator.
image-smoke: $(VENV)/test.stamp
	scripts/install-debian-packages image
	$(BIN)/pytest -s -m image $(ARGS)

# The Wi-Fi of the same image, with the kernel's virtual radios: ten minutes or more. PORCHLIGHT_IMAGE=FILE: one that is there.
test-wifi: $(VENV)/test.stamp
	scripts/install-debian-packages image
	$(BIN)/pytest -s -m wifi $(ARGS) tests/wifi

# Twenty power cuts, and the whole image as the SD card of an emulated Pi 3.
image-long: $(VENV)/test.stamp
	scripts/install-debian-packages image
	$(BIN)/pytest -s -m "image or image_long" $(ARGS)

# Two builds that share nothing, not even Debian's unpacked packages. Identical while the mirror stands still.
TWICE := build/image-twice
image-twice: $(VENV)/run.stamp
	scripts/install-debian-packages image
	rm -rf $(TWICE)
	$(BIN)/porchlight image build --cache $(TWICE)/cache-1 --out $(TWICE)/1
	rm -rf $(TWICE)/cache-1
	$(BIN)/porchlight image build --cache $(TWICE)/cache-2 --out $(TWICE)/2
	rm -rf $(TWICE)/cache-2
	cmp $(TWICE)/1/*.img $(TWICE)/2/*.img

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/test.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The pictures of the README, taken from the running demo.
screens: $(VENV)/test.stamp
	scripts/install-debian-packages
	$(BIN)/python scripts/take_screens.py docs/screens

# Write the lock files anew. They hold versions and hashes, and no address.
UV_LOCK := uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate -q --extra build
lock:
	$(UV_LOCK) pyproject.toml -o requirements.lock
	$(UV_LOCK) --extra test pyproject.toml -o requirements-test.lock

$(VENV)/run.stamp: requirements.lock pyproject.toml scripts/make-environment
	PYTHON=$(PYTHON) scripts/make-environment $(VENV) requirements.lock
	touch $@

$(VENV)/test.stamp: requirements-test.lock pyproject.toml scripts/make-environment
	PYTHON=$(PYTHON) scripts/make-environment $(VENV) requirements-test.lock
	touch $@ $(VENV)/run.stamp

clean:
	rm -rf $(VENV) demo-data demo-islands .pytest_cache .mypy_cache .ruff_cache .hypothesis build ./*.egg-info
