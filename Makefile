# The one list of commands of this collection: `make help` prints it.
#
# Everything that a target creates is in build, .venv, .venv-lint and .venv-community, none of it in git; only bench
# writes its pages into docs. It needs python3, make and git, and uses uv where it is found.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo simulator install check test unit functional robustness guides molecule awx matrix lint bench clean

PYTHON ?= python3
ARGS ?=

# Ansible keeps its files here and not in HOME, and finds the collection where "make install" puts it.
COLLECTIONS := $(CURDIR)/build/collections
export ANSIBLE_COLLECTIONS_PATH := $(COLLECTIONS)
export ANSIBLE_HOME := $(CURDIR)/build/ansible
export ANSIBLE_REMOTE_TMP := $(ANSIBLE_HOME)/tmp

# Ansible does not start without a UTF-8 locale.
ifneq ($(filter C POSIX,$(LC_ALL)),)
export LC_ALL := C.UTF-8
endif

# Tests and demo talk to a simulator on loopback: never to a real account, never through a proxy.
unexport $(filter SCALINGO_%,$(.VARIABLES))
export no_proxy := 127.0.0.1,localhost,$(or $(no_proxy),$(NO_PROXY))
export NO_PROXY := $(no_proxy)

# Runs a command with the tools of an environment before all others: $(call in_venv,lint) with those of .venv-lint. The
# exec leaves no shell between make and the command, so that a signal to make reaches it; nothing can follow it in a
# line.
in_venv = exec env PATH="$(CURDIR)/.venv$(addprefix -,$(1))/bin:$$PATH"
IN_VENV := $(call in_venv)
# ansible-lint installs the checkout for itself, which has to stay away from the copy that the tests use.
IN_LINT_VENV := $(call in_venv,lint) ANSIBLE_HOME="$(CURDIR)/build/lint" \
	ANSIBLE_COLLECTIONS_PATH="$(CURDIR)/build/lint/collections"
# A process that is done takes tests from one that is not, since a few tests take very long.
PYTEST := $(IN_VENV) PYTHONPATH="$(COLLECTIONS)" pytest -n auto --maxprocesses 8 --dist worksteal
# The tests of a target, unless ARGS names others: $(call tests,tests/unit)
tests = $(if $(findstring tests/,$(ARGS)),,$(1)) $(ARGS)
# With tests in the path for a plugin of pytest, which is loaded before pytest reads its settings.
VARIANT_PYTEST := $(IN_VENV) PYTHONPATH="$(COLLECTIONS):$(CURDIR)/tests" pytest -n auto --maxprocesses 8 \
	-p api_variants --dist loadgroup --variants
ANY_API := tests/functional/test_any_api.py tests/functional/test_any_api_role.py
# Where the collection has its name and is the checkout: for what finds it by that name, and need not have it installed.
LINKED := build/linked
LINK := $(LINKED)/ansible_collections/community/scalingo

# What the collection is built from. The folders count too: a folder is newer once a file in it is gone. The slash
# keeps the folder docs apart from the target of that name.
CONTENT := $(shell find COPYING CHANGELOG.md README.md galaxy.yml changelogs docs/ meta playbooks plugins roles \
	tests/config.yml \( -name '.*' -o -name __pycache__ \) -prune -o -print)
VERSION := $(shell sed -n 's/^version: *//p' galaxy.yml)
TARBALL := build/dist/community-scalingo-$(VERSION).tar.gz

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s%s\n", $$1, $$2 }' Makefile

demo: install ## Show the collection on a simulated account: audit, apply, transfer a project, and again.
	@$(IN_VENV) PYTHONPATH="$(CURDIR)/tests" python -m demo.run

simulator: .venv/.ready $(if $(GUIDE),install) ## Run the simulator until Ctrl-C, with ARGS="--account mireille", or for a guide with GUIDE=audit.
	@$(IN_VENV) $(if $(GUIDE),PYTHONPATH="$(CURDIR)/tests" python -m guides.follow "$(GUIDE)",python tests/simulator) $(ARGS)

install: build/collections/.installed ## Build the tarball into build/dist, and install it into build/collections.

check: types unit ## Check format, style and types, and run the unit tests: before each commit.

test: install ## Run unit and functional tests, without the slow ones, on the installed collection.
	@$(PYTEST) -m 'not jobs' $(call tests,tests/unit tests/functional)

unit: .venv/.ready $(LINK) ## Run the unit tests on the checkout; ARGS are passed to pytest, as in ARGS="tests/unit/test_bench.py -k ratio".
	@$(IN_VENV) ANSIBLE_COLLECTIONS_PATH="$(CURDIR)/$(LINKED)" PYTHONPATH="$(CURDIR)/$(LINKED)" \
		pytest -n auto --maxprocesses 8 $(call tests,tests/unit)

functional: install ## Run the functional tests; the slow ones with ARGS=-mjobs, for every variant of the API with VARIANTS=all.
	@$(if $(VARIANTS),$(VARIANT_PYTEST) $(VARIANTS),$(PYTEST)) -m 'not jobs' \
		$(call tests,$(if $(filter-out suite,$(VARIANTS)),$(ANY_API),tests/functional))

robustness: install ## Try every combination of faults, races, secrets, certificates, and hostile responses.
	@$(PYTEST) $(call tests,tests/robustness)

guides: install build/site/html/index.html ## Run every block of code in the README and the guides, and build their site into build/site.
	@$(PYTEST) --dist loadgroup $(call tests,tests/guides)

# Molecule passes a scenario whose plays match no hosts, so its output is searched for that.
molecule: install .venv-lint/.ready ## Run the Molecule scenario of the role on the installed collection.
	@rm -rf build/molecule && mkdir -p build/molecule
	@{ (cd roles/project_baseline && $(call in_venv,lint) \
		MOLECULE_EPHEMERAL_DIRECTORY="$(CURDIR)/build/molecule" molecule test $(ARGS)) 2>&1; \
		echo $$? >build/molecule.status; \
	} | tee build/molecule.log
	@! grep -q -i 'no hosts matched' build/molecule.log && exit "$$(cat build/molecule.status)"

# In the environment with the community package, which brings the collection awx.awx.
awx: install .venv-community/.ready ## Check what is for AWX: its setup against a stand-in, the image, and the guide.
	@$(call in_venv,community) pytest tests/awx $(ARGS)

# It finds each interpreter by its own name, so the Python that runs the matrix does not matter.
matrix: $(TARBALL) ## Run tests and ansible-test sanity on every ansible-core and Python found; parts with ARGS="--only 2.19".
	@exec $(PYTHON) -m tests.matrix --tarball $(TARBALL) $(ARGS)

lint: types $(TARBALL) ## Check style, types, documentation, changelog, and the tarball as Galaxy will; ARGS="--released v1.0.0" before a tag.
	@$(IN_LINT_VENV) ansible-lint
	@$(IN_LINT_VENV) python -m tests.release --tarball $(TARBALL) $(ARGS)

# Peers of the benchmark come with the community package, which may need an older ansible-core.
bench: install .venv-community/.ready ## Measure for about 20 minutes, and write docs/benchmark.md and docs/many_accounts.md; a smoke test with ARGS=--quick.
	@$(call in_venv,community) PYTHONPATH="$(CURDIR)/tests" python -m bench $(ARGS)

clean: ## Remove everything that the other targets created.
	rm -rf .venv .venv-lint .venv-community build .ansible .mypy_cache .pytest_cache .ruff_cache tests/output
	find . -name __pycache__ -prune -exec rm -rf {} +

# mypy finds the collection by its name, in a directory that is not the checkout.
.PHONY: types
types: .venv-lint/.ready $(LINK)
	@.venv-lint/bin/ruff format --quiet --check . \
		|| { echo 'Format these files with: .venv-lint/bin/ruff format .'; .venv-lint/bin/ruff format --check .; exit 1; }
	@$(IN_LINT_VENV) ruff check --quiet .
	@cd $(LINKED) && $(IN_LINT_VENV) mypy --config-file "$(CURDIR)/.mypy.ini" --cache-dir "$(CURDIR)/build/mypy" \
		ansible_collections/community/scalingo/plugins

$(LINK):
	@mkdir -p $(@D)
	@ln -sfn "$(CURDIR)" $@

# The pages of Ansible, to which those of the collection refer, need a network: docs/site has a page in their place.
build/site/html/index.html: build/collections/.installed .venv-lint/.ready $(wildcard docs/site/* docs/site/static/*)
	@rm -rf build/site && mkdir -p build/site/rst && chmod go-w build/site/rst
	@$(call in_venv,lint) antsibull-docs sphinx-init --use-current --lenient --squash-hierarchy \
		--project community.scalingo --title community.scalingo --copyright 'the community.scalingo authors' \
		--dest-dir build/site community.scalingo >/dev/null
	@cat docs/site/conf.py >>build/site/conf.py && cp -R docs/site/static build/site
	@$(call in_venv,lint) antsibull-docs --config-file build/site/antsibull-docs.cfg collection --use-current \
		--squash-hierarchy --fail-on-error --cleanup everything --dest-dir build/site/rst community.scalingo >/dev/null
	@cp docs/site/*.rst build/site/rst
	@$(call in_venv,lint) sphinx-build -M html build/site/rst build/site -c build/site -E -W --keep-going --quiet
	@echo "Open build/site/html/index.html."

.venv/.ready: PURPOSE := test
.venv-lint/.ready: PURPOSE := lint
.venv-community/.ready: PURPOSE := community

# uv does not read pip's settings (a mirror, say), so pip has its turn where uv fails. uv gets the path of the
# interpreter itself, because what is called python3 may be a wrapper script.
.venv/.ready .venv-lint/.ready .venv-community/.ready: $(wildcard tests/requirements/*.txt)
	@$(PYTHON) -c 'import sys; sys.version_info < (3, 10) and sys.exit("Python 3.10 or newer is needed, and \
	$(PYTHON) is %d.%d: name another with make PYTHON=..." % sys.version_info[:2])'
	@echo "Creating $(@D) with what tests/requirements/$(PURPOSE).txt asks for."
	@rm -rf $(@D)
	@{ command -v uv >/dev/null \
		&& uv venv --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(@D) \
		&& uv pip install --quiet --compile-bytecode --python $(@D) --requirement tests/requirements/$(PURPOSE).txt; \
	} || { $(PYTHON) -m venv --clear $(@D) \
		&& $(@D)/bin/python -m pip --quiet --disable-pip-version-check install \
			--requirement tests/requirements/$(PURPOSE).txt; }
	@touch $@

$(TARBALL): $(CONTENT) | .venv/.ready
	@rm -rf build/dist
	@$(IN_VENV) ansible-galaxy collection build --output-path build/dist

build/collections/.installed: $(TARBALL)
	@$(IN_VENV) ansible-galaxy collection install --offline --no-deps --force \
		--collections-path build/collections $(TARBALL) >/dev/null
	@touch $@
