"""Signs the requests on standard input with botocore, and prints the Authorization headers: a JSON list in, a JSON list out."""

import base64
import datetime
import json
import sys

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def sign(case):
    moment = datetime.datetime.fromtimestamp(case["time"], datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda: moment
    request = AWSRequest(
        method=case["method"],
        url="https://" + case["host"] + case["path"],
        params=[tuple(pair) for pair in case["query"]],
        data=base64.b64decode(case["body"]),
    )
    for name, value in case["headers"]:
        request.headers[name] = value
    credentials = Credentials(case["id"], case["secret"], case.get("token"))
    botocore.auth.SigV4Auth(credentials, case["service"], case["region"]).add_auth(request)
    return request.headers["Authorization"]


json.dump([sign(case) for case in json.load(sys.stdin)], sys.stdout)
