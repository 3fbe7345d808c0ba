# SPDX-License-Identifier: Apache-2.0
# What tests/bench/run measures with; no test of its own.

noinst_PROGRAMS += %D%/make_rows
%C%_make_rows_SOURCES = %D%/make_rows.c
%C%_make_rows_LDADD =

if HAVE_MARIADB
noinst_PROGRAMS += %D%/mysql_fetch
%C%_mysql_fetch_SOURCES = %D%/mysql_fetch.c
%C%_mysql_fetch_CFLAGS = $(AM_CFLAGS) $(MARIADB_CFLAGS)
%C%_mysql_fetch_LDADD = $(MARIADB_LIBS)
endif

if HAVE_POSTGRES
noinst_PROGRAMS += %D%/pg_copy
%C%_pg_copy_SOURCES = %D%/pg_copy.c
%C%_pg_copy_CFLAGS = $(AM_CFLAGS) $(POSTGRES_CFLAGS)
%C%_pg_copy_LDADD = $(POSTGRES_LIBS)
endif

EXTRA_DIST += \
	%D%/run \
	%D%/databases.py \
	%D%/f.cfg \
	%D%/g.cfg \
	%D%/i.cfg \
	%D%/i-objects.cfg \
	%D%/topics.py \
	%D%/h.cfg \
	%D%/messages.py \
	%D%/k.cfg \
	%D%/posts.py \
	%D%/q.cfg \
	%D%/checksum.py \
	%D%/latency.py \
	%D%/measure.py \
	%D%/report.py \
	%D%/a.cfg \
	%D%/b.cfg \
	%D%/c.cfg \
	%D%/d.cfg \
	%D%/e.cfg \
	%D%/e-pipe.cfg \
	%D%/rsyslog-a.conf \
	%D%/rsyslog-b.conf \
	%D%/rsyslog-e.conf

# What one row costs in core/record; run by hand.
noinst_PROGRAMS += %D%/record
%C%_record_SOURCES = %D%/record.c
