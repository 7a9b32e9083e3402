# Maillon: `make demo` shows it on this machine, `make test` proves it. Nothing else is needed before.

PORT ?= 8000
DEMO_ARGS ?=
PYTEST_ARGS ?= -n 2 --dist worksteal
PDF_PACKAGES = libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core
RUN = .venv/bin/python -m
# What Python compiled is kept, whatever the machine says, where `make clean` finds it: a process of the tests begins in
# six seconds instead of thirteen.
export PYTHONDONTWRITEBYTECODE =
export PYTHONPYCACHEPREFIX = $(CURDIR)/.venv/pycache
TEMPLATES = $(shell find . -name '*.html' -path '*/templates/*' -not -path './.venv/*')

.PHONY: help demo test test-database lint lint-code lint-types format draw lock bench coverage mutants guide clean install install-dev

help:
	@echo 'make demo     installer, remplir de données inventées, servir sur http://localhost:$(PORT)'
	@echo 'make test     installer, vérifier le code, lancer tous les tests'
	@echo 'make lint     vérifier le code sans lancer les tests'
	@echo 'make format   mettre en forme le code et les gabarits'
	@echo 'make draw     redessiner ce que le code déclare : machines, inscriptions, murs'
	@echo 'make lock     figer les dépendances (UPGRADE=--upgrade pour les renouveler)'
	@echo 'make bench    mesurer'
	@echo 'make coverage ce que les tests parcourent des règles, branche par branche'
	@echo 'make mutants  des fautes dans les règles, une par une : les tests les voient-ils ?'
	@echo 'make guide    rephotographier les écrans du guide (pendant make demo, même PORT)'
	@echo 'make clean    effacer l’environnement et les bases de ce dossier'

demo: install
	@$(RUN) config.demo --port $(PORT) $(DEMO_ARGS)

# What comes before the tests needs one processor at a time: the code is verified while their database is made.
test: install-dev
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=line lint test-database
	$(RUN) pytest $(PYTEST_ARGS)

test-database: install-dev
	@DJANGO_SETTINGS_MODULE=config.settings.test $(RUN) tests.template

lint: lint-code lint-types

lint-code: install-dev
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	.venv/bin/djade --check $(TEMPLATES)
	.venv/bin/djhtml --check $(TEMPLATES)
	.venv/bin/lint-imports --no-logo
	.venv/bin/python -W error manage.py check --settings config.settings.test
	.venv/bin/python manage.py makemigrations --check --settings config.settings.test

lint-types: install-dev
	$(RUN) mypy

format: install-dev
	$(RUN) ruff check --fix .
	$(RUN) ruff format .
	.venv/bin/djade $(TEMPLATES)
	.venv/bin/djhtml $(TEMPLATES)

draw: install-dev
	.venv/bin/python manage.py draw_machines
	.venv/bin/python manage.py draw_wall --settings config.settings.test

guide: install-dev
	.venv/bin/python docs/guide/photograph.py --port $(PORT) $(GUIDE_ARGS)

bench: install-dev
	$(RUN) benchmarks $(BENCH_ARGS)

coverage: install-dev
	$(RUN) pytest $(PYTEST_ARGS) --cov --cov-report=
	$(RUN) coverage json --quiet
	$(RUN) benchmarks.branches

mutants: install-dev
	@sh .ci/install requirements-mutants.txt
	$(RUN) benchmarks.mutants $(MUTANTS_ARGS)

COMPILE = .venv/bin/uv pip compile pyproject.toml --universal --python-version 3.12 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --quiet $(UPGRADE)
lock: install-dev
	$(COMPILE) --output-file requirements.txt
	$(COMPILE) --group dev --constraint requirements.txt --output-file requirements-dev.txt
	$(COMPILE) --group dev --group mutants --constraint requirements-dev.txt --output-file requirements-mutants.txt

clean:
	@if [ -x .venv/bin/python ]; then $(RUN) config.postgresql clean; fi
	rm -rf .venv var/postgres var/install.lock var/preparation-*.json staticfiles .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

install:
	@sh .ci/install requirements.txt
	@sh .ci/system-packages $(PDF_PACKAGES)

install-dev:
	@sh .ci/install requirements-dev.txt
	@sh .ci/system-packages $(PDF_PACKAGES) chromium-headless-shell
