# SPDX-License-Identifier: Apache-2.0
# Plugins that millrace has to refuse, each for one reason; e2e/bad-plugins says
# which.  None is ever installed.

bad_plugin_cppflags = $(plugin_cppflags) -I$(top_srcdir)/%D%

EXTRA_DIST += %D%/bad.h

check_LTLIBRARIES += \
	%D%/sinks/aborts.la \
	%D%/sinks/bad_fallback.la \
	%D%/sinks/crash.la \
	%D%/sinks/exits.la \
	%D%/sinks/false_name.la \
	%D%/sinks/good.la \
	%D%/sinks/hangs.la \
	%D%/sinks/hides_itself.la \
	%D%/sinks/huge_instance.la \
	%D%/sinks/leaves_quietly.la \
	%D%/sinks/missing_symbol.la \
	%D%/sinks/no_kind.la \
	%D%/sinks/no_name.la \
	%D%/sinks/no_plugin.la \
	%D%/sinks/no_summary.la \
	%D%/sinks/no_write.la \
	%D%/sinks/offset_outside.la \
	%D%/sinks/prints.la \
	%D%/sinks/reserved_name.la \
	%D%/sinks/strange_flags.la \
	%D%/sinks/unknown_type.la \
	%D%/sinks/wild_options.la \
	%D%/sinks/wrong_abi.la \
	%D%/sinks/wrong_kind.la \
	%D%/sinks/wrong_size.la \
	%D%/sources/no_read.la \
	%D%/transforms/no_apply.la

%C%_sinks_aborts_la_SOURCES = %D%/sinks/aborts.c
%C%_sinks_aborts_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_aborts_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_aborts_la_LIBADD = $(plugin_libs)

%C%_sinks_bad_fallback_la_SOURCES = %D%/sinks/bad_fallback.c
%C%_sinks_bad_fallback_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_bad_fallback_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_bad_fallback_la_LIBADD = $(plugin_libs)

%C%_sinks_crash_la_SOURCES = %D%/sinks/crash.c
%C%_sinks_crash_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_crash_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_crash_la_LIBADD = $(plugin_libs)

%C%_sinks_exits_la_SOURCES = %D%/sinks/exits.c
%C%_sinks_exits_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_exits_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_exits_la_LIBADD = $(plugin_libs)

%C%_sinks_false_name_la_SOURCES = %D%/sinks/false_name.c
%C%_sinks_false_name_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_false_name_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_false_name_la_LIBADD = $(plugin_libs)

%C%_sinks_good_la_SOURCES = %D%/sinks/good.c
%C%_sinks_good_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_good_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_good_la_LIBADD = $(plugin_libs)

%C%_sinks_hangs_la_SOURCES = %D%/sinks/hangs.c
%C%_sinks_hangs_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_hangs_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_hangs_la_LIBADD = $(plugin_libs)

%C%_sinks_hides_itself_la_SOURCES = %D%/sinks/hides_itself.c
%C%_sinks_hides_itself_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_hides_itself_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_hides_itself_la_LIBADD = $(plugin_libs)

%C%_sinks_huge_instance_la_SOURCES = %D%/sinks/huge_instance.c
%C%_sinks_huge_instance_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_huge_instance_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_huge_instance_la_LIBADD = $(plugin_libs)

%C%_sinks_leaves_quietly_la_SOURCES = %D%/sinks/leaves_quietly.c
%C%_sinks_leaves_quietly_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_leaves_quietly_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_leaves_quietly_la_LIBADD = $(plugin_libs)

%C%_sinks_missing_symbol_la_SOURCES = %D%/sinks/missing_symbol.c
%C%_sinks_missing_symbol_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_missing_symbol_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_missing_symbol_la_LIBADD = $(plugin_libs)

%C%_sinks_no_kind_la_SOURCES = %D%/sinks/no_kind.c
%C%_sinks_no_kind_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_no_kind_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_no_kind_la_LIBADD = $(plugin_libs)

%C%_sinks_no_name_la_SOURCES = %D%/sinks/no_name.c
%C%_sinks_no_name_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_no_name_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_no_name_la_LIBADD = $(plugin_libs)

%C%_sinks_no_plugin_la_SOURCES = %D%/sinks/no_plugin.c
%C%_sinks_no_plugin_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_no_plugin_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_no_plugin_la_LIBADD = $(plugin_libs)

%C%_sinks_no_summary_la_SOURCES = %D%/sinks/no_summary.c
%C%_sinks_no_summary_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_no_summary_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_no_summary_la_LIBADD = $(plugin_libs)

%C%_sinks_no_write_la_SOURCES = %D%/sinks/no_write.c
%C%_sinks_no_write_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_no_write_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_no_write_la_LIBADD = $(plugin_libs)

%C%_sinks_offset_outside_la_SOURCES = %D%/sinks/offset_outside.c
%C%_sinks_offset_outside_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_offset_outside_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_offset_outside_la_LIBADD = $(plugin_libs)

%C%_sinks_prints_la_SOURCES = %D%/sinks/prints.c
%C%_sinks_prints_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_prints_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_prints_la_LIBADD = $(plugin_libs)

%C%_sinks_reserved_name_la_SOURCES = %D%/sinks/reserved_name.c
%C%_sinks_reserved_name_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_reserved_name_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_reserved_name_la_LIBADD = $(plugin_libs)

%C%_sinks_strange_flags_la_SOURCES = %D%/sinks/strange_flags.c
%C%_sinks_strange_flags_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_strange_flags_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_strange_flags_la_LIBADD = $(plugin_libs)

%C%_sinks_unknown_type_la_SOURCES = %D%/sinks/unknown_type.c
%C%_sinks_unknown_type_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_unknown_type_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_unknown_type_la_LIBADD = $(plugin_libs)

%C%_sinks_wild_options_la_SOURCES = %D%/sinks/wild_options.c
%C%_sinks_wild_options_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_wild_options_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_wild_options_la_LIBADD = $(plugin_libs)

%C%_sinks_wrong_abi_la_SOURCES = %D%/sinks/wrong_abi.c
%C%_sinks_wrong_abi_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_wrong_abi_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_wrong_abi_la_LIBADD = $(plugin_libs)

%C%_sinks_wrong_kind_la_SOURCES = %D%/sinks/wrong_kind.c
%C%_sinks_wrong_kind_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_wrong_kind_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_wrong_kind_la_LIBADD = $(plugin_libs)

%C%_sinks_wrong_size_la_SOURCES = %D%/sinks/wrong_size.c
%C%_sinks_wrong_size_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sinks_wrong_size_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_wrong_size_la_LIBADD = $(plugin_libs)

%C%_sources_no_read_la_SOURCES = %D%/sources/no_read.c
%C%_sources_no_read_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_sources_no_read_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sources_no_read_la_LIBADD = $(plugin_libs)

%C%_transforms_no_apply_la_SOURCES = %D%/transforms/no_apply.c
%C%_transforms_no_apply_la_CPPFLAGS = $(bad_plugin_cppflags)
%C%_transforms_no_apply_la_LDFLAGS = $(test_plugin_ldflags)
%C%_transforms_no_apply_la_LIBADD = $(plugin_libs)
