# SPDX-License-Identifier: Apache-2.0
#
# A plugin is these lines here:
#
#	transforms_LTLIBRARIES += %D%/NAME.la
#	%C%_NAME_la_SOURCES = %D%/NAME.c
#	%C%_NAME_la_CPPFLAGS = $(plugin_cppflags)
#	%C%_NAME_la_LDFLAGS = $(plugin_ldflags)
#	%C%_NAME_la_LIBADD = $(plugin_libs)

transforms_LTLIBRARIES += \
	%D%/clean_geo.la \
	%D%/clean_pin.la \
	%D%/clean_user.la \
	%D%/dedupe.la \
	%D%/fields.la \
	%D%/filter.la

%C%_clean_geo_la_SOURCES = %D%/clean_geo.c
%C%_clean_geo_la_CPPFLAGS = $(plugin_cppflags)
%C%_clean_geo_la_LDFLAGS = $(plugin_ldflags)
%C%_clean_geo_la_LIBADD = $(clean_libs)

%C%_clean_pin_la_SOURCES = %D%/clean_pin.c
%C%_clean_pin_la_CPPFLAGS = $(plugin_cppflags)
%C%_clean_pin_la_LDFLAGS = $(plugin_ldflags)
%C%_clean_pin_la_LIBADD = $(clean_libs)

%C%_clean_user_la_SOURCES = %D%/clean_user.c
%C%_clean_user_la_CPPFLAGS = $(plugin_cppflags)
%C%_clean_user_la_LDFLAGS = $(plugin_ldflags)
%C%_clean_user_la_LIBADD = $(clean_libs)

%C%_dedupe_la_SOURCES = \
	%D%/dedupe/dedupe.c \
	%D%/dedupe/digest.c %D%/dedupe/digest.h \
	%D%/dedupe/journal.c %D%/dedupe/journal.h \
	%D%/dedupe/lanes.c %D%/dedupe/lanes.h \
	%D%/dedupe/letters.c %D%/dedupe/letters.h \
	%D%/dedupe/window.c %D%/dedupe/window.h
%C%_dedupe_la_CPPFLAGS = $(plugin_cppflags)
%C%_dedupe_la_LDFLAGS = $(plugin_ldflags)
%C%_dedupe_la_LIBADD = $(plugin_libs)

%C%_fields_la_SOURCES = \
	%D%/fields/fields.c \
	%D%/fields/layout.c %D%/fields/layout.h \
	%D%/fields/plan.c %D%/fields/plan.h \
	%D%/fields/steps.c %D%/fields/steps.h
%C%_fields_la_CPPFLAGS = $(plugin_cppflags)
%C%_fields_la_LDFLAGS = $(plugin_ldflags)
%C%_fields_la_LIBADD = $(clean_libs)

%C%_filter_la_SOURCES = \
	%D%/filter/compare.c %D%/filter/compare.h \
	%D%/filter/evaluate.c %D%/filter/evaluate.h \
	%D%/filter/expression.h \
	%D%/filter/filter.c \
	%D%/filter/lexer.c %D%/filter/lexer.h \
	%D%/filter/parser.c
%C%_filter_la_CPPFLAGS = $(plugin_cppflags)
%C%_filter_la_LDFLAGS = $(plugin_ldflags)
%C%_filter_la_LIBADD = $(clean_libs)
