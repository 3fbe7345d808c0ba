# SPDX-License-Identifier: Apache-2.0

core_libcore_la_SOURCES += \
	%D%/arena.c %D%/arena.h \
	%D%/base64.c \
	%D%/batch.c %D%/batch.h \
	%D%/buffer.c \
	%D%/columns.c \
	%D%/decode.c %D%/decode.h \
	%D%/decode_json.c \
	%D%/json_double.c \
	%D%/json_index.c %D%/json_index.h \
	%D%/json_map.c %D%/json_map.h \
	%D%/json_number.c \
	%D%/json_read.c %D%/json_read.h \
	%D%/json_row.c \
	%D%/json_text.c \
	%D%/json_write.c %D%/json_write.h \
	%D%/pack.c %D%/pack.h \
	%D%/part.c \
	%D%/rows.c %D%/rows.h \
	%D%/scan.h \
	%D%/sweep.c \
	%D%/time.c \
	%D%/utf8.c %D%/utf8.h \
	%D%/utf8_wide.c \
	%D%/value.c
