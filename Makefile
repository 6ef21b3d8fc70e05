# make report   set everything up in .venv, then build the report of the demo checkpoint
# make test     set everything up in .venv, then check and test
# make sample   draw reports/sample again: the demo's report as a small PDF, and README's pictures
# make check    formatter, linter and type checker
# make setup    only the set-up of `make report`;  make setup-dev  only that of `make test`
# make clean    remove .venv and the caches

.DEFAULT_GOAL := report
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: report sample test check docs setup setup-dev clean

# PYTHON=/path/to/python chooses another interpreter for .venv.
PYTHON ?=
CHECKPOINT ?= checkpoints/demo
DATA ?= scenes
OUT ?= reports/demo
PHOTOGRAPHS = --image skimage:chelsea --image skimage:coffee --image skimage:astronaut

report: setup
	.venv/bin/vizreport build --checkpoint $(CHECKPOINT) --data $(DATA) --out $(OUT)

sample: setup
	.venv/bin/vizreport build --checkpoint $(CHECKPOINT) --data $(DATA) --out $(OUT) --maps-in-print 8
	cp $(OUT)/report.pdf reports/sample/report.pdf
	.venv/bin/vizreport figure $(OUT) top-fc8 --dpi 120 --out reports/sample/top-fc8.png
	.venv/bin/vizreport build --checkpoint squeezenet --data $(DATA) $(PHOTOGRAPHS) --out reports/squeezenet
	.venv/bin/vizreport figure reports/squeezenet photograph-1-1 --dpi 120 --out reports/sample/photograph.png

test: setup-dev check
	.venv/bin/python -m pytest -n 2 --dist loadfile

check: setup-dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy

docs: setup-dev
	.venv/bin/python -m vizreport.cli.reference docs/cli.md

setup: .venv/.installed

setup-dev: .venv/.installed-dev

# The stamps carry the dependencies' age, so that a second call takes no time.
.venv/.installed: pyproject.toml scripts/setup
	PYTHON="$(PYTHON)" bash scripts/setup .
	touch $@

.venv/.installed-dev: pyproject.toml scripts/setup
	PYTHON="$(PYTHON)" bash scripts/setup '.[dev]'
	touch .venv/.installed $@

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
