# Two commands do everything on a fresh Debian machine with Rust and Node: `make run` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PWA := pwa
ARGS ?=
ONLY ?=

.PHONY: help run dev test soak release bench audit tools tools-test pwa openapi registers fmt

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: tools pwa ## build, fill an empty book with the demonstration ward, serve (ARGS="--lan" for phones)
	@scripts/say "Server (first time: some four minutes; afterwards seconds)"
	cargo build --profile quick -p gocua-server
	exec target/quick/gocua serve --demo $(ARGS)

dev: tools pwa ## the same with hot reload: app on :5173, server on :8080
	cargo build -p gocua-server
	trap 'kill 0' EXIT; target/debug/gocua serve --demo $(ARGS) & npm --prefix $(PWA) run dev

test: tools-test ## everything: rules, both databases, the app, the browser stories
	scripts/test.sh

soak: tools-test ## everything that takes long, as a report (ONLY="crash full", SEED=7)
	scripts/soak.sh $(ONLY)

release: tools pwa ## the shipped binary: target/release/gocua
	cargo build --release -p gocua-server

bench: tools-test pwa ## figures of this machine, printed as a report
	scripts/bench.sh

audit: tools ## licences, bans and advisories of everything we depend on
	cargo deny --version >/dev/null 2>&1 || cargo install cargo-deny --locked
	cargo deny check
	npm --prefix $(PWA) audit --omit=dev

pwa: $(PWA)/node_modules/.package-lock.json
	@scripts/say "App"
	npm --prefix $(PWA) run --silent build

$(PWA)/node_modules/.package-lock.json: $(PWA)/package-lock.json
	@scripts/say "App dependencies"
	npm --prefix $(PWA) ci --no-audit --no-fund

openapi: ## write docs/api/openapi.json and the app's types from the code
	cargo run -q -p gocua-server -- openapi > docs/api/openapi.json.new && mv docs/api/openapi.json.new docs/api/openapi.json
	npm --prefix $(PWA) run --silent api

registers: ## make the two shipped registers again
	cargo run -q -p gocua-paper --example make_registers

tools:
	@scripts/need cc:build-essential make:make pkg-config:pkg-config node:nodejs cargo:cargo

tools-test: tools
	@scripts/need chromium:chromium ogrinfo:gdal-bin
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || scripts/need initdb:postgresql
	@cargo nextest --version >/dev/null 2>&1 || { scripts/say "cargo-nextest is missing: building it"; cargo install cargo-nextest --locked; }

fmt: ## format
	cargo fmt
