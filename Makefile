# `make` lists what there is. Every command sets Coterie up first, once.
.DEFAULT_GOAL := help
.PHONY: help setup ready run engine-wheel cuda-pack wheels packages check-packages windows windows-check test test-fast test-long test-vulkan test-cuda-build test-downloads test-agents test-clients test-soak \
	test-cache-soak test-disk-soak test-sanitized test-server-soak test-browser pictures pictures-accept gallery lint lock bench rivals screenshots formats-table cache-table demo-hub clean

help:
	@echo 'make run              start Coterie'
	@echo 'make setup            set up only, and check everything that set-up can check; YES=1 builds for the graphics card'
	@echo
	@echo 'make engine-wheel     compile the engine for many computers in an old Debian, into dist/; needs root, takes long'
	@echo
	@echo 'make test-fast        run the tests that need no window, no model and no other process'
	@echo 'make test             run the usual tests; ALL=1 takes the long ones along, ENGINE=portable the wheel in dist/'
	@echo 'make test-long        run what takes longer of the usual tests, mostly real engines'
	@echo 'make test-downloads   let downloads go wrong for some minutes'
	@echo 'make test-agents      lead runs astray, kill them and let them be very long, for some minutes'
	@echo 'make test-clients     get Claude Code and Codex CLI by npm for as long as they talk to the server'
	@echo 'make test-soak        let many conversations use one engine for ten minutes while it is killed again and again'
	@echo 'make test-cache-soak  the same for half an hour with a cache of single experts, on the processor and on a worker'
	@echo 'make test-disk-soak   the same with experts on the disk and little memory, whatever happens to either; SECONDS=180 is shorter'
	@echo 'make test-sanitized   test the cache of single experts and products compiled with sanitizers, some minutes each'
	@echo 'make test-server-soak clients of all kinds at the local server for ten minutes while its engine is killed'
	@echo 'make test-browser     show a real browser pages that must not reach the local server; needs Chromium'
	@echo 'make test-vulkan      build what computes with Vulkan and test it on a device that the processor draws'
	@echo 'make test-cuda-build  compile what computes with CUDA with a fetched compiler, and load it; needs no card, takes long'
	@echo 'make pictures         compare pictures of the window with those that were accepted'
	@echo 'make pictures-accept  accept the pictures that differ: commit them'
	@echo 'make gallery          show every widget of the kit in its states'
	@echo 'make lint             check style, types and imports'
	@echo
	@echo 'make bench            measure the engine and the window, a few minutes; PARTS=all measures everything'
	@echo 'make rivals           build llama-server, llama-bench and llama-cli, for make bench to compare with (about 8 minutes)'
	@echo 'make screenshots      take pictures of the window into screenshots/'
	@echo 'make packages         write the deb and the AppImage to dist/; OPTIONS=--help tells more'
	@echo 'make check-packages   try them in a bare Debian; needs root'
	@echo 'make windows          cross-compile the engine and write the installer for Windows to dist/; takes long'
	@echo 'make windows-check    try that installer under Wine'
	@echo 'make cuda-pack        compile CUDA for NVIDIA cards as a download, into dist/; OPTIONS="--architectures 86-real" for one; takes hours'
	@echo 'make wheels           write Coterie and its models as wheels to dist/, for uv tool install'
	@echo 'make demo-hub         run a hub on this machine to try downloads with; OPTIONS=--help tells more'
	@echo 'make lock             write the versions that set-up installs; OPTIONS=--upgrade takes the newest'
	@echo 'make formats-table    write docs/formats.md from the real chat templates'
	@echo 'make cache-table      write docs/expert_cache.md from simulations of the cache of experts'
	@echo 'make clean            remove what set-up and the checks made in this folder'

setup:
	@sh installer/setup.sh $(if $(YES),--yes) && echo 'Coterie is ready: make run'

ready:
	@sh installer/setup.sh --quick

run: ready
	@exec .venv/bin/coterie

engine-wheel: ready
	@.venv/bin/python -m installer.portable $(OPTIONS)

# A file's tests stay together, in the order of the folders: they share what is slow to make. Three at once keep two
# cores busy: a third of a test's time is waiting, for a disk, a timer, another process.
PYTEST = $(if $(filter portable,$(ENGINE)),.venv/bin/python -m tests.portable_engine) .venv/bin/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

# ALL=1 takes what is long along, in less time than both after each other.
test: ready
	@$(PYTEST) $(if $(ALL),-m 'not downloads and not agents and not soak')

test-fast: ready
	@$(PYTEST) -m fast

test-long: ready
	@$(PYTEST) -m 'long and not downloads and not agents and not soak'

test-vulkan: ready
	@.venv/bin/python -m tests.vulkan

test-cuda-build: ready
	@.venv/bin/python -m tests.cuda_build $(OPTIONS)

test-downloads: ready
	@.venv/bin/python -m pytest -m downloads tests/app/cli

test-agents: ready
	@.venv/bin/python -m pytest -m agents tests

test-clients: ready
	@.venv/bin/python -m tests.clients

test-soak: ready
	@.venv/bin/python -m pytest -m soak -o faulthandler_timeout=0 tests/engine/local

test-cache-soak: ready
	@.venv/bin/python -m pytest -m soak -o faulthandler_timeout=0 tests/engine/expert_cache/test_soak.py

test-disk-soak: ready
	@COTERIE_SOAK_SECONDS=$(SECONDS) .venv/bin/python -m pytest -m soak -o faulthandler_timeout=0 tests/engine/expert_cache/test_disk_soak.py

test-sanitized: ready
	@.venv/bin/python -m tests.sanitized address && .venv/bin/python -m tests.sanitized thread

test-server-soak: ready
	@.venv/bin/python -m pytest -m soak -o faulthandler_timeout=0 tests/app/server

test-browser: ready
	@command -v chromium >/dev/null || { echo 'Chromium is missing. On Debian: sudo apt-get install -y chromium'; exit 1; }
	@.venv/bin/python -m pytest -m long tests/app/server/test_browser.py

gallery: ready
	@.venv/bin/python -m tests.gallery

lint: ready
	@status=0; \
	.venv/bin/ruff check || status=1; \
	.venv/bin/ruff format --check || status=1; \
	.venv/bin/mypy || status=1; \
	for system in darwin win32; do \
		.venv/bin/mypy --platform $$system --cache-dir .mypy_cache/$$system agents || status=1; \
	done; \
	.venv/bin/lint-imports || status=1; \
	exit $$status

# uv lies in build/, apart from what it resolves. The files name no server: pip takes packages from where it always does.
COMPILE = build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command 'make lock' $(OPTIONS)

lock: ready
	@.venv/bin/python -m pip install --quiet --upgrade --target build/uv --require-hashes --requirement requirements-release.lock
	@$(COMPILE) pyproject.toml --group starter --output-file requirements.lock
	@$(COMPILE) --group dev --constraint requirements.lock --output-file requirements-dev.lock
	@$(COMPILE) --group build --output-file requirements-build.lock
	@$(COMPILE) --group release --output-file requirements-release.lock
	@$(COMPILE) --group cuda --no-deps --output-file requirements-cuda.lock
	@$(COMPILE) --group embedding --no-deps --output-file requirements-embedding.lock

packages: ready
	@.venv/bin/python -m installer.packages $(OPTIONS)

cuda-pack: ready
	@.venv/bin/python -m installer.portable.cuda_pack $(OPTIONS)

wheels: ready
	@.venv/bin/python -m installer.packages wheels $(OPTIONS)

# What is mounted for it goes with its namespace.
check-packages: ready
	@unshare --mount --propagation private .venv/bin/python -m installer.packages check

windows: ready
	@.venv/bin/python -m installer.windows $(OPTIONS)

windows-check: ready
	@.venv/bin/python -m installer.windows check

bench: ready
	@.venv/bin/python -m tests.bench $(PARTS)

rivals: ready
	@.venv/bin/python -m tests.bench.rivals

pictures: ready
	@.venv/bin/python -m tests.pictures

pictures-accept: ready
	@.venv/bin/python -m tests.pictures --accept

screenshots: ready
	@.venv/bin/python -m tests.pictures --into screenshots

demo-hub: ready
	@exec .venv/bin/python -m tests.demo_hub $(OPTIONS)

formats-table: ready
	@.venv/bin/python -m tests.formats_table

cache-table: ready
	@.venv/bin/python -m tests.bench.expert_cache_table

clean:
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist pictures screenshots
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
