# SPDX-License-Identifier: Apache-2.0
# libFuzzer targets; tests/run builds them with --enable-fuzzers and clang, and
# runs each from its seeds in corpus/NAME.

EXTRA_DIST += %D%/corpus

fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer

if ENABLE_FUZZERS
noinst_PROGRAMS += \
	%D%/cast \
	%D%/csv \
	%D%/definition \
	%D%/idempotency \
	%D%/json \
	%D%/option \
	%D%/request \
	%D%/url \
	%D%/where
endif

%C%_definition_SOURCES = %D%/definition.c \
	tests/core/fake_registry.c tests/core/fake_registry.h
%C%_definition_LDFLAGS = $(fuzz_ldflags)
%C%_idempotency_SOURCES = %D%/idempotency.c
%C%_idempotency_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins/common
%C%_idempotency_LDADD = plugins/common/libidempotency.la $(LDADD)
%C%_idempotency_LDFLAGS = $(fuzz_ldflags)
%C%_json_SOURCES = %D%/json.c
%C%_json_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE
%C%_json_LDADD = $(LDADD) $(JSON_LIBS)
%C%_json_LDFLAGS = $(fuzz_ldflags)
%C%_option_SOURCES = %D%/option.c
%C%_option_LDFLAGS = $(fuzz_ldflags)
%C%_request_SOURCES = %D%/request.c plugins/sources/http/entry.c \
	plugins/sources/http/request.c plugins/sources/http/request_value.c \
	plugins/sources/http/scan.c
%C%_request_LDADD = $(LDADD) $(ZLIB_LIBS)
%C%_request_LDFLAGS = $(fuzz_ldflags)
%C%_url_SOURCES = %D%/url.c
%C%_url_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins/common
%C%_url_LDADD = plugins/common/liburl.la $(LDADD)
%C%_url_LDFLAGS = $(fuzz_ldflags)

%C%_csv_SOURCES = %D%/csv.c
%C%_csv_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins/common
%C%_csv_LDADD = plugins/common/libcsv.la $(LDADD)
%C%_csv_LDFLAGS = $(fuzz_ldflags)

%C%_cast_SOURCES = %D%/cast.c
%C%_cast_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins/common
%C%_cast_LDADD = plugins/common/clean/libclean.la $(LDADD)
%C%_cast_LDFLAGS = $(fuzz_ldflags)
%C%_where_SOURCES = %D%/where.c \
	plugins/transforms/filter/compare.c \
	plugins/transforms/filter/evaluate.c \
	plugins/transforms/filter/lexer.c \
	plugins/transforms/filter/parser.c
%C%_where_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins \
	-I$(top_srcdir)/plugins/common
%C%_where_LDADD = plugins/common/clean/libclean.la $(LDADD)
%C%_where_LDFLAGS = $(fuzz_ldflags)

# What a MySQL server sends.
if HAVE_MARIADB
if ENABLE_FUZZERS
noinst_PROGRAMS += %D%/wire
endif
endif
%C%_wire_SOURCES = %D%/wire.c \
	plugins/sources/rds/mysql_wire.c plugins/sources/rds/mysql_wire.h \
	plugins/sources/rds/wake.h
%C%_wire_CPPFLAGS = $(AM_CPPFLAGS) $(MARIADB_CFLAGS)
%C%_wire_LDADD = $(MARIADB_LIBS)
%C%_wire_LDFLAGS = $(fuzz_ldflags)

# Profiles of AWS's tools.
if HAVE_AWS
if ENABLE_FUZZERS
noinst_PROGRAMS += %D%/ini
endif
endif
%C%_ini_SOURCES = %D%/ini.c plugins/common/aws/ini.c plugins/common/aws/ini.h
%C%_ini_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE -I$(top_srcdir)/plugins/common
%C%_ini_LDFLAGS = $(fuzz_ldflags)

# Marks that the sink kafka keeps at the brokers.
if HAVE_KAFKA
if ENABLE_FUZZERS
noinst_PROGRAMS += %D%/marks
endif
endif
%C%_marks_SOURCES = %D%/marks.c plugins/sinks/kafka/marks.c \
	plugins/sinks/kafka/marks.h
%C%_marks_LDFLAGS = $(fuzz_ldflags)
