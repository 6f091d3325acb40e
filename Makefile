# The one list of commands of this collection: `make help` prints it.
#
# Everything that a target creates is in build, .venv and the environments named like .venv-lint, none of it in git;
# only bench and fleet write their reports into docs.
# Only python3, make and git have to be there; uv is used where it is found.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo simulator install build test unit functional jobs trust test-switches guides awx molecule matrix \
	lint sanity docs changelog release-check bench fleet site clean

PYTHON ?= python3
ARGS ?=
ROUNDS ?= 3

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

# Runs a command with the tools of an environment before all others: $(call in_venv,awx) with those of .venv-awx. The
# exec leaves no shell between make and the command, so that a signal to make reaches it; nothing can follow it in a
# line.
in_venv = exec env PATH="$(CURDIR)/.venv$(addprefix -,$(1))/bin:$$PATH"
IN_VENV := $(call in_venv)
# ansible-lint installs the checkout for itself, which has to stay away from the copy that the tests use.
IN_LINT_VENV := $(call in_venv,lint) ANSIBLE_HOME="$(CURDIR)/build/lint" \
	ANSIBLE_COLLECTIONS_PATH="$(CURDIR)/build/lint/collections"
PYTEST := $(IN_VENV) PYTHONPATH="$(COLLECTIONS)" pytest -n auto --maxprocesses 8

# What the collection is built from. The folders count too: a folder is newer once a file in it is gone. The slash
# keeps the folder docs apart from the target of that name.
CONTENT := $(shell find COPYING CHANGELOG.md README.md galaxy.yml changelogs docs/ meta playbooks plugins roles \
	tests/config.yml \( -name '.*' -o -name __pycache__ \) -prune -o -print)
VERSION := $(shell sed -n 's/^version: *//p' galaxy.yml)
TARBALL := build/dist/community-scalingo-$(VERSION).tar.gz
SANITY := build/sanity/ansible_collections/community/scalingo

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-15s%s\n", $$1, $$2 }' Makefile

demo: install ## Show the collection at work on a simulated account: audit, apply, hand a project over, and again.
	@$(IN_VENV) python tests/demo/run.py

simulator: .venv/.ready $(if $(WORLD),install) ## Run the simulator until Ctrl-C, with ARGS="--account mireille", or for a guide with WORLD=audit.
	@$(IN_VENV) $(if $(WORLD),PYTHONPATH="$(CURDIR)/tests" python -m guides.follow "$(WORLD)",python tests/simulator) $(ARGS)

install: build/collections/.installed ## Build the collection and install it into build/collections.

build: $(TARBALL) ## Build the tarball of the collection into build/dist.

test: install ## Run unit and functional tests, without the slow ones, on the collection as a user installs it.
	@$(PYTEST) -m 'not jobs' tests/unit tests/functional $(ARGS)

unit: install ## Run the unit tests only; ARGS are given to pytest, as in ARGS="-k rename".
	@$(PYTEST) tests/unit $(ARGS)

functional: install ## Run the functional tests only: tasks through ansible-playbook, against the simulator.
	@$(PYTEST) -m 'not jobs' tests/functional $(ARGS)

jobs: install ## Run the slow functional tests: whole playbooks, as people and AWX start them.
	@$(PYTEST) -m jobs tests/functional $(ARGS)

trust: install ## Try every combination of faults, races, secrets, certificates and hostile answers.
	@$(PYTEST) tests/trust $(ARGS)

test-switches: install ## Run the functional tests under every switch of the simulator, see ARGS=--help.
	@$(IN_VENV) PYTHONPATH="$(COLLECTIONS):$(CURDIR)/tests" python -m switches.run $(ARGS)

guides: install ## Run every block of code in the README and the guides against the simulator.
	@$(PYTEST) tests/guides $(ARGS)

# In an environment of their own, because they need the collection awx.awx, which the package ansible brings.
awx: install .venv-awx/.ready ## Check what is for AWX: its set-up against a stand-in, the image, and the guide.
	@$(call in_venv,awx) pytest tests/awx $(ARGS)

# Molecule passes a scenario whose plays found no host, so that has to be looked for in what it says.
molecule: install .venv-molecule/.ready ## Run the Molecule scenario of the role on the installed collection.
	@rm -rf build/molecule && mkdir -p build/molecule
	@{ (cd roles/project_baseline && $(call in_venv,molecule) \
		MOLECULE_EPHEMERAL_DIRECTORY="$(CURDIR)/build/molecule" molecule test $(ARGS)) 2>&1; \
		echo $$? >build/molecule.status; \
	} | tee build/molecule.log
	@! grep -q -i 'no hosts matched' build/molecule.log && exit "$$(cat build/molecule.status)"

# Every interpreter is looked for under its own name, so the Python that runs this one hardly matters.
matrix: build ## Run tests and sanity on every ansible-core and Python that is here; parts with ARGS="--only 2.19".
	@exec $(PYTHON) -m tests.matrix --tarball $(TARBALL) $(ARGS)

# mypy finds the collection by its name, so it gets a link to the checkout under that.
lint: .venv-lint/.ready ## Check the collection with ansible-lint, and its Python with ruff and mypy.
	@$(IN_LINT_VENV) ansible-lint
	@$(IN_LINT_VENV) ruff check --quiet .
	@$(IN_LINT_VENV) ruff format --quiet --check .
	@mkdir -p build/types/ansible_collections/community
	@ln -sfn "$(CURDIR)" build/types/ansible_collections/community/scalingo
	@cd build/types && $(IN_LINT_VENV) mypy --config-file "$(CURDIR)/.mypy.ini" --cache-dir "$(CURDIR)/build/mypy" \
		ansible_collections/community/scalingo/plugins

# ansible-test works only in a git repository whose path ends in ansible_collections/community/scalingo, so it gets
# a copy of what git knows or would add. ls drops the files that git knows and that are deleted.
sanity: .venv/.ready ## Run ansible-test sanity on a copy of the checkout.
	@rm -rf build/sanity && mkdir -p $(SANITY)
	@git ls-files --cached --others --exclude-standard | xargs ls -d 2>/dev/null | tar -cf - -T - | tar -xf - -C $(SANITY)
	@version=$$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])') && cd $(SANITY) \
		&& git init --quiet && $(IN_VENV) ansible-test sanity --local --python "$$version" $(ARGS)

docs: .venv-lint/.ready ## Check the documentation of the plugins, and every reference in it.
	@$(IN_LINT_VENV) antsibull-docs lint-collection-docs --plugin-docs --skip-rstcheck \
		--validate-collection-refs all --check-extra-docs-refs .

changelog: .venv-lint/.ready ## Check the changelog fragments.
	@$(IN_LINT_VENV) antsibull-changelog lint

release-check: build .venv-lint/.ready ## Check the tarball as Galaxy and its users will; ARGS="--released v1.0.0" before a tag.
	@$(IN_LINT_VENV) python -m tests.release --tarball $(TARBALL) $(ARGS)

bench: install .venv-bench/.ready ## Measure for 10 minutes and write docs/benchmark.md; a smoke test with ARGS=--quick.
	@$(call in_venv,bench) PYTHONPATH="$(CURDIR)/tests" python -m bench.run --rounds $(ROUNDS) $(ARGS)

fleet: install ## Measure runs on many accounts and write docs/many_accounts.md; a smoke test with ARGS=--quick.
	@$(IN_VENV) PYTHONPATH="$(CURDIR)/tests" python -m fleet.run $(ARGS)

# The pages of Ansible, to which those of the collection refer, are not at hand without a network: docs/site has a page
# in their place.
site: install .venv-site/.ready ## Build the site of the documentation into build/site, without a network.
	@rm -rf build/site && mkdir -p build/site/rst && chmod go-w build/site/rst
	@$(call in_venv,site) antsibull-docs sphinx-init --use-current --lenient --squash-hierarchy \
		--project community.scalingo --title community.scalingo --copyright 'the community.scalingo authors' \
		--dest-dir build/site community.scalingo >/dev/null
	@cat docs/site/conf.py >>build/site/conf.py && cp -R docs/site/static build/site
	@$(call in_venv,site) antsibull-docs --config-file build/site/antsibull-docs.cfg collection --use-current \
		--squash-hierarchy --fail-on-error --cleanup everything --dest-dir build/site/rst community.scalingo >/dev/null
	@cp docs/site/*.rst build/site/rst
	@$(call in_venv,site) sphinx-build -M html build/site/rst build/site -c build/site -E -W --keep-going --quiet
	@echo "Open build/site/html/index.html."

clean: ## Remove everything that the other targets created.
	rm -rf .venv .venv-lint .venv-bench .venv-molecule .venv-awx .venv-site build .ansible .mypy_cache .pytest_cache .ruff_cache tests/output
	find . -name __pycache__ -prune -exec rm -rf {} +

.venv/.ready: PURPOSE := test
.venv-lint/.ready: PURPOSE := lint
.venv-bench/.ready: PURPOSE := bench
.venv-molecule/.ready: PURPOSE := molecule
.venv-awx/.ready: PURPOSE := awx
.venv-site/.ready: PURPOSE := site

# uv does not read pip's settings (a mirror, say), so pip has its turn where uv fails. uv gets the path of the
# interpreter itself, because what is called python3 may be a wrapper script.
.venv/.ready .venv-lint/.ready .venv-bench/.ready .venv-molecule/.ready .venv-awx/.ready .venv-site/.ready: \
		$(wildcard tests/requirements/*.txt)
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
