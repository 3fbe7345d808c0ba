# SPDX-License-Identifier: Apache-2.0
cat >"$dir/expected" <<'END'
{"number":0}
{"number":1}
{"number":2}
END
run 'plugin_name rows=3 ! stdout' >"$dir/seen"
