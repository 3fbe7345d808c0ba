# SPDX-License-Identifier: Apache-2.0

core_libcore_la_SOURCES += \
	%D%/cache.c \
	%D%/cache.h \
	%D%/descriptor.c \
	%D%/descriptor.h \
	%D%/fault.c \
	%D%/fault.h \
	%D%/folders.c \
	%D%/folders.h \
	%D%/helper.c \
	%D%/helper.h \
	%D%/option.c \
	%D%/option.h \
	%D%/option_table.c \
	%D%/probe.c \
	%D%/probe.h \
	%D%/quantity.c \
	%D%/quantity.h \
	%D%/registry.c \
	%D%/registry.h \
	%D%/secret.c \
	%D%/secret.h \
	%D%/template.c \
	%D%/template.h \
	%D%/value.c \
	%D%/value.h \
	%D%/variable.c \
	%D%/variable.h
