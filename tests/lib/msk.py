# SPDX-License-Identifier: Apache-2.0
"""msk - a token for Amazon MSK's SASL/OAUTHBEARER, signed in plain Python

Ours to compare with, and to make wrong ones: each argument may be.
"""

import base64
import hashlib
import hmac
import time
from urllib.parse import quote


def token(key_id, secret, region, session=None, *, at=None, expires=900,
          action="kafka-cluster:Connect", service="kafka-cluster", host=None):
    """(token, when it expires in seconds since 1970)"""
    begin = int(time.time() if at is None else at)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(begin))
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    host = host or f"kafka.{region}.amazonaws.com"
    query = {"Action": action, "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
             "X-Amz-Credential": f"{key_id}/{scope}", "X-Amz-Date": stamp,
             "X-Amz-Expires": str(expires), "X-Amz-SignedHeaders": "host"}
    if session:
        query["X-Amz-Security-Token"] = session
    text = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}"
                    for name, value in sorted(query.items()))
    request = "\n".join(["GET", "/", text, f"host:{host}", "", "host",
                         hashlib.sha256(b"").hexdigest()])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope,
                         hashlib.sha256(request.encode()).hexdigest()])
    key = b"AWS4" + secret.encode()
    for part in (*scope.split("/"), to_sign):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    url = (f"https://{host}/?{text}&X-Amz-Signature={key.hex()}"
           "&User-Agent=millrace-tests")
    return (base64.urlsafe_b64encode(url.encode()).rstrip(b"=").decode(),
            begin + expires)
