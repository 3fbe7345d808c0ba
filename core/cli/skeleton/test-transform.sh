# SPDX-License-Identifier: Apache-2.0
cat >"$dir/in.ndjson" <<'END'
{"id":1,"word":"quiet"}
{"id":2,"word":null}
{"id":3}
END
cat >"$dir/expected" <<'END'
{"id":1,"word":"QUIET"}
{"id":2,"word":null}
{"id":3}
END
run "file path=$dir/in.ndjson ! plugin_name column=word ! stdout" >"$dir/seen"
