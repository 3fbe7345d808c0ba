# SPDX-License-Identifier: Apache-2.0
#
# A plugin is these lines here:
#
#	sources_LTLIBRARIES += %D%/NAME.la
#	%C%_NAME_la_SOURCES = %D%/NAME.c
#	%C%_NAME_la_CPPFLAGS = $(plugin_cppflags)
#	%C%_NAME_la_LDFLAGS = $(plugin_ldflags)
#	%C%_NAME_la_LIBADD = $(plugin_libs)

sources_LTLIBRARIES += %D%/generate.la
%C%_generate_la_SOURCES = \
	%D%/generate/countries.c \
	%D%/generate/dice.h \
	%D%/generate/generate.c \
	%D%/generate/pen.h \
	%D%/generate/people.c \
	%D%/generate/pins.c \
	%D%/generate/places.c \
	%D%/generate/rows.h \
	%D%/generate/words.c %D%/generate/words.h
%C%_generate_la_CPPFLAGS = $(plugin_cppflags)
%C%_generate_la_LDFLAGS = $(plugin_ldflags)
%C%_generate_la_LIBADD = $(plugin_libs) -lm

# rds reads SQLite always, MySQL where libmariadb is, PostgreSQL where libpq is.
sources_LTLIBRARIES += %D%/rds.la
%C%_rds_la_SOURCES = \
	%D%/rds/ahead.c %D%/rds/ahead.h \
	%D%/rds/chunk.c %D%/rds/chunk.h \
	%D%/rds/convert.c %D%/rds/convert.h \
	%D%/rds/driver.c %D%/rds/driver.h \
	%D%/rds/emulate.c %D%/rds/emulate.h \
	%D%/rds/key.c %D%/rds/key.h \
	%D%/rds/lane.c %D%/rds/lane.h \
	%D%/rds/overlap.c %D%/rds/overlap.h \
	%D%/rds/pages.c %D%/rds/pages.h \
	%D%/rds/rds.c %D%/rds/rds.h \
	%D%/rds/render.c %D%/rds/render.h \
	%D%/rds/scan.h \
	%D%/rds/sql.c %D%/rds/sql.h \
	%D%/rds/sqlite.c \
	%D%/rds/table.c %D%/rds/table.h \
	%D%/rds/twister.c %D%/rds/twister.h \
	%D%/rds/wake.h \
	%D%/rds/whole.c %D%/rds/whole.h
if HAVE_MARIADB
%C%_rds_la_SOURCES += \
	%D%/rds/mysql.c \
	%D%/rds/mysql_schema.c %D%/rds/mysql_schema.h \
	%D%/rds/mysql_type.c %D%/rds/mysql_type.h \
	%D%/rds/mysql_wire.c %D%/rds/mysql_wire.h
else
%C%_rds_la_SOURCES += %D%/rds/mysql_none.c
endif
if HAVE_POSTGRES
%C%_rds_la_SOURCES += \
	%D%/rds/postgres.c \
	%D%/rds/postgres_row.c %D%/rds/postgres_row.h \
	%D%/rds/postgres_schema.c %D%/rds/postgres_schema.h
else
%C%_rds_la_SOURCES += %D%/rds/postgres_none.c
endif
%C%_rds_la_CPPFLAGS = $(plugin_cppflags) $(SQLITE_CFLAGS) $(MARIADB_CFLAGS) \
	$(POSTGRES_CFLAGS)
%C%_rds_la_LDFLAGS = $(plugin_ldflags)
%C%_rds_la_LIBADD = $(database_libs) $(plugin_libs)

sources_LTLIBRARIES += %D%/file.la
%C%_file_la_SOURCES = \
	%D%/file/cursor.c \
	%D%/file/file.c \
	%D%/file/file.h \
	%D%/file/find.c \
	%D%/file/follow.c \
	%D%/file/gunzip.c \
	%D%/file/header.c \
	%D%/file/input.c \
	%D%/file/input.h \
	%D%/file/lines.c \
	%D%/file/lines.h \
	%D%/file/reader.c \
	%D%/file/reader.h \
	%D%/file/records.c \
	%D%/file/resume.c \
	%D%/file/rotated.c \
	%D%/file/rotated.h \
	%D%/file/rules.c \
	%D%/file/table.c \
	%D%/file/table.h \
	%D%/file/unpack.c \
	%D%/file/unpack.h \
	%D%/file/unzstd.c
%C%_file_la_CPPFLAGS = $(plugin_cppflags) $(ZLIB_CFLAGS) $(ZSTD_CFLAGS)
%C%_file_la_LDFLAGS = $(plugin_ldflags)
%C%_file_la_LIBADD = plugins/common/libcsv.la $(clean_libs) $(ZLIB_LIBS) \
	$(ZSTD_LIBS)

if HAVE_MICROHTTPD
sources_LTLIBRARIES += %D%/http.la
endif
%C%_http_la_SOURCES = \
	%D%/http/clerk.c \
	%D%/http/desk.c %D%/http/desk.h \
	%D%/http/desk_settle.c \
	%D%/http/emit.c \
	%D%/http/entry.c %D%/http/entry.h \
	%D%/http/frames.c %D%/http/frames.h \
	%D%/http/http.c %D%/http/http.h \
	%D%/http/keys.c %D%/http/keys.h %D%/http/keys_check.c \
	%D%/http/keys_parts.h %D%/http/keys_scope.c \
	%D%/http/reply.c %D%/http/reply.h \
	%D%/http/request.c %D%/http/request.h \
	%D%/http/request_parts.h \
	%D%/http/request_value.c \
	%D%/http/route.c %D%/http/route.h \
	%D%/http/runs.c %D%/http/runs.h \
	%D%/http/scan.c %D%/http/scan.h \
	%D%/http/server.c %D%/http/server.h \
	%D%/http/server_answer.c \
	%D%/http/server_call.c \
	%D%/http/server_open.c \
	%D%/http/server_topics.c \
	%D%/http/spool.c %D%/http/spool.h \
	%D%/http/spool_open.c \
	%D%/http/spooler.c \
	%D%/http/ticket.c %D%/http/ticket.h
%C%_http_la_CPPFLAGS = $(plugin_cppflags) $(MICROHTTPD_CFLAGS) \
	$(JSON_CFLAGS) $(ZLIB_CFLAGS)
%C%_http_la_LDFLAGS = $(plugin_ldflags)
%C%_http_la_LIBADD = plugins/common/libidempotency.la \
	plugins/common/libsync.la $(plugin_libs) \
	$(MICROHTTPD_LIBS) $(JSON_LIBS) $(ZLIB_LIBS) $(PTHREAD_LIBS)

if HAVE_KAFKA
sources_LTLIBRARIES += %D%/kafka.la
%C%_kafka_la_SOURCES = \
	%D%/kafka/commits.c \
	%D%/kafka/group.c \
	%D%/kafka/inbox.c %D%/kafka/inbox.h \
	%D%/kafka/kafka.c %D%/kafka/kafka.h \
	%D%/kafka/life.c %D%/kafka/life.h \
	%D%/kafka/member.c \
	%D%/kafka/row.c %D%/kafka/row.h \
	%D%/kafka/share.c %D%/kafka/share.h \
	%D%/kafka/topics.c
%C%_kafka_la_CPPFLAGS = $(plugin_cppflags) $(KAFKA_CFLAGS)
%C%_kafka_la_LDFLAGS = $(plugin_ldflags)
%C%_kafka_la_LIBADD = $(kafka_libs) $(plugin_libs)
endif
