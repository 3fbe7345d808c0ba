# SPDX-License-Identifier: Apache-2.0

core_libcore_la_SOURCES += \
	%D%/build.c \
	%D%/dead_letters.c \
	%D%/dead_letters.h \
	%D%/definition.c \
	%D%/definition.h \
	%D%/draft.h \
	%D%/edges.c \
	%D%/graph.h \
	%D%/line.c \
	%D%/plan.c \
	%D%/reach.c \
	%D%/text.c \
	%D%/text.h
