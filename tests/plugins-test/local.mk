# SPDX-License-Identifier: Apache-2.0
# Plugins that misbehave on order.  Only a module with an -rpath becomes a
# shared object; none of these is ever installed.

test_plugin_ldflags = $(plugin_ldflags) -rpath /nowhere

check_LTLIBRARIES += \
	%D%/sources/asks.la \
	%D%/sources/mute.la \
	%D%/sources/rows.la \
	%D%/sources/shards.la \
	%D%/transforms/halve.la \
	%D%/transforms/mute.la \
	%D%/transforms/once.la \
	%D%/transforms/rogue.la \
	%D%/transforms/touch.la \
	%D%/sinks/flaky.la \
	%D%/sinks/keeper.la \
	%D%/sinks/topics.la \
	%D%/sinks/stall.la

%C%_sources_rows_la_SOURCES = %D%/sources/rows.c
%C%_sources_rows_la_CPPFLAGS = $(plugin_cppflags)
%C%_sources_rows_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sources_rows_la_LIBADD = $(plugin_libs)

%C%_transforms_rogue_la_SOURCES = %D%/transforms/rogue.c
%C%_transforms_rogue_la_CPPFLAGS = $(plugin_cppflags)
%C%_transforms_rogue_la_LDFLAGS = $(test_plugin_ldflags)
%C%_transforms_rogue_la_LIBADD = $(plugin_libs)

%C%_sinks_flaky_la_SOURCES = %D%/sinks/flaky.c %D%/lines.c %D%/lines.h
%C%_sinks_flaky_la_CPPFLAGS = $(plugin_cppflags) -I$(top_srcdir)/%D%
%C%_sinks_flaky_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_flaky_la_LIBADD = $(plugin_libs)

%C%_sinks_stall_la_SOURCES = %D%/sinks/stall.c %D%/lines.c %D%/lines.h
%C%_sinks_stall_la_CPPFLAGS = $(plugin_cppflags) -I$(top_srcdir)/%D%
%C%_sinks_stall_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_stall_la_LIBADD = $(plugin_libs)

%C%_transforms_halve_la_SOURCES = %D%/transforms/halve.c
%C%_transforms_halve_la_CPPFLAGS = $(plugin_cppflags)
%C%_transforms_halve_la_LDFLAGS = $(test_plugin_ldflags)
%C%_transforms_halve_la_LIBADD = $(plugin_libs)

%C%_transforms_touch_la_SOURCES = %D%/transforms/touch.c
%C%_transforms_touch_la_CPPFLAGS = $(plugin_cppflags)
%C%_transforms_touch_la_LDFLAGS = $(test_plugin_ldflags)
%C%_transforms_touch_la_LIBADD = $(plugin_libs)

%C%_transforms_once_la_SOURCES = %D%/transforms/once.c
%C%_transforms_once_la_CPPFLAGS = $(plugin_cppflags)
%C%_transforms_once_la_LDFLAGS = $(test_plugin_ldflags)
%C%_transforms_once_la_LIBADD = $(plugin_libs)

%C%_sources_asks_la_SOURCES = %D%/sources/asks.c
%C%_sources_asks_la_CPPFLAGS = $(plugin_cppflags)
%C%_sources_asks_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sources_asks_la_LIBADD = $(plugin_libs)

%C%_sources_shards_la_SOURCES = %D%/sources/shards.c
%C%_sources_shards_la_CPPFLAGS = $(plugin_cppflags)
%C%_sources_shards_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sources_shards_la_LIBADD = $(plugin_libs)

%C%_sinks_keeper_la_SOURCES = %D%/sinks/keeper.c
%C%_sinks_keeper_la_CPPFLAGS = $(plugin_cppflags)
%C%_sinks_keeper_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_keeper_la_LIBADD = $(plugin_libs)

%C%_sinks_topics_la_SOURCES = %D%/sinks/topics.c %D%/lines.c %D%/lines.h
%C%_sinks_topics_la_CPPFLAGS = $(plugin_cppflags) -I$(top_srcdir)/%D%
%C%_sinks_topics_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sinks_topics_la_LIBADD = $(plugin_libs)

%C%_sources_mute_la_SOURCES = %D%/sources/mute.c
%C%_sources_mute_la_CPPFLAGS = $(plugin_cppflags)
%C%_sources_mute_la_LDFLAGS = $(test_plugin_ldflags)
%C%_sources_mute_la_LIBADD = $(plugin_libs)

%C%_transforms_mute_la_SOURCES = %D%/transforms/mute.c
%C%_transforms_mute_la_CPPFLAGS = $(plugin_cppflags)
%C%_transforms_mute_la_LDFLAGS = $(test_plugin_ldflags)
%C%_transforms_mute_la_LIBADD = $(plugin_libs)
