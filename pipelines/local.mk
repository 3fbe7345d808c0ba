# SPDX-License-Identifier: Apache-2.0

EXTRA_DIST += \
	%D%/pinterest/batch-produce.cfg \
	%D%/pinterest/batch-store.cfg \
	%D%/pinterest/demo \
	%D%/pinterest/emulate.cfg \
	%D%/pinterest/fill \
	%D%/pinterest/generate.cfg \
	%D%/pinterest/local.cfg \
	%D%/pinterest/queries \
	%D%/pinterest/rest-proxy.cfg \
	%D%/pinterest/show
