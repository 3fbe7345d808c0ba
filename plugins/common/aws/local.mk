# SPDX-License-Identifier: Apache-2.0
# Signatures, MSK's tokens, credentials.  A plugin that uses it adds
# $(CRYPTO_CFLAGS) and $(aws_libs), where HAVE_AWS.

if HAVE_AWS
noinst_LTLIBRARIES += %D%/libaws.la
%C%_libaws_la_CPPFLAGS = $(plugin_cppflags) $(CURL_CFLAGS) $(CRYPTO_CFLAGS) \
	$(JSON_CFLAGS)
%C%_libaws_la_SOURCES = \
	%D%/answer.c \
	%D%/ask.c \
	%D%/canonical.c %D%/canonical.h \
	%D%/container.c \
	%D%/credentials.c %D%/credentials.h \
	%D%/environment.c \
	%D%/ini.c %D%/ini.h \
	%D%/instance.c \
	%D%/msk.c %D%/msk.h \
	%D%/profile.c \
	%D%/profiles.c %D%/profiles.h \
	%D%/provider.h \
	%D%/sigv4.c %D%/sigv4.h \
	%D%/sts.c \
	%D%/web_identity.c
aws_libs = %D%/libaws.la $(fetch_libs) $(CRYPTO_LIBS) $(JSON_LIBS) \
	$(PTHREAD_LIBS)
endif
