# SPDX-License-Identifier: Apache-2.0
cat >"$dir/expected" <<'END'
{"id":1,"word":"one"}
{"id":2,"word":"two"}
END
run "file path=$dir/expected ! plugin_name path=$dir/seen"
