# SPDX-License-Identifier: Apache-2.0

core_libcore_la_SOURCES += \
	%D%/arguments.c \
	%D%/catalogue.c \
	%D%/check.c \
	%D%/cli.h \
	%D%/definitions.c \
	%D%/definitions.h \
	%D%/describe.c \
	%D%/describe.h \
	%D%/execute.c \
	%D%/execute.h \
	%D%/graph.c \
	%D%/inspect.c \
	%D%/main.c \
	%D%/new.c \
	%D%/promise.c \
	%D%/promise.h \
	%D%/replay.c \
	%D%/run.c \
	%D%/state.c \
	%D%/tell.c \
	%D%/tell.h

# What `new` writes lies in skeleton/ as it is, so that it can be read, and
# compiled, there; the library carries it as text.
skeletons = \
	%D%/skeleton/source.c \
	%D%/skeleton/transform.c \
	%D%/skeleton/sink.c \
	%D%/skeleton/Makefile.txt \
	%D%/skeleton/test.sh \
	%D%/skeleton/test-source.sh \
	%D%/skeleton/test-transform.sh \
	%D%/skeleton/test-sink.sh \
	%D%/skeleton/test-end.sh
EXTRA_DIST += $(skeletons)
BUILT_SOURCES += %D%/skeletons.h
CLEANFILES += %D%/skeletons.h

%D%/skeletons.h: $(skeletons)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && for file in $^; do \
	  name=$$(basename "$${file%.*}" | tr 'A-Z-' 'a-z_'); \
	  echo "static const char skeleton_$$name[] ="; \
	  awk '/SPDX-License-Identifier/ { next } NF { begun = 1 } begun' \
	    "$$file" | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/    "&\\n"/'; \
	  echo "    ;"; \
	done >$@.tmp && mv $@.tmp $@
