# SPDX-License-Identifier: Apache-2.0
# What plugins share.  Each is a small convenience library, so that a plugin
# links only what it uses.

noinst_LTLIBRARIES += %D%/liburl.la
%C%_liburl_la_SOURCES = %D%/url.c %D%/url.h
%C%_liburl_la_CPPFLAGS = $(plugin_cppflags)

# The keys of the sink and the source http.
noinst_LTLIBRARIES += %D%/libidempotency.la
%C%_libidempotency_la_SOURCES = %D%/idempotency.c %D%/idempotency.h
%C%_libidempotency_la_CPPFLAGS = $(plugin_cppflags)

noinst_LTLIBRARIES += %D%/libcsv.la
%C%_libcsv_la_SOURCES = %D%/csv.c %D%/csv.h
%C%_libcsv_la_CPPFLAGS = $(plugin_cppflags)

noinst_LTLIBRARIES += %D%/libpack.la
%C%_libpack_la_SOURCES = %D%/pack.c %D%/pack.h
%C%_libpack_la_CPPFLAGS = $(plugin_cppflags) $(ZLIB_CFLAGS) $(ZSTD_CFLAGS)
pack_libs = plugins/common/libpack.la $(ZLIB_LIBS) $(ZSTD_LIBS)

if HAVE_MARIADB
noinst_LTLIBRARIES += %D%/libmaria.la
%C%_libmaria_la_SOURCES = %D%/maria.c %D%/maria.h
%C%_libmaria_la_CPPFLAGS = $(plugin_cppflags) $(MARIADB_CFLAGS)
mariadb_libs = plugins/common/libmaria.la $(MARIADB_LIBS)
endif

if HAVE_POSTGRES
noinst_LTLIBRARIES += %D%/libpostgres.la
%C%_libpostgres_la_SOURCES = %D%/postgres.c %D%/postgres.h
%C%_libpostgres_la_CPPFLAGS = $(plugin_cppflags) $(POSTGRES_CFLAGS)
postgres_libs = plugins/common/libpostgres.la $(POSTGRES_LIBS)
endif

if HAVE_CURL
noinst_LTLIBRARIES += %D%/libfetch.la
%C%_libfetch_la_SOURCES = %D%/fetch.c %D%/fetch.h
%C%_libfetch_la_CPPFLAGS = $(plugin_cppflags) $(CURL_CFLAGS)
fetch_libs = plugins/common/libfetch.la $(CURL_LIBS)
endif

include %D%/aws/local.mk
include %D%/clean/local.mk
include %D%/kafka/local.mk
