# The project's commands; `make` alone lists them. Each picks a Python and leaves the rest to tools/bootstrap.py,
# which does the same without make: `python tools/bootstrap.py serve`. Plain enough for GNU make 3.81.

PORT ?= 8000

# Sets $python to the first Python that is new enough: the one that $PYTHON names, else one from the PATH.
find_python = \
	for python in "$$PYTHON" python3.13 python3.12 python3.11 python3 python; do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && break; \
		python=; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Papershelf needs Python 3.11 or later, and there is none on the PATH (PYTHON=/path/to/python names another)." >&2; \
		exit 1; \
	fi

.PHONY: help serve site test audit clean

help:
	@echo "make serve   show the site on 127.0.0.1:$(PORT) and reload it when a file changes (PORT=8001: another port)"
	@echo "make site    build the site once, into site/; a warning fails the build"
	@echo "make test    run all checks: style, types, data, strict build, tests with a browser"
	@echo "make audit   check all HTML, have Lighthouse look, make a thousand random changes; takes an hour"
	@echo "make clean   remove what these commands made, the environment in .venv too"

serve:
	@$(find_python); exec "$$python" tools/bootstrap.py serve --port "$(PORT)"

site:
	@$(find_python); exec "$$python" tools/bootstrap.py site

test:
	@$(find_python); exec "$$python" tools/bootstrap.py test

audit:
	@$(find_python); exec "$$python" tools/bootstrap.py audit

clean:
	rm -rf .venv site build dist .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find generator tests tools -type d -name __pycache__ -prune -exec rm -rf {} +
