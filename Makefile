# The first tag leaves the documentation generator of urfave/cli, and the libraries for it, out of the binary. The second
# keeps the start of each child short: see internal/digest/cpu.
export TAGS := urfave_cli_no_docs,noasm
export PREFIX ?= /usr/local
# git knows no commit if the source is no repository, or belongs to another user.
VCS := $(shell git status >/dev/null 2>&1 && echo true || echo false)
.PHONY: help build run test check bench setup install dist clean

help: ## print this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 8

build: ## build bin/brood, one static binary
	CGO_ENABLED=0 go build -trimpath -buildvcs=$(VCS) -tags $(TAGS) -o bin/brood ./cmd/brood

run: build ## copy the sample videos into a new folder
	bin/brood copy testdata/videos "$$(mktemp -d)/videos"

test: ## run the quick tests; RACE=1 with the race detector, which needs a C compiler
	go test -short -timeout 60m -tags $(TAGS) -parallel 8 $(if $(RACE),-race) $(TESTFLAGS) ./internal/... ./cmd/...

check: ## run all that CI runs: all tests, also as nobody, vet, linters, faults, benchmarks, packages
	scripts/check

bench: ## compare brood with other copiers, as a table; BENCHFLAGS="--rounds 9 c d"
	scripts/bench $(BENCHFLAGS)

setup: ## install what all tests need on Debian; as root
	scripts/setup

install: ## install bin/brood, man pages and completions; PREFIX=/usr/local, DESTDIR
	DESTDIR='$(DESTDIR)' scripts/install

dist: ## make dist/: archives, packages for Debian, SHA256SUMS
	scripts/dist

clean: ## remove what was built
	rm -rf bin dist
