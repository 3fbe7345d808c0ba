# SPDX-License-Identifier: Apache-2.0
# Cleaning: numbers, casts, cleaners declared column by column.

noinst_LTLIBRARIES += %D%/libclean.la
%C%_libclean_la_CPPFLAGS = $(plugin_cppflags)
%C%_libclean_la_LIBADD = -lm
%C%_libclean_la_SOURCES = \
	%D%/cast.c %D%/cast.h \
	%D%/clean.c %D%/clean.h \
	%D%/entry.c %D%/entry.h \
	%D%/join.c %D%/join.h \
	%D%/number.c %D%/number.h
clean_libs = %D%/libclean.la $(plugin_libs)
