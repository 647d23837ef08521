# The only commands a newcomer needs. `make` alone lists them.

PREFIX ?= /usr/local
SWIFT_FLAGS ?=
TEST_FLAGS ?=
BENCH_FLAGS ?=

programs := publisher local-registry
release := $(programs:%=.build/release/%)
share := $(DESTDIR)$(PREFIX)/share

.PHONY: help setup build demo test check docs bench install clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the system packages that building needs
	scripts/setup build

build: ## build both programs, optimised, into .build/release
	for program in $(programs); do \
	    swift build -c release --static-swift-stdlib --product $$program $(SWIFT_FLAGS) || exit; \
	done

demo: ## push a real image to a real registry on this machine, and look at it
	scripts/setup build
	$(MAKE) build
	scripts/demo .build/release

test: ## check the sources, then run every test beside a Docker Engine and a registry
	scripts/setup test
	$(MAKE) check
	swift build --build-tests $(SWIFT_FLAGS)
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$$(($$(nproc) * 3)) \
	PUBLISHER_BIN=$(CURDIR)/.build/debug/publisher LOCAL_REGISTRY_BIN=$(CURDIR)/.build/debug/local-registry \
	scripts/peers run swift test --skip-build --disable-xctest $(SWIFT_FLAGS) $(TEST_FLAGS)

check: ## formatting, shell scripts, Dockerfiles, workflows, and that the generated pages are up to date
	swift format lint --strict --recursive Package.swift Sources Tests
	shellcheck $$(grep -rlE '^#!.*sh$$' scripts .ci .gitea build)
	.build/python/bin/hadolint build/Dockerfile build/Dockerfile.builder build/Dockerfile.testdb build/stand-ins/Dockerfile
	.build/python/bin/check-jsonschema --builtin-schema vendor.github-workflows .gitea/workflows/*.yaml
	scripts/docs --check

docs: ## write docs/cli and docs/man anew from the program
	scripts/docs

bench: ## measure the programs beside skopeo, docker push and docker-registry (about 30 minutes)
	scripts/setup bench
	$(MAKE) build
	Benchmarks/run $(BENCH_FLAGS)
	Benchmarks/channels
	Benchmarks/pins
	Benchmarks/retention
	Benchmarks/ledger
	Benchmarks/registry

install: $(release) ## copy the programs, their man pages and completions below PREFIX
	for program in $(programs); do \
	    install -D -m 755 .build/release/$$program $(DESTDIR)$(PREFIX)/bin/$$program && \
	    install -D -m 644 docs/man/$$program.1 $(share)/man/man1/$$program.1 && \
	    scripts/completions .build/release/$$program $(share) || exit; \
	done

# As `sudo make install` should not build, this builds only what is not there.
$(release):
	$(MAKE) build

clean: ## remove everything built, the benchmark's images too
	rm -rf .build 2>/dev/null || sudo rm -rf .build # the engine's files are root's
