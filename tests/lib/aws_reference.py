# SPDX-License-Identifier: Apache-2.0
"""aws_reference - AWS's own signers answer the questions of tests/aws/probe.c

JSON lines in, JSON lines out. Runs where botocore is (sign, presign), or AWS's
signer for MSK (msk); the clock is that of the process, see faketime.
"""

import json
import sys


def credentials(question):
    from botocore.credentials import Credentials
    return Credentials(question["id"], question["secret"], question["token"])


def request(question, query):
    from botocore.awsrequest import AWSRequest
    url = f"https://{question['host']}{question['path']}"
    if query:
        made = AWSRequest(method=question["method"], url=f"{url}?{query}")
    else:
        made = AWSRequest(method=question["method"], url=url,
                          params=[tuple(p) for p in question["query"]],
                          data=question["body"].encode())
    for name, value in question["headers"]:
        made.headers[name] = value
    return made


def sign(question):
    from botocore.auth import S3SigV4Auth, SigV4Auth
    signer = S3SigV4Auth if question["service"] == "s3" else SigV4Auth
    made = request(question, None)
    signer(credentials(question), question["service"],
           question["region"]).add_auth(made)
    names = ("X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-SHA256",
             "Authorization")
    return {"headers": [f"{name.replace('SHA', 'Sha')}: {made.headers[name]}"
                        for name in names if name in made.headers]}


def presign(question):
    from urllib.parse import quote

    from botocore.auth import S3SigV4QueryAuth, SigV4QueryAuth
    signer = S3SigV4QueryAuth if question["service"] == "s3" else SigV4QueryAuth
    made = request(question, "&".join(
        f"{quote(n, safe='-_.~')}={quote(v, safe='-_.~')}"
        for n, v in question["query"]) or "")
    signer(credentials(question), question["service"], question["region"],
           question["lifetime"]).add_auth(made)
    return {"url": made.url}


def msk(question):
    from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
    from botocore.credentials import CredentialProvider

    class Given(CredentialProvider):
        def load(self):
            return credentials(question)

    token, expires = (
        MSKAuthTokenProvider.generate_auth_token_from_credentials_provider(
            question["region"], Given()))
    return {"token": token, "expires": expires}


for line in sys.stdin:
    asked = json.loads(line)
    answer = {"sign": sign, "presign": presign, "msk": msk}[asked["ask"]](asked)
    print(json.dumps(answer))
