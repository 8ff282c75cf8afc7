# nvsweep.  `make run` and `make test` are the two front doors; `make help` lists all.

BUILD  := build$(if $(SANITIZE),/sanitize)
PREFIX := /usr/local
RANKS  := $(shell nproc)

# `make CC=clang` is honoured: MPICC is only a wrapper around it.
ifeq ($(origin CC),default)
CC := gcc
endif
MPICC ?= mpicc
export OMPI_CC := $(CC)
export MPICH_CC := $(CC)
export I_MPI_CC := $(CC)

# src/ in the order data flows.  CORE sees neither MPI, HDF5 nor libconfig, so a model
# that reached for them would not build.
CORE     := base tech array workload space \
            machine machine/gpu machine/pe_array machine/layerwise machine/crossbar \
            machine/generation \
            hdc learning carbon cloud reliability edge uncertainty compat store stage
CONFIG   := config
IMPORT   := import
PARALLEL := results run cmd .

# Any of a|b will do; the first is installed where none is there.
PACKAGES := gcc make pkg-config libopenmpi-dev|libmpich-dev openmpi-bin|mpich \
            libhdf5-dev|libhdf5-openmpi-dev|libhdf5-mpich-dev libconfig-dev zlib1g-dev libprotobuf-c-dev protobuf-c-compiler libonnx-dev \
            libcunit1-dev libjs-chart.js python3-xarray python3-netcdf4 \
            python3-h5py python3-h5netcdf python3-matplotlib
# Of `make test` beside these: notebooks are executed, the explorer's page is clicked.
NOTEBOOK_PACKAGES := python3-nbconvert python3-nbclient python3-ipykernel python3-pandas
# A user installs the Python package into an environment of his own (tests/run_python.py).
PYTHON_PACKAGES   := python3-venv python3-setuptools python3-wheel
BROWSER_PACKAGES  := chromium chromium-driver python3-selenium fonts-dejavu-core
# The models are compiled for other systems, too (tests/run_portable.sh).
PORTABLE_PACKAGES := gcc-aarch64-linux-gnu libc6-dev-arm64-cross musl-tools clang
LINT_PACKAGES := clang-format clang-tidy cppcheck
FUZZ_PACKAGES := clang libclang-rt-14-dev

OPTIMISE := -O3 -g $(if $(NATIVE),-march=native)
WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
            -Wmissing-prototypes -Wpointer-arith -Wformat=2 -Wvla
# CPPFLAGS, CFLAGS and LDFLAGS are the user's.  No contraction: results must not depend on the
# machine the compiler was told of.  No path of this folder in the program.
FLAGS     = -std=c11 -D_GNU_SOURCE -Isrc -Ihdf5_schema -I$(BUILD)/made $(CPPFLAGS) $(OPTIMISE) $(WARNINGS) \
            $(if $(WERROR),-Werror) $(CFLAGS) $(if $(SANITIZE),$(SANITIZERS)) \
            -ffp-contract=off -fno-math-errno \
            $(if $(filter %ccache,$(firstword $(CC))),,-ffile-prefix-map=$(CURDIR)=.)
SANITIZERS := -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all \
              -fno-omit-frame-pointer

# Where the libraries are: found once, before anything is built (variables: see there).
FOUND := $(BUILD)/libraries.mk
ASKED := CC MPICC CROSS CPPFLAGS LDFLAGS HDF5_ROOT HDF5_DIR HDF5_HOME HDF5_CFLAGS HDF5_LIBS \
         LIBCONFIG_ROOT LIBCONFIG_CFLAGS LIBCONFIG_LIBS ZLIB_ROOT ZLIB_CFLAGS ZLIB_LIBS PROTOBUF_C_ROOT PROTOBUF_C_CFLAGS \
         PROTOBUF_C_LIBS ONNX_PROTO CHART_JS PKG_CONFIG_PATH
ASKED_VALUES := $(foreach name,$(ASKED),$(if $(filter-out undefined,$(origin $(name))),\
                    $(name)='$($(name))')) PATH='$(PATH)'
# Goals that build nothing, or build in a make of their own once packages are there.
BUILDLESS := run test deps deps-data help clean format deb builds clean-machines
ifneq ($(filter-out $(BUILDLESS),$(or $(MAKECMDGOALS),all)),)
include $(FOUND)
endif

VERSION     := $(shell cat VERSION)
GIT_DIR     := $(shell git rev-parse --git-dir 2>/dev/null)
GIT_COMMIT  := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
GIT_DIRTY   := $(if $(shell git status --porcelain 2>/dev/null),1,0)

# Reuse curves are kept between runs under a key that holds the sources they come from.
CURVE_SOURCES := $(shell cat src/workload/*.[ch] src/machine/*.[ch] src/machine/gpu/*.[ch] src/base/*.[ch] | cksum | tr ' ' -)

sources   = $(wildcard $(1:%=src/%/*.c))
# Readers of ONNX models need their definition, found or not; the rest builds without.
WITHOUT    = $(if $(ONNX_PROTO),,$(shell grep -l '"import/model.h"' src/import/*.c))
objects   = $(patsubst src/%.c,$(BUILD)/obj/%.o,$(filter-out $(WITHOUT),$(subst src/./,src/,$(call sources,$(1)))))
CORE_O     := $(call objects,$(CORE))
CONFIG_O   := $(call objects,$(CONFIG))
IMPORT_O   := $(call objects,$(IMPORT)) $(if $(ONNX_PROTO),$(BUILD)/onnx/onnx.pb-c.o)
PARALLEL_O := $(call objects,$(PARALLEL))
MAIN_O     := $(BUILD)/obj/main.o
ASSETS_O   := $(BUILD)/report/assets.o
PROGRAM_O  := $(CORE_O) $(CONFIG_O) $(IMPORT_O) $(PARALLEL_O) $(ASSETS_O) \
              $(if $(SANITIZE),$(BUILD)/obj/tests/sanitizer.o)
TESTS      := $(patsubst tests/test_%.c,%,$(wildcard tests/test_*.c))
TEST_O     := $(TESTS:%=$(BUILD)/obj/tests/test_%.o) $(BUILD)/obj/tests/unit.o \
              $(BUILD)/obj/tests/set_associative.o
FUZZ       := $(filter-out $(if $(ONNX_PROTO),,import),\
                  $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c)))
BENCH      := $(patsubst tests/bench_%.c,%,$(wildcard tests/bench_*.c))

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2);)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

all: $(BUILD)/nvsweep  ## build the program (build/nvsweep)

run: deps  ## install what is missing, build, run the main sweep, print its table
	$(Q)$(MAKE) --no-print-directory all
	$(Q)jobs/run deepnvm_isocapacity

test: deps  ## install what is missing, build, run every test, or ONLY='unit run_pe_array.sh'
	$(Q).ci/deps $(NOTEBOOK_PACKAGES) $(PYTHON_PACKAGES) $(BROWSER_PACKAGES) $(PORTABLE_PACKAGES)
	-$(Q).ci/data $(BUILD)/data python3-sklearn
	$(Q)$(MAKE) --no-print-directory check

check: all $(BUILD)/unit $(BENCH:%=$(BUILD)/bench_%) $(FUZZ:%=$(BUILD)/replay_%)  ## the same without installing anything
	$(Q)tests/run_all $(BUILD) $(ONLY)

deps:  ## install missing Debian packages (as root, or through sudo)
	$(Q).ci/deps $(PACKAGES:%='%')

# Data that experiments learn from: packages that are unpacked, not installed.
DATA_PACKAGES := python3-sklearn dataset-fashion-mnist gnome-user-docs
deps-data:  ## fetch the packages whose data experiments learn from, into build/data
	$(Q).ci/data $(BUILD)/data $(DATA_PACKAGES)

golden: all  ## do results move? all shipped sweeps and validate against tests/golden
	$(Q)NVSWEEP=$(BUILD)/nvsweep /usr/bin/python3 tests/golden.py check

golden-learning: all  ## the same of the sweeps that learn (minutes of a core each; data: make deps-data)
	$(Q)NVSWEEP=$(BUILD)/nvsweep NVSWEEP_DATA=$(or $(NVSWEEP_DATA),$(abspath $(BUILD)/data)) /usr/bin/python3 tests/golden.py check learning

plan-check: all  ## is the plan's time of every stage of the shipped sweeps within a factor of 3?
	$(Q)NVSWEEP=$(BUILD)/nvsweep tests/plan_accuracy.py

golden-update: all  ## write tests/golden anew; the commit lists each number that moved
	$(Q)NVSWEEP=$(BUILD)/nvsweep /usr/bin/python3 tests/golden.py update

needs: all  ## feed 1000 random answers of `need` on real arrays back as records, 1000 of them beside scans (ten minutes)
	$(Q)NVSWEEP=$(abspath $(BUILD))/nvsweep NVSWEEP_NEED_ONLY=1 NVSWEEP_NEED_SEED=2 NVSWEEP_NEED_CELLS=200 \
		NVSWEEP_NEED_GOALS=9 NVSWEEP_NEED_SCANS=40 /usr/bin/python3 tests/run_need.py

torture: all $(BUILD)/bench_runner  ## disturb SEEDS= (300) running sweeps in every way, compare the bytes; FIRST= repeats one
	$(Q)BUILD=$(BUILD) SEEDS=$(or $(SEEDS),300) SECONDS_MOST=$(or $(LIMIT),3600) tests/run_torture.sh

deb:  ## a Debian package of HEAD, under build/deb
	$(Q).ci/deps --need debhelper dpkg-dev $(PACKAGES:%='%')
	$(Q)packaging/deb $(BUILD)/deb

builds:  ## build with MPICH, with libraries under prefixes, as a user without sudo; same bytes? (root)
	$(Q)packaging/test_builds

clean-machines:  ## README's two commands on fresh machines, as root and as a user with sudo, timed (root)
	$(Q)packaging/test_clean

slurm-test: all  ## start a four-node Slurm here (root), run jobs on it, stop it
	$(Q)NVSWEEP_SLURM_TESTS=1 BUILD=$(BUILD) tests/run_slurm.sh

nfs-test: all $(BUILD)/bench_runner  ## run, kill and resume on a real NFS with two page caches (user-mode-linux)
	$(Q)BUILD=$(BUILD) tests/nfs/lab; code=$$?; [ $$code = 77 ] || exit $$code

fuzz: all  ## feed broken files to every reader, SECONDS= (600) each, by libFuzzer
	$(Q).ci/deps --need $(FUZZ_PACKAGES)
	$(Q)tests/fuzz/run $(BUILD)/fuzz $(or $(SECONDS),600)

compilers: all  ## same bits from gcc -O0, clang, gcc -O3 -march=native, 1 and 3 ranks?
	$(Q).ci/deps --need clang
	$(Q)BUILD=$(BUILD) tests/compare_compilers.sh

accuracy-bits: all  ## are accuracies the same bits on 1 to 4 ranks, killed, without AVX, by gcc and clang? (data: deps-data)
	$(Q).ci/deps --need clang
	$(Q)WHOLE=1 BUILD=$(BUILD) /usr/bin/python3 tests/run_accuracy.py
	$(Q)BUILD=$(BUILD) SWEEPS="learning integers crossbars functions hypervectors" tests/compare_compilers.sh

honesty: $(BUILD)/unit  ## ROWS= (1000000) random rows of all stages hold numbers; ROUNDS= (100) of each law
	$(Q)HONESTY_ROWS=$(or $(ROWS),1000000) MONOTONE_ROUNDS=$(or $(ROUNDS),100) V=1 \
	    $(BUILD)/unit honesty monotone

sanitize:  ## the whole test suite under ASan and UBSan (half an hour)
	$(Q)$(MAKE) --no-print-directory SANITIZE=1 OPTIMISE='-O1 -g' check

threads:  ## the runner, whose lock has a thread of its own, under ThreadSanitizer
	$(Q)$(MAKE) --no-print-directory BUILD=build/threads OPTIMISE='-O1 -g -fsanitize=thread' \
	    all build/threads/unit build/threads/bench_runner
	$(Q)TSAN_OPTIONS=ignore_noninstrumented_modules=1:exitcode=66 V=1 build/threads/unit run
	$(Q)TSAN_OPTIONS=ignore_noninstrumented_modules=1:exitcode=66 \
	    tests/run_all build/threads run_runner.py run_one_reader.py

valgrind: all  ## one rank and every command that reads its file, under valgrind
	$(Q).ci/deps --need valgrind
	$(Q)NVSWEEP=$(BUILD)/nvsweep tests/valgrind.sh

coverage:  ## lines and branches that the tests reach, and what they do not, by name
	$(Q)find build -path 'build/coverage/*.gcda' -delete
	-$(Q)$(MAKE) --no-print-directory BUILD=build/coverage OPTIMISE='-O0 --coverage' check
	$(Q)/usr/bin/python3 tests/coverage.py build/coverage

lint:  ## check formatting and analyse the code; warnings are errors
	$(Q).ci/deps --need $(LINT_PACKAGES)
	$(Q)$(MAKE) --no-print-directory $(BUILD)/onnx/onnx.pb-c.c columns
	$(Q).ci/lint $(BUILD)/onnx $(BUILD)/made

analyse:  ## gcc -fanalyzer over all sources: findings to be looked through
	$(Q)$(MAKE) --no-print-directory BUILD=build/analyse OPTIMISE='-O1 -fanalyzer' all

format:  ## lay out the C code
	$(Q).ci/deps --need clang-format
	clang-format -i $(shell git ls-files '*.c' '*.h')

bench: all $(BENCH:%=$(BUILD)/bench_%)  ## measure speed, printed with ratios
	$(Q)for b in $(BENCH); do $(BUILD)/bench_$$b || exit 1; done

notebooks: all  ## open the notebooks in a browser (installs jupyter)
	$(Q).ci/deps --need $(NOTEBOOK_PACKAGES) jupyter-notebook
	cd plots && env -u PYTHONPATH jupyter notebook

plots: all  ## draw the figures of all results there are (PNG, PDF, build/figures)
	$(Q)plots/draw_all $(BUILD)/results

schema: all  ## write the schema page hdf5_schema/columns.md anew
	$(BUILD)/nvsweep schema > hdf5_schema/columns.md

man: $(addprefix $(BUILD)/man/,nvsweep.1 nvsweep-sweep.5 nvsweep-library.5 completion.bash)  ## manual pages and bash completion, under build/man

$(BUILD)/man/%: $(BUILD)/nvsweep
	$(Q)mkdir -p $(@D)
	$(Q)$(BUILD)/nvsweep man $(basename $(@F)) > $@

# Where Debian's Python looks below PREFIX.
PYTHON_SITE ?= $(if $(filter /usr,$(PREFIX)),lib/python3/dist-packages,$(shell \
    /usr/bin/python3 -c 'import sys; print("lib/python%d.%d/dist-packages" % sys.version_info[:2])'))

install: all man  ## copy program, library, Python package, manual pages and completion under PREFIX=
	install -D $(BUILD)/nvsweep $(DESTDIR)$(PREFIX)/bin/nvsweep
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 $(BUILD)/man/nvsweep.1
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man5 $(BUILD)/man/nvsweep-sweep.5 \
	    $(BUILD)/man/nvsweep-library.5
	install -D -m 644 $(BUILD)/man/completion.bash \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions/nvsweep
	mkdir -p $(DESTDIR)$(PREFIX)/share/nvsweep
	cp -r sweeps/library $(DESTDIR)$(PREFIX)/share/nvsweep/
	cp sweeps/*.cfg slurm/nvsweep.sbatch.in $(DESTDIR)$(PREFIX)/share/nvsweep/
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/$(PYTHON_SITE)/nvsweep python/nvsweep/*.py

clean:  ## delete everything that was built
	rm -rf build

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  V=1 shows commands, SANITIZE=1 builds with ASan and UBSan under build/sanitize"

.PHONY: all accuracy-bits golden-learning plan-check notebooks run test check deps deps-data golden golden-update torture needs deb builds clean-machines slurm-test nfs-test fuzz compilers honesty sanitize threads valgrind coverage lint analyse format bench plots schema man install clean help

# ---- how things are built

LIBS     = $(HDF5_LIBS) $(LIBCONFIG_LIBS) $(PROTOBUF_C_LIBS) $(ZLIB_LIBS) -lm
LINK     = $(MPICC) $(FLAGS) $^ $(LDFLAGS)
COMPILER := $(CC)
$(PARALLEL_O): COMPILER := $(MPICC)
$(PARALLEL_O): FLAGS += $(HDF5_CFLAGS) $(if $(ONNX_PROTO),-DNVSWEEP_ONNX) \
                      $(if $(CHART_JS),-DNVSWEEP_CHART)
$(CONFIG_O): FLAGS += $(LIBCONFIG_CFLAGS) $(ZLIB_CFLAGS)
$(TEST_O): FLAGS += -Itests -I$(BUILD)/obj/tests
$(BUILD)/obj/cmd/version.o: FLAGS += -DNVSWEEP_VERSION='"$(VERSION)"' \
    -DNVSWEEP_COMMIT='"$(GIT_COMMIT)"' -DNVSWEEP_DIRTY=$(GIT_DIRTY)

$(BUILD)/obj/stage/reuse_stage.o: FLAGS += -DNVSWEEP_CURVE_SOURCES='"$(CURVE_SOURCES)"'
$(BUILD)/obj/stage/reuse_stage.o: $(wildcard src/workload/*.[ch] src/machine/*.[ch] src/machine/gpu/*.[ch] src/base/*.[ch])
$(BUILD)/obj/cmd/version.o: $(wildcard $(addprefix $(GIT_DIR)/,HEAD index)) VERSION

# Made anew when a variable it reads has changed.
$(BUILD)/asked: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)printf '%s\n' "$(subst ",\",$(ASKED_VALUES))" | cmp -s - $@ || \
	    printf '%s\n' "$(subst ",\",$(ASKED_VALUES))" > $@

$(FOUND): $(BUILD)/asked packaging/find_libraries
	$(Q)$(ASKED_VALUES) packaging/find_libraries $(BUILD)/find > $@.new && mv $@.new $@

$(FOUND).same: $(FOUND)
	$(Q)cmp -s $< $@ || cp $< $@

.PHONY: FORCE
FORCE:

# A header per section of metrics.def, touched where the section changes: a new column rebuilds
# what reads that stage's.
COLUMNS := $(BUILD)/made/columns

columns: $(COLUMNS)/written
.PHONY: columns

$(COLUMNS)/written: hdf5_schema/metrics.def hdf5_schema/columns.awk
	$(Q)mkdir -p $(@D)
	$(Q)awk -v folder=$(@D) -f hdf5_schema/columns.awk $<
	$(Q)for header in $(@D)/*.h; do \
	    grep -q "^STAGE($$(basename $$header .h)," $(@D)/stages.def || rm $$header; done
	$(Q)touch $@

$(COLUMNS)/%.h $(COLUMNS)/%.def: $(COLUMNS)/written
	@:

$(PROGRAM_O) $(TEST_O) $(BENCH:%=$(BUILD)/obj/tests/bench_%.o) $(FUZZ:%=$(BUILD)/obj/tests/fuzz/fuzz_%.o): | $(COLUMNS)/written

$(BUILD)/obj/%.o: src/%.c $(FOUND).same
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(COMPILER) $(FLAGS) -MMD -MP -c $< -o $@

$(BUILD)/obj/tests/%.o: tests/%.c $(BUILD)/obj/tests/suites.inc $(FOUND).same
	$(call say,CC,$<)
	$(Q)$(MPICC) $(FLAGS) $(HDF5_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/obj/tests/suites.inc: $(wildcard tests/test_*.c)
	$(Q)mkdir -p $(@D)
	$(Q)for t in $(TESTS); do echo "SUITE_ENTRY($$t)"; done > $@

# The reader of ONNX models, generated from that format's definition.
$(BUILD)/onnx/onnx.pb-c.c: $(ONNX_PROTO)
	$(call say,PROTOC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(PROTOC_C) --proto_path=$(<D) --c_out=$(@D) $(<F)
	$(Q)touch $@

$(BUILD)/onnx/onnx.pb-c.o: $(BUILD)/onnx/onnx.pb-c.c
	$(call say,CC,$<)
	$(Q)$(COMPILER) $(FLAGS) $(PROTOBUF_C_CFLAGS) -c $< -o $@

$(BUILD)/obj/import/%.o: FLAGS += -isystem $(BUILD)/onnx $(PROTOBUF_C_CFLAGS)
$(call objects,import): | $(if $(ONNX_PROTO),$(BUILD)/onnx/onnx.pb-c.c)

# The page of `nvsweep report` and the charting library that draws in it, as bytes.
PAGE_JS  := $(patsubst %,src/report/%.js,data plot table page)

$(BUILD)/report/page.js: $(PAGE_JS)
$(BUILD)/report/page.css: src/report/page.css
$(BUILD)/report/page.html: src/report/page.html
$(BUILD)/report/chart.js: $(CHART_JS)
$(addprefix $(BUILD)/report/,page.js page.css page.html chart.js):
	$(Q)mkdir -p $(@D)
	$(Q)cat /dev/null $^ > $@

$(ASSETS_O): $(addprefix $(BUILD)/report/,page.html page.css page.js chart.js)
	$(call say,EMBED,src/report)
	$(Q)cd $(@D) && $(LD) -r -b binary -z noexecstack $(^F) -o $(@F)

$(BUILD)/nvsweep: $(PROGRAM_O)
	$(call say,LINK,$@)
	$(Q)$(LINK) $(LIBS) -o $@

$(BUILD)/unit: $(filter-out $(MAIN_O),$(PROGRAM_O)) $(TEST_O)
	$(call say,LINK,$@)
	$(Q)$(LINK) -lcunit $(LIBS) -o $@

$(BUILD)/bench_reuse: $(BUILD)/obj/tests/set_associative.o
$(BUILD)/bench_%: $(BUILD)/obj/tests/bench_%.o $(filter-out $(MAIN_O),$(PROGRAM_O))
	$(call say,LINK,$@)
	$(Q)$(LINK) $(LIBS) -o $@

# Harnesses of libFuzzer: `make CC=clang BUILD=build/fuzz fuzzers` (tests/fuzz/run does).
fuzzers: $(FUZZ:%=$(BUILD)/fuzz_%)
.PHONY: fuzzers
.SECONDARY: $(BENCH:%=$(BUILD)/obj/tests/bench_%.o) $(FUZZ:%=$(BUILD)/obj/tests/fuzz/fuzz_%.o) $(BUILD)/obj/tests/fuzz/replay.o

$(BUILD)/obj/tests/fuzz/%.o: tests/fuzz/%.c $(FOUND).same
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(MPICC) $(FLAGS) $(HDF5_CFLAGS) -MMD -MP -c $< -o $@

# The same with a main that reads files: the corpus once, for `make test`.

$(BUILD)/replay_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(BUILD)/obj/tests/fuzz/replay.o \
    $(filter-out $(MAIN_O),$(PROGRAM_O))
	$(call say,LINK,$@)
	$(Q)$(LINK) $(LIBS) -o $@

$(BUILD)/fuzz_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(filter-out $(MAIN_O),$(PROGRAM_O))
	$(call say,LINK,$@)
	$(Q)$(LINK) -fsanitize=fuzzer $(LIBS) -o $@

-include $(PROGRAM_O:.o=.d) $(TEST_O:.o=.d) $(BENCH:%=$(BUILD)/tests/bench_%.d)
-include $(FUZZ:%=$(BUILD)/obj/tests/fuzz/fuzz_%.d)
