# SPDX-License-Identifier: Apache-2.0
# The shim that disk-faults and others preload; see preload.c.

check_LTLIBRARIES += %D%/preload.la
%C%_preload_la_SOURCES = %D%/preload.c
%C%_preload_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
%C%_preload_la_LIBADD = -ldl -lpthread
