# SPDX-License-Identifier: Apache-2.0
# What tests/e2e/aws-credentials asks plugins/common/aws through.

if HAVE_AWS
noinst_PROGRAMS += %D%/probe
%C%_probe_SOURCES = %D%/probe.c
%C%_probe_CPPFLAGS = $(aws_cppflags)
%C%_probe_LDADD = $(aws_libs) $(LDADD)
endif
