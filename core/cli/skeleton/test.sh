#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs plugin_name, as it was just built, in a small pipeline.
set -eu

millrace=${MILLRACE:-millrace}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

run() {
    "$millrace" run --plugin-path=build -e "$1"
}

