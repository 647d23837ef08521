# The only commands a newcomer needs. `make` alone lists them.

PREFIX ?= /usr/local
SWIFT_FLAGS ?=
TEST_FLAGS ?=
BENCH_FLAGS ?=

release := .build/release/publisher
debug := .build/debug/publisher
share := $(DESTDIR)$(PREFIX)/share

.PHONY: help setup build demo test check docs bench install clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the system packages that building needs
	scripts/setup build

build: ## build the program, optimised, into .build/release
	swift build -c release --static-swift-stdlib --product publisher $(SWIFT_FLAGS)

demo: ## push a real image to a real registry on this machine, and look at it
	scripts/setup test
	$(MAKE) build
	scripts/demo $(release)

test: ## check the sources, then run every test beside a Docker Engine and a registry
	scripts/setup test
	$(MAKE) check
	swift build --build-tests $(SWIFT_FLAGS)
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$$(($$(nproc) * 3)) \
	PUBLISHER_BIN=$(CURDIR)/$(debug) scripts/peers run swift test --skip-build --disable-xctest $(SWIFT_FLAGS) $(TEST_FLAGS)

check: ## formatting, shell scripts, and that the generated pages are up to date
	swift format lint --strict --recursive Package.swift Sources Tests
	shellcheck $$(grep -rlE '^#!.*sh$$' scripts .ci)
	scripts/docs --check

docs: ## write docs/cli and docs/man anew from the program
	scripts/docs

bench: ## measure the program beside skopeo and docker push (about 20 minutes)
	scripts/setup bench
	$(MAKE) build
	Benchmarks/run $(BENCH_FLAGS)

install: $(release) ## copy the program, its man page and completions below PREFIX
	install -D -m 755 $(release) $(DESTDIR)$(PREFIX)/bin/publisher
	install -D -m 644 docs/man/publisher.1 $(share)/man/man1/publisher.1
	install -d $(share)/bash-completion/completions $(share)/zsh/site-functions $(share)/fish/vendor_completions.d
	$(release) --generate-completion-script bash >$(share)/bash-completion/completions/publisher
	$(release) --generate-completion-script zsh >$(share)/zsh/site-functions/_publisher
	$(release) --generate-completion-script fish >$(share)/fish/vendor_completions.d/publisher.fish

# As `sudo make install` should not build, this builds only what is not there.
$(release):
	$(MAKE) build

clean: ## remove everything built, the benchmark's images too
	rm -rf .build 2>/dev/null || sudo rm -rf .build # the engine's files are root's
