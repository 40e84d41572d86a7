"""What schemathesis is told beyond its settings: stacks that exist, a bound for waits, and a check that the document is whole."""

import os
import re

import schemathesis

DURATION = re.compile(r"0|\+?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+")
STACK_ID = re.compile(r"stack-[0-9a-f]{16}")
FRAMING = {"content-type", "content-length", "transfer-encoding", "connection", "date", "server"}
REQUESTS = {"CreateRequest", "ExposedPort", "RenewRequest"}

# A stack that stays for the whole run; scripts/check-openapi has created it.
STACK = os.environ["STACK_ID"]
example = {}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Closes the schemas of responses, so that a key that none of them names is a failure."""
    schemas = raw_schema["components"]["schemas"]
    example.update(schemas["CreateRequest"]["examples"][0])
    for name, schema in schemas.items():
        if name not in REQUESTS and "properties" in schema:
            schema.setdefault("additionalProperties", False)


def is_port(value):
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 65535


@schemathesis.hook
def before_call(context, case, kwargs):
    """Exchanges values for others that the schema allows as well: no case becomes valid or invalid by it.

    A valid wait may last a minute. No generated text is a Pod spec, and no generated id is that of a stack. Half of them stay, chosen by
    the values themselves, so that each run is the same.
    """
    wait = (case.query or {}).get("wait")
    if isinstance(wait, str) and DURATION.fullmatch(wait):
        case.query["wait"] = "1s"
    body = case.body
    if case.operation.label == "POST /stacks" and isinstance(body, dict):
        spec = body.get("pod_spec")
        if isinstance(spec, str) and len(spec) % 2 == 0:
            body["pod_spec"] = example["pod_spec"]
            if is_port(body.get("target_port")):
                body["target_port"] = example["target_port"]
    stack = (case.path_parameters or {}).get("stack_id")
    is_delete = case.operation.label.startswith("DELETE")
    if isinstance(stack, str) and STACK_ID.fullmatch(stack) and int(stack[-1], 16) % 2 == 0 and not is_delete:
        case.path_parameters["stack_id"] = STACK


@schemathesis.check
def documented_headers(ctx, response, case):
    """Each header of a response is in the document."""
    definition = case.operation.responses.find_by_status_code(response.status_code)
    if definition is None:
        return
    known = FRAMING | {name.lower() for name, _ in definition.headers.items()}
    unknown = sorted(set(response.headers) - known)
    assert not unknown, f"headers that the document does not name: {', '.join(unknown)}"
