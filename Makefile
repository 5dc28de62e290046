# What can be done here; all of it installs what is missing first (scripts/setup).

.DEFAULT_GOAL := help
.PHONY: help release demo run docs test kill-test fuzz benchmarks bench bench-docs bench-shows clean

# Options for `make demo` and `make run`: make run ARGS="--port 8080 --data /var/lib/tocsin/tocsin.db"
ARGS ?=
BINARY = .build/release/tocsin
# With what Tests/System/requirements.txt names.
PYTHON = .build/python/bin/python
# Swift's own libraries are left out of the file on macOS, which has them.
ifeq ($(shell uname),Darwin)
STATIC =
LIBRARIES = otool -L
else
STATIC = --static-swift-stdlib
LIBRARIES = ldd
endif
# How long to fuzz, and from where; a seed that is not given is made up, and told.
SECONDS ?= 600
SEED ?=
FUZZ_SEED = $(if $(SEED),--seed $(SEED))
# How often the long form of the kill test kills the server.
RUNS ?= 20
# How often `make bench` makes each comparison, and which budgets, like 1,7; without any all.
PAIRS ?= 5
ROWS ?=
BENCHMARKS = .build/release/TocsinBenchmarks

help: ## Shows this
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

release: ## Builds .build/release/tocsin, one file with Swift inside, and says what it still needs
	@scripts/setup build
	swift build -c release --product tocsin $(STATIC)
	@echo "$(BINARY) can be copied to where these libraries are:"
	@$(LIBRARIES) $(BINARY)

demo: release ## Builds the release and serves, with something to see; options with ARGS="--port 8080"
	exec $(BINARY) demo $(ARGS)

run: release ## Builds the release and serves; options with ARGS="--port 8080"
	exec $(BINARY) serve $(ARGS)

docs: ## Makes the documentation of the libraries, and says how to read it
	@scripts/setup build
	swift build
	scripts/docs
	@echo "To read one: python3 -m http.server 8000 --directory .build/docs/ServerSentEvents.doccarchive"
	@echo "then open http://127.0.0.1:8000/documentation/serversentevents"

test: ## Builds and runs all tests, those of the running server too
	@scripts/setup build
	# Browsers and Python's packages arrive while the compiler works.
	scripts/setup test & swift build --build-tests; built=$$?; wait $$! && exit $$built
	scripts/unit-tests
	scripts/docs
	.build/debug/TocsinFuzz json --seconds 3
	.build/debug/TocsinFuzz events --seconds 3
	.build/debug/TocsinFuzz client --seconds 3
	.build/debug/TocsinFuzz token --seconds 3
	$(PYTHON) Tests/System/all.py --products .build/debug

kill-test: release ## Kills the release under load, again and again, and checks that nothing is lost; RUNS=20
	@scripts/setup test
	$(PYTHON) Tests/System/kill-test.py --binary $(BINARY) --runs $(RUNS)

fuzz: ## Looks for inputs that the server or the client gets wrong, for ten minutes; SECONDS=600, SEED=
	@scripts/setup test
	swift build --product tocsin
	swift build --product TocsinFuzz
	.build/debug/TocsinFuzz json --seconds $$(($(SECONDS) / 8)) $(FUZZ_SEED)
	.build/debug/TocsinFuzz events --seconds $$(($(SECONDS) / 8)) $(FUZZ_SEED)
	.build/debug/TocsinFuzz token --seconds $$(($(SECONDS) / 8)) $(FUZZ_SEED)
	.build/debug/TocsinFuzz client --seconds $$(($(SECONDS) / 8)) $(FUZZ_SEED)
	$(PYTHON) Tests/System/request-fuzz.py --seconds $$(($(SECONDS) / 4)) $(FUZZ_SEED)
	$(PYTHON) Tests/System/http2-fuzz.py --seconds $$(($(SECONDS) / 4)) $(FUZZ_SEED)

benchmarks: release
	@scripts/setup bench
	swift build -c release --product TocsinBenchFloor
	swift build -c release --product TocsinBenchmarks $(STATIC)

bench: benchmarks ## Measures the release beside its peers, and draws how cost grows; PAIRS=5, ROWS=1,7
	$(BENCHMARKS) budgets --pairs $(PAIRS) --rows "$(ROWS)"

bench-docs: benchmarks ## The same, with the table and the pictures written into Documentation
	$(BENCHMARKS) budgets --pairs $(PAIRS) --output Documentation

bench-shows: benchmarks ## Measures a reader that stalls, and restarts under 15,000 streams
	$(BENCHMARKS) stalled-reader
	$(BENCHMARKS) restart
	$(BENCHMARKS) restart --kill

clean: ## Removes what was built
	swift package clean
	rm -rf .build
