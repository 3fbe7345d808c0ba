# SPDX-License-Identifier: Apache-2.0

diff -u "$dir/expected" "$dir/seen"
echo "plugin_name: passed"
