# One command for each thing that is done with this repository. Each gets what it needs first.

# A crashing test otherwise waits minutes for its own backtrace.
export SWIFT_BACKTRACE = enable=no

.PHONY: build test demo bench lint bootstrap

# The tool, at .build/release/powercut, and beside it what `powercut record` preloads.
build: bootstrap
	swift build -c release --product powercut
	swift build -c release --product powercut-preload

# Every test; the peers that tests compare with are real programs, so a missing one is a failure.
test: build
	swift build --build-tests
	swift build --product powercut
	swift build --product powercut-preload
	swift test --skip-build --parallel

demo: bootstrap
	scripts/demo

bench: bootstrap
	swift build -c release --product powercut-bench
	.build/release/powercut-bench

lint: bootstrap
	scripts/lint

bootstrap:
	@scripts/bootstrap
