"""Reads [[service, region, fips, dualstack], …] as JSON and prints the URL of each, as botocore resolves it; null for none."""

import json
import sys

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError

session = botocore.session.Session()
session.set_credentials("id", "secret")
operations = {"dynamodb": "ListTables", "sts": "GetCallerIdentity"}


def url(service, region, fips, dualstack):
    config = Config(use_fips_endpoint=fips, use_dualstack_endpoint=dualstack)
    try:
        client = session.create_client(service, region_name=region, config=config)
        endpoint = client._ruleset_resolver.construct_endpoint(
            operation_model=client.meta.service_model.operation_model(operations[service]),
            call_args={},
            request_context={"client_config": client.meta.config, "client_region": region, "auth_type": None},
        )
    except BotoCoreError:
        return None
    return endpoint.url


print(json.dumps([url(*case) for case in json.load(sys.stdin)]))
