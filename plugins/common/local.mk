# SPDX-License-Identifier: Apache-2.0
# What plugins share.  Each is a small convenience library, so that a plugin
# links only what it uses.

noinst_HEADERS += %D%/clock.h

noinst_LTLIBRARIES += %D%/liburl.la
%C%_liburl_la_SOURCES = %D%/url.c %D%/url.h
%C%_liburl_la_CPPFLAGS = $(plugin_cppflags)

# The keys of the sink and the source http.
noinst_LTLIBRARIES += %D%/libidempotency.la
%C%_libidempotency_la_SOURCES = %D%/idempotency.c %D%/idempotency.h
%C%_libidempotency_la_CPPFLAGS = $(plugin_cppflags)

noinst_LTLIBRARIES += %D%/libsync.la
%C%_libsync_la_SOURCES = %D%/sync.c %D%/sync.h
%C%_libsync_la_CPPFLAGS = $(plugin_cppflags)

noinst_LTLIBRARIES += %D%/libcsv.la
%C%_libcsv_la_SOURCES = %D%/csv.c %D%/csv.h
%C%_libcsv_la_CPPFLAGS = $(plugin_cppflags)

noinst_LTLIBRARIES += %D%/libpack.la
%C%_libpack_la_SOURCES = %D%/pack.c %D%/pack.h
%C%_libpack_la_CPPFLAGS = $(plugin_cppflags) $(ZLIB_CFLAGS) $(ZSTD_CFLAGS)
pack_libs = plugins/common/libpack.la $(ZLIB_LIBS) $(ZSTD_LIBS)

# Databases: their urls always, the rest where the library is.
noinst_LTLIBRARIES += %D%/libdatabase.la
%C%_libdatabase_la_SOURCES = %D%/database.c %D%/database.h %D%/hangup.c \
	%D%/hangup.h %D%/lite.c %D%/lite.h
%C%_libdatabase_la_CPPFLAGS = $(plugin_cppflags) $(SQLITE_CFLAGS) \
	$(MARIADB_CFLAGS) $(POSTGRES_CFLAGS)
database_libs = plugins/common/libdatabase.la plugins/common/liburl.la \
	$(SQLITE_LIBS) $(MARIADB_LIBS) $(POSTGRES_LIBS) $(PTHREAD_LIBS)
if HAVE_MARIADB
%C%_libdatabase_la_SOURCES += %D%/maria.c %D%/maria.h %D%/maria_url.c
else
%C%_libdatabase_la_SOURCES += %D%/maria_none.c
endif
if HAVE_POSTGRES
%C%_libdatabase_la_SOURCES += %D%/postgres.c %D%/postgres.h %D%/postgres_url.c
else
%C%_libdatabase_la_SOURCES += %D%/postgres_none.c
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
