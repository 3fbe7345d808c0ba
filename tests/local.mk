# SPDX-License-Identifier: Apache-2.0
# Each test is one program: tests/core/test_WHAT.c, tests/plugins/test_KIND_NAME.c,
# with suite.c for its main().  Each has its own check_PROGRAMS line, right above
# its sources, so that lines of several hands merge:
#
#	check_PROGRAMS += %D%/core/test_ring
#	%C%_core_test_ring_SOURCES = %D%/core/test_ring.c $(TEST_SHARED)
#
# A plugin on the bench (harness.h):
#
#	check_PROGRAMS += %D%/plugins/test_sink_file
#	%C%_plugins_test_sink_file_SOURCES = \
#		%D%/plugins/test_sink_file.c $(TEST_BENCH)
#	%C%_plugins_test_sink_file_LDFLAGS = $(bench_ldflags)
#
# Whole pipelines are scripts in e2e/; tests/run finds them there.

TEST_SHARED = %D%/suite.c %D%/suite.h
TEST_BATCH = %D%/core/one_batch.c %D%/core/one_batch.h $(TEST_SHARED)
TEST_PACK = %D%/core/pack_parts.c %D%/core/pack_parts.h $(TEST_BATCH)
TEST_MEMORY = %D%/short_memory.c %D%/short_memory.h $(TEST_SHARED)
TEST_BENCH = %D%/harness.c %D%/harness_calls.c %D%/harness.h \
	%D%/harness_parts.h $(TEST_SHARED)

# A plugin finds the program's mill_ functions before libmillrace's, so the
# whole core has to be in the program.
bench_ldflags = $(AM_LDFLAGS) -export-dynamic \
	-Wl,--whole-archive,core/.libs/libcore.a,--no-whole-archive

AM_CPPFLAGS += -I$(top_srcdir)/tests $(CHECK_CFLAGS) $(CONFIG_CFLAGS) \
	$(JSON_CFLAGS)
LDADD = core/libcore.la $(CHECK_LIBS)

check_PROGRAMS += %D%/core/test_abi
%C%_core_test_abi_SOURCES = %D%/core/test_abi.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_arena
%C%_core_test_arena_SOURCES = %D%/core/test_arena.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_batch
%C%_core_test_batch_SOURCES = %D%/core/test_batch.c $(TEST_BATCH)

check_PROGRAMS += %D%/core/test_books
%C%_core_test_books_SOURCES = %D%/core/test_books.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_cache
%C%_core_test_cache_SOURCES = %D%/core/test_cache.c $(TEST_SHARED)
check_PROGRAMS += %D%/core/test_buffer
%C%_core_test_buffer_SOURCES = %D%/core/test_buffer.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_channel
%C%_core_test_channel_SOURCES = %D%/core/test_channel.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_columns
%C%_core_test_columns_SOURCES = %D%/core/test_columns.c $(TEST_BATCH)

check_PROGRAMS += %D%/core/test_decode
%C%_core_test_decode_SOURCES = %D%/core/test_decode.c $(TEST_BATCH)

check_PROGRAMS += %D%/core/test_definition
%C%_core_test_definition_SOURCES = %D%/core/test_definition.c \
	%D%/core/fake_registry.c %D%/core/fake_registry.h $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_fault
%C%_core_test_fault_SOURCES = %D%/core/test_fault.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_gate
%C%_core_test_gate_SOURCES = %D%/core/test_gate.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_helper
%C%_core_test_helper_SOURCES = %D%/core/test_helper.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_json_index
%C%_core_test_json_index_SOURCES = %D%/core/test_json_index.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_json_read
%C%_core_test_json_read_SOURCES = %D%/core/test_json_read.c \
	%D%/core/json_cases.h %D%/core/json_cases_read.c \
	%D%/core/json_cases_refused_numbers.c \
	%D%/core/json_cases_refused_structures.c \
	%D%/core/json_cases_refused_texts.c $(TEST_BATCH)

check_PROGRAMS += %D%/core/test_json_write
%C%_core_test_json_write_SOURCES = %D%/core/test_json_write.c $(TEST_BATCH)

check_PROGRAMS += %D%/core/test_ledger
%C%_core_test_ledger_SOURCES = %D%/core/test_ledger.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_memo
%C%_core_test_memo_SOURCES = %D%/core/test_memo.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_option
%C%_core_test_option_SOURCES = %D%/core/test_option.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_pack
%C%_core_test_pack_SOURCES = %D%/core/test_pack.c $(TEST_PACK)

check_PROGRAMS += %D%/core/test_pack_refused
%C%_core_test_pack_refused_SOURCES = %D%/core/test_pack_refused.c \
	%D%/short_memory.c %D%/short_memory.h $(TEST_PACK)
%C%_core_test_pack_refused_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

check_PROGRAMS += %D%/core/test_promise
%C%_core_test_promise_SOURCES = %D%/core/test_promise.c $(TEST_SHARED)
check_PROGRAMS += %D%/core/test_option_table
%C%_core_test_option_table_SOURCES = %D%/core/test_option_table.c \
	$(TEST_SHARED)

check_PROGRAMS += %D%/core/test_quantity
%C%_core_test_quantity_SOURCES = %D%/core/test_quantity.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_record_memory
%C%_core_test_record_memory_SOURCES = %D%/core/test_record_memory.c \
	$(TEST_MEMORY)
%C%_core_test_record_memory_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

check_PROGRAMS += %D%/core/test_registry
%C%_core_test_registry_SOURCES = %D%/core/test_registry.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_ring
%C%_core_test_ring_SOURCES = %D%/core/test_ring.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_spill
%C%_core_test_spill_SOURCES = %D%/core/test_spill.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_store
%C%_core_test_store_SOURCES = %D%/core/test_store.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_part
%C%_core_test_part_SOURCES = %D%/core/test_part.c $(TEST_BATCH)

check_PROGRAMS += %D%/core/test_sweep
%C%_core_test_sweep_SOURCES = %D%/core/test_sweep.c $(TEST_BATCH)

check_PROGRAMS += %D%/core/test_template
%C%_core_test_template_SOURCES = %D%/core/test_template.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_time
%C%_core_test_time_SOURCES = %D%/core/test_time.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_utf8
%C%_core_test_utf8_SOURCES = %D%/core/test_utf8.c $(TEST_SHARED)

check_PROGRAMS += %D%/core/test_value
%C%_core_test_value_SOURCES = %D%/core/test_value.c $(TEST_SHARED)

check_PROGRAMS += %D%/test_harness
%C%_test_harness_SOURCES = %D%/test_harness.c $(TEST_BENCH)
%C%_test_harness_LDFLAGS = $(bench_ldflags)

include %D%/faults/local.mk
include %D%/fuzz/local.mk
include %D%/plugins-bad/local.mk
include %D%/plugins-test/local.mk

# Scripts and what they read go into the tarball by the folder.
EXTRA_DIST += %D%/definitions %D%/e2e %D%/lib %D%/lint %D%/out-of-tree %D%/run \
	%D%/services
include %D%/bench/local.mk

check_PROGRAMS += %D%/plugins/test_common_url
%C%_plugins_test_common_url_SOURCES = \
	%D%/plugins/test_common_url.c $(TEST_SHARED)
%C%_plugins_test_common_url_CPPFLAGS = $(AM_CPPFLAGS) $(plugin_cppflags)
%C%_plugins_test_common_url_LDADD = plugins/common/liburl.la $(LDADD)

if HAVE_KAFKA
check_PROGRAMS += %D%/plugins/test_source_kafka
%C%_plugins_test_source_kafka_SOURCES = %D%/plugins/test_source_kafka.c \
	plugins/sources/kafka/life.c plugins/sources/kafka/row.c \
	plugins/sources/kafka/share.c $(TEST_SHARED)
%C%_plugins_test_source_kafka_CPPFLAGS = $(AM_CPPFLAGS) $(KAFKA_CFLAGS)
%C%_plugins_test_source_kafka_LDADD = $(LDADD) $(KAFKA_LIBS)

check_PROGRAMS += %D%/plugins/test_source_kafka_commits
%C%_plugins_test_source_kafka_commits_SOURCES = \
	%D%/plugins/test_source_kafka_commits.c \
	%D%/plugins/kafka_mock.c %D%/plugins/kafka_mock.h $(TEST_BENCH)
%C%_plugins_test_source_kafka_commits_CPPFLAGS = $(AM_CPPFLAGS) $(KAFKA_CFLAGS)
%C%_plugins_test_source_kafka_commits_LDFLAGS = $(bench_ldflags)
%C%_plugins_test_source_kafka_commits_LDADD = $(LDADD) $(KAFKA_LIBS)
endif

check_PROGRAMS += %D%/plugins/test_common_idempotency
%C%_plugins_test_common_idempotency_SOURCES = \
	%D%/plugins/test_common_idempotency.c $(TEST_SHARED)
%C%_plugins_test_common_idempotency_CPPFLAGS = \
	$(AM_CPPFLAGS) $(plugin_cppflags)
%C%_plugins_test_common_idempotency_LDADD = \
	plugins/common/libidempotency.la $(LDADD)
if HAVE_CURL
check_PROGRAMS += %D%/plugins/test_common_fetch
%C%_plugins_test_common_fetch_SOURCES = \
	%D%/plugins/test_common_fetch.c $(TEST_SHARED)
%C%_plugins_test_common_fetch_CPPFLAGS = $(AM_CPPFLAGS) $(plugin_cppflags)
%C%_plugins_test_common_fetch_LDADD = $(fetch_libs) $(LDADD)
endif

if HAVE_AWS
aws_cppflags = $(AM_CPPFLAGS) $(plugin_cppflags) $(CRYPTO_CFLAGS)

check_PROGRAMS += %D%/plugins/test_common_aws_memory
%C%_plugins_test_common_aws_memory_SOURCES = \
	%D%/plugins/test_common_aws_memory.c $(TEST_MEMORY)
%C%_plugins_test_common_aws_memory_CPPFLAGS = $(aws_cppflags)
%C%_plugins_test_common_aws_memory_LDADD = $(aws_libs) $(LDADD)
%C%_plugins_test_common_aws_memory_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

check_PROGRAMS += %D%/plugins/test_common_credentials
%C%_plugins_test_common_credentials_SOURCES = \
	%D%/plugins/test_common_credentials.c $(TEST_SHARED)
%C%_plugins_test_common_credentials_CPPFLAGS = $(aws_cppflags)
%C%_plugins_test_common_credentials_LDADD = $(aws_libs) $(LDADD)

check_PROGRAMS += %D%/plugins/test_common_ini
%C%_plugins_test_common_ini_SOURCES = \
	%D%/plugins/test_common_ini.c $(TEST_SHARED)
%C%_plugins_test_common_ini_CPPFLAGS = $(aws_cppflags)
%C%_plugins_test_common_ini_LDADD = $(aws_libs) $(LDADD)

check_PROGRAMS += %D%/plugins/test_common_sigv4
%C%_plugins_test_common_sigv4_SOURCES = \
	%D%/plugins/test_common_sigv4.c $(TEST_SHARED)
%C%_plugins_test_common_sigv4_CPPFLAGS = $(aws_cppflags)
%C%_plugins_test_common_sigv4_LDADD = $(aws_libs) $(LDADD)
endif
include %D%/aws/local.mk
check_PROGRAMS += %D%/plugins/test_common_csv
%C%_plugins_test_common_csv_SOURCES = \
	%D%/plugins/test_common_csv.c $(TEST_SHARED)
%C%_plugins_test_common_csv_CPPFLAGS = $(AM_CPPFLAGS) $(plugin_cppflags)
%C%_plugins_test_common_csv_LDADD = plugins/common/libcsv.la $(LDADD)

check_PROGRAMS += %D%/plugins/test_source_rds
%C%_plugins_test_source_rds_SOURCES = %D%/plugins/test_source_rds.c \
	%D%/plugins/sqlite_file.c %D%/plugins/sqlite_file.h $(TEST_BENCH)
%C%_plugins_test_source_rds_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
%C%_plugins_test_source_rds_LDFLAGS = $(bench_ldflags)
%C%_plugins_test_source_rds_LDADD = $(LDADD) $(SQLITE_LIBS)

check_PROGRAMS += %D%/plugins/test_source_rds_json
%C%_plugins_test_source_rds_json_SOURCES = %D%/plugins/test_source_rds_json.c \
	%D%/plugins/sqlite_file.c %D%/plugins/sqlite_file.h $(TEST_BENCH)
%C%_plugins_test_source_rds_json_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
%C%_plugins_test_source_rds_json_LDFLAGS = $(bench_ldflags)
%C%_plugins_test_source_rds_json_LDADD = $(LDADD) $(SQLITE_LIBS)

check_PROGRAMS += %D%/plugins/test_sink_sql
%C%_plugins_test_sink_sql_SOURCES = %D%/plugins/test_sink_sql.c \
	%D%/plugins/sqlite_file.c %D%/plugins/sqlite_file.h $(TEST_BENCH)
%C%_plugins_test_sink_sql_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
%C%_plugins_test_sink_sql_LDFLAGS = $(bench_ldflags)
%C%_plugins_test_sink_sql_LDADD = $(LDADD) $(SQLITE_LIBS)

# The cleaners and their library, filter, fields, generate.
check_PROGRAMS += \
	%D%/plugins/test_common_clean \
	%D%/plugins/test_source_generate \
	%D%/plugins/test_transform_clean_geo \
	%D%/plugins/test_transform_clean_pin \
	%D%/plugins/test_transform_clean_user \
	%D%/plugins/test_transform_fields \
	%D%/plugins/test_transform_filter
%C%_plugins_test_source_generate_SOURCES = \
	%D%/plugins/test_source_generate.c $(TEST_BENCH)
%C%_plugins_test_source_generate_LDFLAGS = $(bench_ldflags)
%C%_plugins_test_transform_fields_SOURCES = \
	%D%/plugins/test_transform_fields.c $(TEST_BENCH)
%C%_plugins_test_transform_fields_LDFLAGS = $(bench_ldflags)
%C%_plugins_test_transform_filter_SOURCES = \
	%D%/plugins/test_transform_filter.c $(TEST_BENCH)
%C%_plugins_test_transform_filter_LDFLAGS = $(bench_ldflags)
%C%_plugins_test_common_clean_SOURCES = \
	%D%/plugins/test_common_clean.c $(TEST_SHARED)
%C%_plugins_test_common_clean_CPPFLAGS = $(AM_CPPFLAGS) $(plugin_cppflags)
%C%_plugins_test_common_clean_LDADD = plugins/common/clean/libclean.la $(LDADD)
%C%_plugins_test_transform_clean_geo_SOURCES = \
	%D%/plugins/test_transform_clean_geo.c $(TEST_BENCH)
%C%_plugins_test_transform_clean_geo_LDFLAGS = $(bench_ldflags)
%C%_plugins_test_transform_clean_pin_SOURCES = \
	%D%/plugins/test_transform_clean_pin.c $(TEST_BENCH)
%C%_plugins_test_transform_clean_pin_LDFLAGS = $(bench_ldflags)
%C%_plugins_test_transform_clean_user_SOURCES = \
	%D%/plugins/test_transform_clean_user.c $(TEST_BENCH)
%C%_plugins_test_transform_clean_user_LDFLAGS = $(bench_ldflags)

check_PROGRAMS += %D%/plugins/test_source_file
%C%_plugins_test_source_file_SOURCES = %D%/plugins/test_source_file.c \
	$(TEST_BENCH)
%C%_plugins_test_source_file_LDFLAGS = $(bench_ldflags)

check_PROGRAMS += %D%/plugins/test_source_file_parts
%C%_plugins_test_source_file_parts_SOURCES = \
	%D%/plugins/test_source_file_parts.c \
	plugins/sources/file/cursor.c plugins/sources/file/gunzip.c \
	plugins/sources/file/unpack.c plugins/sources/file/unzstd.c \
	$(TEST_SHARED)
%C%_plugins_test_source_file_parts_CPPFLAGS = $(AM_CPPFLAGS) \
	$(plugin_cppflags) $(ZLIB_CFLAGS) $(ZSTD_CFLAGS)
%C%_plugins_test_source_file_parts_LDADD = $(LDADD) $(ZLIB_LIBS) $(ZSTD_LIBS)

check_PROGRAMS += %D%/plugins/test_sink_null
%C%_plugins_test_sink_null_SOURCES = %D%/plugins/test_sink_null.c $(TEST_BENCH)
%C%_plugins_test_sink_null_LDFLAGS = $(bench_ldflags)

check_PROGRAMS += %D%/plugins/test_sink_file
%C%_plugins_test_sink_file_SOURCES = %D%/plugins/test_sink_file.c \
	$(TEST_BENCH)
%C%_plugins_test_sink_file_LDFLAGS = $(bench_ldflags)

check_PROGRAMS += %D%/plugins/test_sink_file_lines
%C%_plugins_test_sink_file_lines_SOURCES = \
	%D%/plugins/test_sink_file_lines.c $(TEST_BENCH)
%C%_plugins_test_sink_file_lines_LDFLAGS = $(bench_ldflags)

check_PROGRAMS += %D%/plugins/test_sink_file_parts
%C%_plugins_test_sink_file_parts_SOURCES = \
	%D%/plugins/test_sink_file_parts.c \
	plugins/sinks/file/cut.c plugins/sinks/file/hashmap.c \
	plugins/sinks/file/record.c $(TEST_SHARED)
%C%_plugins_test_sink_file_parts_CPPFLAGS = $(AM_CPPFLAGS)

if HAVE_KAFKA
check_PROGRAMS += %D%/plugins/test_common_kafka
%C%_plugins_test_common_kafka_SOURCES = \
	%D%/plugins/test_common_kafka.c $(TEST_SHARED)
%C%_plugins_test_common_kafka_CPPFLAGS = $(AM_CPPFLAGS) $(plugin_cppflags) \
	$(KAFKA_CFLAGS)
%C%_plugins_test_common_kafka_LDADD = $(kafka_libs) $(LDADD)

check_PROGRAMS += %D%/plugins/test_sink_kafka
%C%_plugins_test_sink_kafka_SOURCES = %D%/plugins/test_sink_kafka.c \
	%D%/plugins/kafka_mock.c %D%/plugins/kafka_mock.h $(TEST_BENCH)
%C%_plugins_test_sink_kafka_CPPFLAGS = $(AM_CPPFLAGS) $(plugin_cppflags) \
	$(KAFKA_CFLAGS)
%C%_plugins_test_sink_kafka_LDFLAGS = $(bench_ldflags)
%C%_plugins_test_sink_kafka_LDADD = $(LDADD) $(KAFKA_LIBS)

check_PROGRAMS += %D%/plugins/test_sink_kafka_marks
%C%_plugins_test_sink_kafka_marks_SOURCES = \
	%D%/plugins/test_sink_kafka_marks.c plugins/sinks/kafka/marks.c \
	plugins/sinks/kafka/parcel.c $(TEST_SHARED)
%C%_plugins_test_sink_kafka_marks_CPPFLAGS = $(AM_CPPFLAGS) $(KAFKA_CFLAGS)
endif

check_PROGRAMS += %D%/plugins/test_sink_stdout
%C%_plugins_test_sink_stdout_SOURCES = %D%/plugins/test_sink_stdout.c \
	$(TEST_BENCH)
%C%_plugins_test_sink_stdout_LDFLAGS = $(bench_ldflags)
check_PROGRAMS += %D%/plugins/test_source_rds_draws
%C%_plugins_test_source_rds_draws_SOURCES = \
	%D%/plugins/test_source_rds_draws.c \
	plugins/sources/rds/twister.c $(TEST_SHARED)

check_PROGRAMS += %D%/plugins/test_transform_dedupe
%C%_plugins_test_transform_dedupe_SOURCES = \
	%D%/plugins/test_transform_dedupe.c \
	plugins/transforms/dedupe/digest.c plugins/transforms/dedupe/window.c \
	$(TEST_BENCH)
%C%_plugins_test_transform_dedupe_LDFLAGS = $(bench_ldflags)

TEST_HTTP = \
	%D%/plugins/http_bench.c %D%/plugins/http_bench.h \
	%D%/plugins/http_server.c %D%/plugins/http_server.h
if HAVE_CURL
check_PROGRAMS += %D%/plugins/test_sink_http
%C%_plugins_test_sink_http_SOURCES = \
	%D%/plugins/test_sink_http.c $(TEST_HTTP) $(TEST_BENCH)
%C%_plugins_test_sink_http_LDFLAGS = $(bench_ldflags)
%C%_plugins_test_sink_http_LDADD = $(LDADD) $(ZLIB_LIBS) $(PTHREAD_LIBS)

check_PROGRAMS += %D%/plugins/test_sink_http_answers
%C%_plugins_test_sink_http_answers_SOURCES = \
	%D%/plugins/test_sink_http_answers.c $(TEST_HTTP) $(TEST_BENCH)
%C%_plugins_test_sink_http_answers_LDFLAGS = $(bench_ldflags)
%C%_plugins_test_sink_http_answers_LDADD = $(LDADD) $(PTHREAD_LIBS)
endif
# The parts of the source http that know nothing of a server.
http_request_parts = \
	plugins/sources/http/request.c plugins/sources/http/request_value.c \
	plugins/sources/http/scan.c
if HAVE_MICROHTTPD
check_PROGRAMS += \
	%D%/plugins/test_source_http \
	%D%/plugins/test_source_http_desk \
	%D%/plugins/test_source_http_desk_limits \
	%D%/plugins/test_source_http_entry \
	%D%/plugins/test_source_http_keys \
	%D%/plugins/test_source_http_reply \
	%D%/plugins/test_source_http_spool \
	%D%/plugins/test_source_http_spool_damage
endif
http_test_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins/common
%C%_plugins_test_source_http_SOURCES = %D%/plugins/test_source_http.c \
	$(http_request_parts) $(TEST_SHARED)
%C%_plugins_test_source_http_CPPFLAGS = $(http_test_cppflags)
%C%_plugins_test_source_http_reply_SOURCES = \
	%D%/plugins/test_source_http_reply.c \
	plugins/sources/http/reply.c plugins/sources/http/route.c \
	$(http_request_parts) $(TEST_SHARED)
%C%_plugins_test_source_http_reply_CPPFLAGS = $(http_test_cppflags)
%C%_plugins_test_source_http_reply_LDADD = $(LDADD) $(JSON_LIBS)
%C%_plugins_test_source_http_keys_SOURCES = \
	%D%/plugins/test_source_http_keys.c \
	plugins/sources/http/keys.c plugins/sources/http/keys_check.c \
	plugins/sources/http/keys_scope.c \
	plugins/sources/http/runs.c \
	$(http_request_parts) $(TEST_SHARED)
%C%_plugins_test_source_http_keys_CPPFLAGS = $(http_test_cppflags)
%C%_plugins_test_source_http_keys_LDADD = \
	plugins/common/libidempotency.la $(LDADD)
http_desk_parts = \
	%D%/plugins/desk_bench.c %D%/plugins/desk_bench.h \
	plugins/sources/http/desk.c plugins/sources/http/desk_settle.c \
	plugins/sources/http/entry.c plugins/sources/http/ticket.c \
	plugins/sources/http/keys.c plugins/sources/http/keys_check.c \
	plugins/sources/http/keys_scope.c \
	plugins/sources/http/runs.c $(http_request_parts)
%C%_plugins_test_source_http_desk_SOURCES = \
	%D%/plugins/test_source_http_desk.c \
	$(http_desk_parts) $(TEST_SHARED)
%C%_plugins_test_source_http_desk_CPPFLAGS = $(http_test_cppflags)
%C%_plugins_test_source_http_desk_LDADD = \
	plugins/common/libidempotency.la $(LDADD) $(ZLIB_LIBS)
%C%_plugins_test_source_http_desk_limits_SOURCES = \
	%D%/plugins/test_source_http_desk_limits.c \
	$(http_desk_parts) $(TEST_MEMORY)
%C%_plugins_test_source_http_desk_limits_CPPFLAGS = $(http_test_cppflags)
%C%_plugins_test_source_http_desk_limits_LDADD = \
	plugins/common/libidempotency.la $(LDADD) $(ZLIB_LIBS)
%C%_plugins_test_source_http_desk_limits_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
%C%_plugins_test_source_http_entry_SOURCES = \
	%D%/plugins/test_source_http_entry.c \
	plugins/sources/http/entry.c $(TEST_SHARED)
%C%_plugins_test_source_http_entry_CPPFLAGS = $(http_test_cppflags)
%C%_plugins_test_source_http_entry_LDADD = $(LDADD) $(ZLIB_LIBS)
http_spool_parts = \
	%D%/plugins/spool_bench.c %D%/plugins/spool_bench.h \
	plugins/sources/http/entry.c plugins/sources/http/frames.c \
	plugins/sources/http/spool.c plugins/sources/http/spool_open.c
%C%_plugins_test_source_http_spool_SOURCES = \
	%D%/plugins/test_source_http_spool.c \
	$(http_spool_parts) $(TEST_SHARED)
%C%_plugins_test_source_http_spool_CPPFLAGS = $(http_test_cppflags)
%C%_plugins_test_source_http_spool_LDADD = plugins/common/libsync.la \
	$(LDADD) $(ZLIB_LIBS)
%C%_plugins_test_source_http_spool_damage_SOURCES = \
	%D%/plugins/test_source_http_spool_damage.c \
	$(http_spool_parts) $(TEST_SHARED)
%C%_plugins_test_source_http_spool_damage_CPPFLAGS = $(http_test_cppflags)
%C%_plugins_test_source_http_spool_damage_LDADD = plugins/common/libsync.la \
	$(LDADD) $(ZLIB_LIBS)
check_PROGRAMS += %D%/plugins/test_source_rds_ahead
%C%_plugins_test_source_rds_ahead_SOURCES = \
	%D%/plugins/test_source_rds_ahead.c \
	plugins/sources/rds/ahead.c plugins/sources/rds/chunk.c \
	plugins/sources/rds/driver.c plugins/sources/rds/key.c $(TEST_SHARED)
%C%_plugins_test_source_rds_ahead_CPPFLAGS = $(AM_CPPFLAGS) $(plugin_cppflags)
%C%_plugins_test_source_rds_ahead_LDADD = $(LDADD) $(PTHREAD_LIBS)
