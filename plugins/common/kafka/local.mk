# SPDX-License-Identifier: Apache-2.0
# A plugin that uses it adds $(KAFKA_CFLAGS) and $(kafka_libs), where
# HAVE_KAFKA.

if HAVE_KAFKA
noinst_LTLIBRARIES += %D%/libkafka.la
%C%_libkafka_la_CPPFLAGS = $(plugin_cppflags) $(KAFKA_CFLAGS)
%C%_libkafka_la_SOURCES = \
	%D%/client.c %D%/client.h \
	%D%/conf.c %D%/conf.h \
	%D%/error.c \
	%D%/nearest.c %D%/nearest.h \
	%D%/option_rows.inc \
	%D%/options.h \
	%D%/token.h
kafka_libs = %D%/libkafka.la $(KAFKA_LIBS)
if HAVE_AWS
%C%_libkafka_la_SOURCES += %D%/token.c
kafka_libs += $(aws_libs)
else
%C%_libkafka_la_SOURCES += %D%/token_none.c
endif
endif
