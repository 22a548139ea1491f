# urfave/cli can write its own documentation; the tag leaves that, and the libraries it needs, out of the binary.
export TAGS := urfave_cli_no_docs
export PREFIX ?= /usr/local
# Of a source that is no repository, or not ours, git tells no commit.
VCS := $(shell git status >/dev/null 2>&1 && echo true || echo false)
.PHONY: help build run test check bench setup install dist clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 8

build: ## bin/brood, one static binary
	CGO_ENABLED=0 go build -trimpath -buildvcs=$(VCS) -tags $(TAGS) -o bin/brood ./cmd/brood

run: build ## the sample videos, copied into a new folder
	bin/brood copy testdata/videos "$$(mktemp -d)/videos"

test: ## the tests that take little time; RACE=1 with the race detector, which needs a C compiler
	go test -short -timeout 60m -tags $(TAGS) -parallel 8 $(if $(RACE),-race) $(TESTFLAGS) ./internal/... ./cmd/...

check: ## all tests, also as nobody, and vet, linters, faults, benchmarks, packages: what CI runs
	scripts/check

bench: ## brood beside its peers, as a table; BENCHFLAGS="--rounds 9 c d"
	scripts/bench $(BENCHFLAGS)

setup: ## a Debian machine made ready for every test; as root
	scripts/setup

install: ## bin/brood, man page and completions; PREFIX=/usr/local, DESTDIR
	DESTDIR='$(DESTDIR)' scripts/install

dist: ## dist/: archives, packages for Debian, SHA256SUMS
	scripts/dist

clean: ## nothing built is left
	rm -rf bin dist
