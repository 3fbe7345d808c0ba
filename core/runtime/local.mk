# SPDX-License-Identifier: Apache-2.0

core_libcore_la_SOURCES += \
	%D%/admin.c \
	%D%/announce.c \
	%D%/api.c \
	%D%/books.c \
	%D%/books.h \
	%D%/build.c \
	%D%/build.h \
	%D%/check.c \
	%D%/check.h \
	%D%/checkpoint.c \
	%D%/crash.c \
	%D%/crash.h \
	%D%/dead.c \
	%D%/edge.c \
	%D%/fail_point.c \
	%D%/folder.c \
	%D%/folder.h \
	%D%/log.c \
	%D%/log.h \
	%D%/memo.c \
	%D%/memo.h \
	%D%/moves.c \
	%D%/overflow.c \
	%D%/overflow.h \
	%D%/progress.c \
	%D%/progress.h \
	%D%/replay.c \
	%D%/replay.h \
	%D%/replay_source.c \
	%D%/resume.c \
	%D%/resume.h \
	%D%/retry.c \
	%D%/run.c \
	%D%/run.h \
	%D%/run_parts.h \
	%D%/sink.c \
	%D%/source.c \
	%D%/stage.c \
	%D%/stage.h \
	%D%/store.c \
	%D%/store.h \
	%D%/transform.c \
	%D%/work.h \
	%D%/workers.c
