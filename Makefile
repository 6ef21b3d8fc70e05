# make report   set everything up in .venv, then build the report of the demo checkpoint
# make test     set everything up in .venv, then check and test
# make sample   draw reports/sample again: the demo's report as a small PDF, and README's pictures
# make check    formatter, linter and type checker
# make setup    only the set-up of `make report`;  make setup-dev  only that of `make test`
# make clean    remove .venv and the caches
#
# make test VENV=.venv-3.12 PYTHON=python3.12    with another interpreter, in an environment beside

.DEFAULT_GOAL := report
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: report sample test check docs setup setup-dev clean

# The environment, and the interpreter that it is made with where it does not exist yet.
VENV ?= .venv
PYTHON ?=
CHECKPOINT ?= checkpoints/demo
DATA ?= scenes
OUT ?= reports/demo
PHOTOGRAPHS = --image skimage:chelsea --image skimage:coffee --image skimage:astronaut

report: setup
	$(VENV)/bin/vizreport build --checkpoint $(CHECKPOINT) --data $(DATA) --out $(OUT)

sample: setup
	$(VENV)/bin/vizreport build --checkpoint $(CHECKPOINT) --data $(DATA) --out $(OUT)
	cp $(OUT)/report.pdf reports/sample/report.pdf
	$(VENV)/bin/vizreport figure $(OUT) top-fc8 --dpi 120 --out reports/sample/top-fc8.png
	$(VENV)/bin/vizreport build --checkpoint squeezenet --data $(DATA) $(PHOTOGRAPHS) --out reports/squeezenet
	$(VENV)/bin/vizreport figure reports/squeezenet photograph-1-1 --dpi 120 --out reports/sample/photograph.png

test: setup-dev check
	$(VENV)/bin/python -m pytest -n 2 --dist loadfile

check: setup-dev
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

docs: setup-dev
	$(VENV)/bin/python -m vizreport.cli.reference docs/cli.md

setup: $(VENV)/.installed

setup-dev: $(VENV)/.installed-dev

# The stamps carry the dependencies' age, so that a second call takes no time.
$(VENV)/.installed: pyproject.toml scripts/setup
	VENV="$(VENV)" PYTHON="$(PYTHON)" bash scripts/setup .
	touch $@

$(VENV)/.installed-dev: pyproject.toml scripts/setup
	VENV="$(VENV)" PYTHON="$(PYTHON)" bash scripts/setup '.[dev]'
	touch $(VENV)/.installed $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
