# Carrel's commands. Each sets up what it needs first; see tools/ for the scripts behind them.
.DEFAULT_GOAL := help
# What `make build` puts into the site's packages/ folder; see docs/packages.md.
export CARREL_PACKAGES := $(PACKAGES)
export CARREL_WHEELS := $(WHEELS)
.PHONY: help serve build test setup fmt lint conformance notebooks fuzz bench-load bench-gpu bench-cpu bench-stop pictures examples clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

serve: ## Build the site, serve it on this machine, rebuild when a file changes
	@tools/setup.sh build
	@tools/build.sh serve
	@node tools/serve.mjs --watch

build: ## Build the static site into dist/; PACKAGES="rich numpy" or WHEELS=folder puts packages into it
	@tools/setup.sh build
	@tools/build.sh release

test: ## Run every test
	@tools/test.sh

setup: ## Bring what is missing for building and testing
	@tools/setup.sh test

fmt: ## Format the Rust code
	@cargo fmt --all

lint: ## Check formatting and run clippy, for this machine and for the browser
	@tools/setup.sh build
	@tools/lint.sh

conformance: ## Compare with what real PyTorch answered to thousands of calls, on the CPU and on the GPU
	@tools/setup.sh test
	@bash tools/conformance.sh

notebooks: ## Run the training notebooks natively: on the CPU against PyTorch's digits, and on the GPU
	@tools/setup.sh test
	@bash tools/notebooks.sh

fuzz: ## Feed the engine hostile input for some minutes, from a new seed each time
	@tools/setup.sh build
	@bash tools/fuzz.sh

bench-load: ## Measure the first load: bytes, and time to page, kernel and first result
	@tools/setup.sh test
	@tools/build.sh release
	@node tests/browser/bench_load.mjs

bench-gpu: ## Measure the GPU device beside jax-js and tfjs, in one browser
	@tools/setup.sh test
	@tools/build.sh release
	@tools/bench.sh gpu

bench-stop: ## Measure Stop: what looking for it costs, and how long after the press cells end
	@tools/setup.sh test
	@tools/build.sh release
	@node tests/browser/bench_stop.mjs

bench-cpu: ## Measure the CPU device beside jax-js and tfjs on WebAssembly, in one browser
	@tools/setup.sh test
	@tools/build.sh release
	@tools/bench.sh cpu

pictures: ## Take the documentation's pictures anew
	@tools/setup.sh test
	@tools/build.sh release
	@node tests/browser/pictures.mjs

examples: ## Run the example notebooks in a browser and store what they show
	@tools/setup.sh test
	@tools/build.sh release
	@node tests/browser/record_examples.mjs

clean: ## Remove what was built here (pinned tools stay in ~/.cache/carrel)
	@rm -rf target dist
