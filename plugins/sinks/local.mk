# SPDX-License-Identifier: Apache-2.0
#
# A plugin is these lines here:
#
#	sinks_LTLIBRARIES += %D%/NAME.la
#	%C%_NAME_la_SOURCES = %D%/NAME.c
#	%C%_NAME_la_CPPFLAGS = $(plugin_cppflags)
#	%C%_NAME_la_LDFLAGS = $(plugin_ldflags)
#	%C%_NAME_la_LIBADD = $(plugin_libs)

sinks_LTLIBRARIES += %D%/file.la %D%/null.la %D%/stdout.la
%C%_file_la_SOURCES = \
	%D%/file/append.c \
	%D%/file/cut.c \
	%D%/file/cut.h \
	%D%/file/durable.c \
	%D%/file/durable.h \
	%D%/file/file.c \
	%D%/file/hashmap.c \
	%D%/file/hashmap.h \
	%D%/file/lines.c \
	%D%/file/lines.h \
	%D%/file/moving.c \
	%D%/file/output.c \
	%D%/file/output.h \
	%D%/file/part.c \
	%D%/file/publish.c \
	%D%/file/record.c \
	%D%/file/record.h \
	%D%/file/reserve.c \
	%D%/file/reserve.h \
	%D%/file/restore.c \
	%D%/file/rotate.c \
	%D%/file/rows.c \
	%D%/file/rows.h \
	%D%/file/sheet.c \
	%D%/file/sheet.h \
	%D%/file/sink.c \
	%D%/file/sink.h
%C%_file_la_CPPFLAGS = $(plugin_cppflags)
%C%_file_la_LDFLAGS = $(plugin_ldflags)
%C%_file_la_LIBADD = plugins/common/libcsv.la plugins/common/libsync.la \
	$(pack_libs) $(plugin_libs)

%C%_null_la_SOURCES = %D%/null.c
%C%_null_la_CPPFLAGS = $(plugin_cppflags)
%C%_null_la_LDFLAGS = $(plugin_ldflags)
%C%_null_la_LIBADD = $(plugin_libs)

%C%_stdout_la_SOURCES = \
	%D%/file/hashmap.c \
	%D%/file/hashmap.h \
	%D%/file/rows.c \
	%D%/file/rows.h \
	%D%/stdout.c
%C%_stdout_la_CPPFLAGS = $(plugin_cppflags)
%C%_stdout_la_LDFLAGS = $(plugin_ldflags)
%C%_stdout_la_LIBADD = $(plugin_libs)

# sql writes SQLite always, MySQL where libmariadb is, PostgreSQL where libpq
# is.
sinks_LTLIBRARIES += %D%/sql.la
%C%_sql_la_SOURCES = \
	%D%/sql/answer.c %D%/sql/answer.h \
	%D%/sql/driver.c %D%/sql/driver.h \
	%D%/sql/kind.c %D%/sql/kind.h \
	%D%/sql/queries.c \
	%D%/sql/session.c \
	%D%/sql/sql.c %D%/sql/sql.h \
	%D%/sql/sqlite.c \
	%D%/sql/sqlite_bind.c %D%/sql/sqlite_bind.h \
	%D%/sql/table.c %D%/sql/table.h \
	%D%/sql/target.c \
	%D%/sql/text.c %D%/sql/text.h \
	%D%/sql/write.c
if HAVE_MARIADB
%C%_sql_la_SOURCES += \
	%D%/sql/mysql.c \
	%D%/sql/mysql_row.c %D%/sql/mysql_row.h \
	%D%/sql/mysql_error.c %D%/sql/mysql_error.h \
	%D%/sql/mysql_type.c %D%/sql/mysql_type.h \
	%D%/sql/mysql_verify.c %D%/sql/mysql_verify.h
else
%C%_sql_la_SOURCES += %D%/sql/mysql_none.c
endif
if HAVE_POSTGRES
%C%_sql_la_SOURCES += \
	%D%/sql/postgres.c \
	%D%/sql/postgres_copy.c %D%/sql/postgres_copy.h \
	%D%/sql/postgres_insert.c %D%/sql/postgres_insert.h \
	%D%/sql/postgres_type.c %D%/sql/postgres_type.h
else
%C%_sql_la_SOURCES += %D%/sql/postgres_none.c
endif
%C%_sql_la_CPPFLAGS = $(plugin_cppflags) $(SQLITE_CFLAGS) $(MARIADB_CFLAGS) \
	$(POSTGRES_CFLAGS)
%C%_sql_la_LDFLAGS = $(plugin_ldflags)
%C%_sql_la_LIBADD = $(database_libs) $(plugin_libs)

# kafka needs librdkafka, and isn't built without it.
if HAVE_KAFKA
sinks_LTLIBRARIES += %D%/kafka.la
%C%_kafka_la_SOURCES = \
	%D%/kafka/admin.c \
	%D%/kafka/deliver.c \
	%D%/kafka/kafka.c \
	%D%/kafka/marks.c %D%/kafka/marks.h \
	%D%/kafka/message.c \
	%D%/kafka/parcel.c %D%/kafka/parcel.h \
	%D%/kafka/session.c \
	%D%/kafka/sink.h \
	%D%/kafka/topic.c \
	%D%/kafka/transact.c %D%/kafka/transact.h
%C%_kafka_la_CPPFLAGS = $(plugin_cppflags) $(KAFKA_CFLAGS)
%C%_kafka_la_LDFLAGS = $(plugin_ldflags)
%C%_kafka_la_LIBADD = $(kafka_libs) $(plugin_libs) $(PTHREAD_LIBS)
endif

# http needs libcurl, and isn't built without it.
if HAVE_CURL
sinks_LTLIBRARIES += %D%/http.la
%C%_http_la_SOURCES = \
	%D%/http/answer.c \
	%D%/http/format.c \
	%D%/http/http.c \
	%D%/http/http.h \
	%D%/http/kinesis.c \
	%D%/http/lanes.c \
	%D%/http/request.c \
	%D%/http/rest_proxy.c \
	%D%/http/transfer.c \
	%D%/http/write.c
if HAVE_AWS
%C%_http_la_SOURCES += %D%/http/sign.c
else
%C%_http_la_SOURCES += %D%/http/sign_none.c
endif
%C%_http_la_CPPFLAGS = $(plugin_cppflags) $(CURL_CFLAGS) \
	-DMILL_VERSION='"$(PACKAGE_VERSION)"'
%C%_http_la_LDFLAGS = $(plugin_ldflags)
%C%_http_la_LIBADD = plugins/common/libidempotency.la $(pack_libs) \
	$(aws_libs) $(plugin_libs) $(CURL_LIBS)
endif
