# reaperd: `make help` says what there is.
VERSION := 0.1.0
CC ?= gcc
BUILD ?= release
PREFIX ?= /usr
DESTDIR ?=
SYSTEM_UNITS ?= $(PREFIX)/lib/systemd/system
USER_UNITS ?= $(PREFIX)/lib/systemd/user
# Type=notify-reload: for systemd 253 and newer.
NOTIFY_RELOAD ?=
PKG_CONFIG ?= pkg-config

comma := ,

# V=1 shows whole command lines.
Q := $(if $(V),,@)
SAY := @$(if $(V),:,printf '  %-3s %s\n')

# Where things go: build/ for the release build, a folder of its own for any other build or compiler.
O ?= build$(if $(filter-out release,$(BUILD)),/$(BUILD))

# A room may use only rooms that stand before it; scripts/lint checks the includes against this order.
ROOMS := common daemon/base daemon/file daemon/plan daemon/process daemon/life daemon/manager daemon/control daemon

WARNINGS := -Wall -Wextra -Wshadow -Wformat=2 -Werror
FLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2
FLAGS_debug := -O0 -g
FLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
FLAGS_fuzz := -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined -fno-omit-frame-pointer
FLAGS_static := -Os -g -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -DREAPERD_STATIC
HARDENING := $(if $(filter static,$(BUILD)),-fno-pie,-fPIE) -fstack-protector-strong -fno-common
LINK_HARDENING := $(if $(filter static,$(BUILD)),-static -no-pie -Wl$(comma)--gc-sections,-pie -Wl$(comma)--as-needed -Wl$(comma)-z$(comma)pack-relative-relocs) \
	-Wl,-z,relro,-z,now,-z,noexecstack

# Looked up when used, for `make deps` may have installed it only now.
# The static build links Debian's own static libraries with musl: their headers come after musl's.
multiarch = $(shell gcc -print-multiarch)
static_flags = -idirafter /usr/include -idirafter /usr/include/$(multiarch)
static_libs = $(foreach name,$(1),/usr/lib/$(multiarch)/lib$(name).a)
pkg_flags = $(if $(filter static,$(BUILD)),$(static_flags),$(shell $(PKG_CONFIG) --cflags inih jansson libseccomp))
# Small libraries go into the program: each shared one would cost every start of a container a sixth of a millisecond.
small_libs = -Wl,-Bstatic $(1) -Wl,-Bdynamic
pkg_libs = $(if $(filter static,$(BUILD)),$(call static_libs,jansson seccomp),$(call small_libs,$(shell $(PKG_CONFIG) --libs inih jansson libseccomp)))
c_libs = $(if $(filter static,$(BUILD)),-lc -lgcc)
often_libs = $(if $(filter static,$(BUILD)),$(call static_libs,inih) $(c_libs))
ctl_libs = $(if $(filter static,$(BUILD)),$(call static_libs,jansson),$(call small_libs,$(shell $(PKG_CONFIG) --libs jansson)))
CPPFLAGS_ALL = -D_GNU_SOURCE -I. -DREAPERD_VERSION='"$(VERSION)"' $(pkg_flags) $(CPPFLAGS)
CFLAGS_ALL = -std=gnu17 $(WARNINGS) $(FLAGS_$(BUILD)) $(HARDENING) $(CFLAGS)
LDFLAGS_ALL = $(filter -fsanitize=%,$(FLAGS_$(BUILD))) $(LINK_HARDENING) $(LDFLAGS)

standin_sources := $(if $(filter static,$(BUILD)),static/standin.c)
daemon_sources := $(foreach room,$(ROOMS),$(wildcard $(room)/*.c)) $(standin_sources)
# What one command alone runs through lies together, the C library's part of it too: fewer pages are read in.
entrypoint_sources := daemon/main.c $(wildcard daemon/base/*.c) common/clock.c common/enum.c common/text.c \
	$(patsubst %,daemon/manager/%.c,manager entrypoint environment reaping signals inherited stopping boot options settings) \
	$(patsubst %,daemon/process/%.c,process reap adopted mark) $(patsubst %,daemon/life/%.c,life jobs) \
	daemon/plan/job.c daemon/plan/run_queue.c daemon/file/path.c daemon/control/control.c
# What only answers, children and other verbs run through comes last: those pages are not read in until then.
seldom_sources := $(wildcard $(addprefix daemon/, \
	control/methods_*.c control/propert*.c control/reason.c file/dump.c file/install*.c \
	life/path.c life/socket_o*.c life/timer*.c \
	$(patsubst %,manager/%.c,checking here installing journal log_file log_rotate log_writer reload) \
	$(patsubst %,process/%.c,attributes bus* credential* director* dynamic_user filter* ipc pass sandbox* stdio terminal)))
ctl_sources := $(wildcard common/*.c ctl/*.c) $(standin_sources)
house_sources := $(filter-out daemon/main.c,$(daemon_sources))
unit_test_sources := $(wildcard tests/unit/*.c)
helper_sources := $(wildcard tests/helpers/*.c)
parent_sources := $(wildcard units/parents/*.c)
fuzz_sources := $(wildcard tests/fuzz/*.c)
# What is fuzzed of reaperctl: the rest of it has a main().
fuzzed_ctl_sources := ctl/unit_rows.c

objects = $(patsubst %.c,$(O)/obj/%.o,$(1))

all: $(O)/reaperd $(O)/reaperctl ## build reaperd and reaperctl

$(O)/reaperd: $(call objects,$(daemon_sources))
	$(SAY) LD $@
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(call objects,$(entrypoint_sources)) $(c_libs) \
		$(filter-out $(call objects,$(entrypoint_sources) $(seldom_sources)),$^) $(often_libs) \
		$(call objects,$(seldom_sources)) $(pkg_libs)

$(O)/reaperctl: $(call objects,$(ctl_sources))
	$(SAY) LD $@
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(ctl_libs)

$(O)/unit-tests: $(call objects,$(house_sources) $(unit_test_sources))
	$(SAY) LD $@
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(pkg_libs) $(shell $(PKG_CONFIG) --libs criterion)

# As a test a fuzzer runs over its corpus; BUILD=fuzz (clang) makes it look for more: see `make fuzz`.
fuzz_main = $(if $(filter fuzz,$(BUILD)),,$(O)/obj/tests/lib/replay.o)

$(O)/fuzzers/%: $(O)/obj/tests/fuzz/%.o $(call objects,$(house_sources) $(fuzzed_ctl_sources)) $(fuzz_main)
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(LDFLAGS_ALL) $(if $(fuzz_main),,-fsanitize=fuzzer) -o $@ $^ $(pkg_libs)

$(O)/helpers/%: $(O)/obj/tests/helpers/%.o
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $<

$(O)/parents/%: $(O)/obj/units/parents/%.o
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $<

$(O)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

preload_sources := $(wildcard tests/helpers/preload/*.c)

# Nothing is loaded in front of a static program, and the sanitizers allocate by themselves.
$(O)/helpers/%.so: tests/helpers/preload/%.c
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(CPPFLAGS_ALL) -std=gnu17 $(WARNINGS) -O2 -shared -fPIC -o $@ $<

helpers: $(patsubst tests/helpers/%.c,$(O)/helpers/%,$(helper_sources)) $(if $(filter release debug,$(BUILD)),$(patsubst tests/helpers/preload/%.c,$(O)/helpers/%.so,$(preload_sources))) parents
parents: $(patsubst units/parents/%.c,$(O)/parents/%,$(parent_sources))
unit-tests: $(O)/unit-tests
fuzzers: $(patsubst tests/fuzz/%.c,$(O)/fuzzers/%,$(fuzz_sources))

static: ## build/static: programs that run in an image that holds nothing else (musl)
	@command -v musl-gcc >/dev/null || scripts/deps static
	@$(MAKE) --no-print-directory BUILD=static CC=musl-gcc all
	@build/static/reaperd --version

check: ## install what the tests need, build, and run them all, on the static build too
	@scripts/deps check
	@$(MAKE) --no-print-directory all helpers unit-tests fuzzers
	@$(MAKE) --no-print-directory BUILD=static CC=musl-gcc all helpers
	@tests/run --build-folder=$(O) --also=build/static

unit: ## the tests of pure modules alone
	@$(MAKE) --no-print-directory all helpers unit-tests fuzzers
	@tests/run --build-folder=$(O) unit

system: ## the tests with real processes alone
	@$(MAKE) --no-print-directory all helpers
	@tests/run --build-folder=$(O) system

check-asan: ## all tests on a build with ASan and UBSan (minutes)
	@scripts/deps check
	@$(MAKE) --no-print-directory BUILD=asan all helpers unit-tests fuzzers
	@tests/run --build-folder=build/asan

FUZZ_SECONDS ?= 60
FUZZERS ?= $(notdir $(basename $(fuzz_sources)))

fuzz: ## each of FUZZERS for FUZZ_SECONDS, with clang; new inputs go to build/fuzz/found
	@$(MAKE) --no-print-directory BUILD=fuzz CC=clang fuzzers
	@for name in $(FUZZERS); do \
		mkdir -p build/fuzz/found/$$name && \
		build/fuzz/fuzzers/$$name -max_total_time=$(FUZZ_SECONDS) -timeout=10 -print_final_stats=1 \
			-artifact_prefix=build/fuzz/$$name- build/fuzz/found/$$name tests/fuzz/corpus/$$name || exit 1; \
	done

bench: ## measure reaperd beside others: as an entrypoint, with many services, output, questions (minutes)
	@scripts/deps static
	@$(MAKE) --no-print-directory BUILD=static CC=musl-gcc all
	@tests/bench/entrypoint
	@REAPERD_BUILD=build/static tests/bench/services
	@REAPERD_BUILD=build/static tests/bench/output
	@REAPERD_BUILD=build/static tests/bench/control

RANDOM_SCENARIOS ?= 200

check-oracle: ## all scenarios and command lines, and RANDOM_SCENARIOS made ones, under a real systemd and under reaperd (root, minutes)
	@scripts/deps check
	@$(MAKE) --no-print-directory all
	@tests/oracle/compare
	@tests/oracle/compare_commands
	@tests/oracle/compare --random=$(RANDOM_SCENARIOS) --seed=$$(date +%j)

check-packages: ## Debian's packages as they come, under reaperd and beside it systemd; makes a root (root, minutes)
	@scripts/deps packages
	@$(MAKE) --no-print-directory BUILD=static CC=musl-gcc all
	@tests/packages/answers --build build/static
	@$(MAKE) --no-print-directory deb >/dev/null
	@tests/packages/apt
	@tests/packages/users
	@tests/packages/lifecycle
	@tests/packages/image
	@tests/packages/varlink

check-beside: ## 160 further packages, unit by unit beside systemd, with its rights and a container's; makes roots (root, half an hour)
	@scripts/deps packages
	@$(MAKE) --no-print-directory BUILD=static CC=musl-gcc all
	@tests/packages/beside

# What the tests of faults do when there is time: figures in docs/faults.md.
SOAK := REAPERD_STOPS=100000 REAPERD_LAPS=10000 REAPERD_KILLS=1000 REAPERD_RELOADS=10000 REAPERD_MALLOC_STEP=1 REAPERD_SYSCALLS=all \
	REAPERD_SOUP_SECONDS=600 REAPERD_OUTPUT_BYTES=1000000000

check-soak: ## the tests of docs/faults.md at length: 100,000 stops, each allocation and system call failing (root, hours)
	@scripts/deps check
	@$(MAKE) --no-print-directory all helpers
	@$(SOAK) tests/run --build-folder=$(O) --timeout=10000 $(patsubst %,system/test_%.py,pid_reuse processes bad_days memory syscalls soup \
		escape clients output)

build/vm/vmlinuz: # Debian's kernel as an image alone: nothing is installed
	@mkdir -p build/vm && cd build/vm && name=$$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image[^ ]*\)/\1/p') && \
		{ [ -n "$$name" ] && apt-get -qq download "$$name" && dpkg-deb --fsys-tarfile linux-image-*.deb | \
			tar -x --strip-components=2 --wildcards './boot/vmlinuz*' && mv vmlinuz-* vmlinuz && rm linux-image-*.deb; } >/dev/null 2>&1 || true

check-vm: build/vm/vmlinuz ## limits of memory, CPU and tasks on a kernel of their own, in a virtual machine (a minute or more)
	@scripts/deps vm || true
	@$(MAKE) --no-print-directory BUILD=static CC=musl-gcc all
	@tests/vm/limits

demo: ## a narrated run on a real redis-server; KEEP=1 stays for you to play
	@scripts/deps demo
	@$(MAKE) --no-print-directory all helpers
	@scripts/demo $(if $(KEEP),--keep)

lint: ## rooms, formatting, lengths, and static analysis
	@scripts/lint "$(ROOMS)"

format: ## put every source file into the house's format
	@clang-format -i $(foreach room,$(ROOMS) ctl tests/unit tests/helpers tests/helpers/preload tests/fuzz tests/lib units/parents static,$(wildcard $(room)/*.[ch]))

DEB := build/deb

deb: ## Debian packages, into build/deb
	@scripts/deps deb
	@rm -rf $(DEB) && mkdir -p $(DEB)/reaperd
	@git archive HEAD | tar -x -C $(DEB)/reaperd
	@cp -r packaging/debian $(DEB)/reaperd/debian
	@cd $(DEB)/reaperd && dpkg-buildpackage --no-sign -b >../build.log 2>&1 || { tail -40 ../build.log; exit 1; }
	@rm -rf $(DEB)/reaperd
	@ls $(DEB)/*.deb

# Where systemd does not know it the drop-in is an example.
notify_reload_folders = $(if $(NOTIFY_RELOAD),$(SYSTEM_UNITS)/reaperd.service.d $(SYSTEM_UNITS)/reaperd@.service.d \
	$(USER_UNITS)/reaperd.service.d,$(PREFIX)/share/doc/reaperd/examples)

install: all parents ## into $(DESTDIR)$(PREFIX)
	install -D -m 755 $(O)/reaperd $(DESTDIR)$(PREFIX)/sbin/reaperd
	install -D -m 755 $(O)/reaperctl $(DESTDIR)$(PREFIX)/bin/reaperctl
	install -D -m 644 docs/reaperd.8 $(DESTDIR)$(PREFIX)/share/man/man8/reaperd.8
	install -D -m 644 docs/reaperd.unit.5 $(DESTDIR)$(PREFIX)/share/man/man5/reaperd.unit.5
	install -D -m 644 docs/reaperctl.1 $(DESTDIR)$(PREFIX)/share/man/man1/reaperctl.1
	install -D -m 644 packaging/completion/reaperctl.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/reaperctl
	install -D -m 644 packaging/completion/_reaperctl \
		$(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_reaperctl
	install -D -m 644 packaging/completion/reaperctl.fish \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/reaperctl.fish
	install -D -m 644 -t $(DESTDIR)$(SYSTEM_UNITS) packaging/systemd/reaperd.service \
		packaging/systemd/reaperd.socket packaging/systemd/reaperd@.service
	install -D -m 644 -t $(DESTDIR)$(USER_UNITS) $(wildcard packaging/systemd/user/*)
	for folder in $(notify_reload_folders); do \
		install -D -m 644 -t $(DESTDIR)$$folder packaging/systemd/reaperd.service.d/notify-reload.conf; done
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/lib/reaperd/parents \
		$(patsubst units/parents/%.c,$(O)/parents/%,$(parent_sources))
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/reaperd/examples $(wildcard units/*.*) $(parent_sources)

uninstall: ## take away what install put there
	rm -f $(DESTDIR)$(PREFIX)/sbin/reaperd $(DESTDIR)$(PREFIX)/bin/reaperctl \
		$(DESTDIR)$(PREFIX)/share/man/man8/reaperd.8 $(DESTDIR)$(PREFIX)/share/man/man5/reaperd.unit.5 \
		$(DESTDIR)$(PREFIX)/share/man/man1/reaperctl.1 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/reaperctl \
		$(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_reaperctl \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/reaperctl.fish
	rm -f $(patsubst %,$(DESTDIR)$(SYSTEM_UNITS)/%,reaperd.service reaperd.socket reaperd@.service) \
		$(patsubst %,$(DESTDIR)$(USER_UNITS)/%,reaperd.service reaperd.socket) \
		$(patsubst %,$(DESTDIR)%/notify-reload.conf,$(notify_reload_folders))
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/reaperd $(DESTDIR)$(PREFIX)/lib/reaperd

deps: ## install what building and testing need
	@scripts/deps check

clean: ## remove what was built
	rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: all static helpers parents unit-tests fuzzers check check-asan check-soak check-oracle check-packages check-beside check-vm unit system fuzz bench demo deb lint format install uninstall deps clean help
.DELETE_ON_ERROR:
.SECONDARY:

-include $(patsubst %.o,%.d,$(call objects,$(daemon_sources) $(ctl_sources) $(unit_test_sources) $(helper_sources) $(fuzz_sources) $(parent_sources) tests/lib/replay.c))
