# SPDX-License-Identifier: Apache-2.0
# The core: one convenience library that the tests link whole, and from it
# libmillrace, which exports what the public headers declare.

millraceincludedir = $(includedir)/millrace
millraceinclude_HEADERS = \
	%D%/include/millrace/batch.h \
	%D%/include/millrace/json.h \
	%D%/include/millrace/plugin.h \
	%D%/include/millrace/stage.h
pkgconfig_DATA += %D%/millrace.pc

noinst_LTLIBRARIES += %D%/libcore.la
%C%_libcore_la_CPPFLAGS = $(AM_CPPFLAGS) \
	-DPLUGIN_DIR='"$(pkglibdir)"' \
	$(JSON_CFLAGS) $(CONFIG_CFLAGS) $(SQLITE_CFLAGS) $(ZLIB_CFLAGS)
%C%_libcore_la_LIBADD = $(LTDL_LIBS) $(JSON_LIBS) $(CONFIG_LIBS) \
	$(SQLITE_LIBS) $(ZLIB_LIBS) $(PTHREAD_LIBS) -lm
%C%_libcore_la_SOURCES =

include %D%/record/local.mk
include %D%/bus/local.mk
include %D%/plugin/local.mk
include %D%/pipeline/local.mk
include %D%/runtime/local.mk
include %D%/cli/local.mk

lib_LTLIBRARIES += %D%/libmillrace.la
%C%_libmillrace_la_SOURCES =
%C%_libmillrace_la_LIBADD = %D%/libcore.la
%C%_libmillrace_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 \
	-export-symbols-regex '^mill_'

bin_PROGRAMS += %D%/millrace
%C%_millrace_SOURCES = %D%/cli/program.c
%C%_millrace_LDADD = %D%/libmillrace.la
