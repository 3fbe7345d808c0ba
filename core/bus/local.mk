# SPDX-License-Identifier: Apache-2.0

core_libcore_la_SOURCES += \
	%D%/channel.c \
	%D%/channel.h \
	%D%/gate.c \
	%D%/gate.h \
	%D%/ledger.c \
	%D%/ledger.h \
	%D%/ledger_lane.c \
	%D%/ledger_outcome.c \
	%D%/ledger_parts.h \
	%D%/ring.c \
	%D%/ring.h \
	%D%/spill.c \
	%D%/spill.h
