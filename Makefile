# One command for each thing that is done with this repository. Each gets what it needs first.

# A crashing test otherwise waits minutes for its own backtrace.
export SWIFT_BACKTRACE = enable=no

.PHONY: build test test-page demo known-bugs generated-programs generated-folders campaign-kills differential bench bug-benchmark mutants mutant-list sanitize qemu-10 test-deploy test-slurm lint bootstrap

# The tool, at .build/release/powercut, and beside it what `powercut record` preloads.
build: bootstrap
	@scripts/build

# Every test, with the optimized build that users have; the peers that tests compare with are real programs, so a
# missing one is a failure. Beside it the tool without optimization: one seed must give one report with both.
test: build mutant-list
	swift build -c release --build-tests
	swift build --product powercut
	swift build --product powercut-preload
	swift test -c release --skip-build --parallel

# The pages of a real campaign in a headless browser, which it installs: on a telephone and on a wide screen, with
# scripts and without, in light and dark.
test-page: build
	scripts/test-page

demo: build
	scripts/demo

# Bugs of released programs (Scenarios/programs/known), each found once more and its repair passed, into Reports/; the
# programs are installed where they are missing. Three minutes.
known-bugs: build
	scripts/known-bugs

# Programs of random calls with the recorder and without it, PROGRAMS of each kind; two hundred take a few
# minutes. `make test` makes a sample.
PROGRAMS ?= 200
generated-programs: build
	swift build -c release --build-tests
	POWERCUT_GENERATED_PROGRAMS=$(PROGRAMS) swift test -c release --skip-build --filter GeneratedProgramsTests

# Programs that change names and contents of whole trees, FOLDERS of them: is the first state of each recording the
# folder before, and the last one that behind? A thousand take a quarter of an hour. `make test` makes a few.
FOLDERS ?= 1000
generated-folders: build
	swift build -c release --build-tests
	POWERCUT_GENERATED_FOLDERS=$(FOLDERS) swift test -c release --skip-build --filter GeneratedFoldersTests

# Campaigns that are killed KILLS times, and KILLED_SEEDS seeds of two targets on one worker and on eight that are killed
# twice each; two hundred kills take some minutes. `make test` does a few.
KILLS ?= 200
KILLED_SEEDS ?= 4000
campaign-kills: build
	swift build -c release --build-tests
	POWERCUT_CAMPAIGN_KILLS=$(KILLS) POWERCUT_CAMPAIGN_SEEDS=$(KILLED_SEEDS) \
	  swift test -c release --skip-build --filter CampaignKillTests

# Made-up dirty images, SEEDS of them: our recovery with QEMU's mistakes against the real program, and
# without any against the second and the third reading of the specification. `make test` makes 300.
SEEDS ?= 1..3000
differential: bootstrap
	swift build -c release --build-tests
	POWERCUT_DIFFERENTIAL_SEEDS=$(SEEDS) swift test -c release --skip-build \
	  --filter '(RecoveryDifferential|ThreeRecoveries)Tests'

bench: build
	swift build -c release --product powercut-bench
	cc -O2 -Wall -Wextra -Werror -o .build/release/plain-replay Benchmarks/Peers/plain_replay.c
	.build/release/powercut-bench

# How soon every planted bug is found, into Reports/; some 25 minutes on two processors.
bug-benchmark: bootstrap
	swift build -c release --product powercut-bug-benchmark
	.build/release/powercut-bug-benchmark --output Reports

# Which of our own small mistakes (Mutants/) nothing notices, into Reports/; about an hour on two processors.
# SAMPLE=20 runs so many that the report says are noticed, and fails where one is not.
SAMPLE ?= 0
mutants: bootstrap
	python3 scripts/mutants/run.py --sample $(SAMPLE)

# That the list of mutants matches the sources, and that what makes them works: seconds.
mutant-list:
	python3 scripts/mutants/run.py --check
	python3 -m unittest discover --start-directory scripts/mutants --pattern 'test_*.py' --buffer

# The C code under AddressSanitizer and UndefinedBehaviorSanitizer, the tool under ThreadSanitizer.
sanitize: bootstrap
	scripts/sanitize

# The QEMU tools of Debian's backports beside the installed ones: .build/qemu-10/qemu-io for --program.
qemu-10:
	scripts/qemu-10

# The templates for other services in deploy/: their schemas, and their commands carried out here.
test-deploy: build
	scripts/test-deploy

# deploy/slurm on a Slurm of two nodes, on this machine and for as long as it takes.
test-slurm: build
	scripts/test-slurm

lint: bootstrap
	scripts/lint

bootstrap:
	@scripts/bootstrap
