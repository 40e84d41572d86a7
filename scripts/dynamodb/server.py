"""moto's DynamoDB on 127.0.0.1:PORT, brought closer to the documented one where the tests depend on it.

moto serves requests in parallel but keeps its tables in plain dictionaries, and undoes a failed transaction by putting a copy of the
whole table back, with every other request's writes in between undone too. Here

- requests are carried out one at a time,
- a transaction tests every condition before it writes anything, and copies only the items that it touches,
- a transaction that repeats a ClientRequestToken within ten minutes is not made again,
- a query looks at its own partition only, not at the whole table,
- items are answered as they are kept: moto goes through the service's model once more for each attribute, which took most of the time,
- with DYNAMODB_TRANSACTION_MS=10 a transaction holds its items for that long, and another write to one of them meanwhile is refused
  as a conflict, as DynamoDB does. The default is 0: no conflicts.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

import base64
import copy
import functools
import json
import logging
import os
import signal
import sys
import threading
import time

from moto.core.exceptions import JsonRESTError
from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    ERROR_TYPE_PREFIX,
    MultipleTransactionsException,
    TooManyTransactionsException,
    TransactionCanceledException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult
from moto.moto_server.werkzeug_app import create_backend_app
from waitress import serve

TOKEN_SECONDS = 600
transaction_seconds = float(os.environ.get("DYNAMODB_TRANSACTION_MS", "0")) / 1000
lock = threading.Lock()
items_in_transactions = set()
tokens = {}


def error(name, message):
    return JsonRESTError(ERROR_TYPE_PREFIX + name, message)


def of_one_partition(query):
    @functools.wraps(query)
    def run(table, hash_key, *arguments, **options):
        whole = table.all_items
        table.all_items = lambda: list(table.items.get(hash_key, {}).values())
        try:
            return query(table, hash_key, *arguments, **options)
        finally:
            table.all_items = whole

    return run


def key_of(backend, operation):
    """The item that a write concerns, as something to compare: table, partition key, sort key."""
    table = backend.get_table(operation["TableName"])
    attributes = operation.get("Key") or operation["Item"]
    names = [name for name in (table.hash_key_attr, table.range_key_attr) if name]
    return (table.name, *(str(attributes[name]) for name in names))


def items_as_they_are(serialized):
    """Items are plain JSON already; only what describes a table has dates in it."""

    @functools.wraps(serialized)
    def run(handler, answer):
        if not isinstance(answer, DynamoResult) or "Table" in handler._get_action():
            return serialized(handler, answer)
        body = {name: value for name, value in answer.result.items() if value is not None}
        headers = {"Content-Type": "application/x-amz-json-1.0", **handler.response_headers}
        return 200, headers, json.dumps(body, separators=(",", ":"), default=lambda data: base64.b64encode(data).decode())

    return run


def one_at_a_time(call_action):
    @functools.wraps(call_action)
    def run(handler):
        # A transaction takes the lock itself, because it lets go of it while it lasts.
        if handler._get_action() == "TransactWriteItems":
            return call_action(handler)
        with lock:
            return call_action(handler)

    return run


def refused_in_transaction(write):
    @functools.wraps(write)
    def run(handler):
        if key_of(handler.dynamodb_backend, handler.body) in items_in_transactions:
            raise error("TransactionConflictException", "Transaction is ongoing for the item")
        return write(handler)

    return run


def made_once(transact):
    @functools.wraps(transact)
    def run(handler):
        token = handler.body.get("ClientRequestToken")
        content = copy.deepcopy(handler.body["TransactItems"])
        with lock:
            known, made_at = tokens.get(token, (None, 0)) if token else (None, 0)
            if known is not None and time.monotonic() - made_at < TOKEN_SECONDS:
                if known != content:
                    raise error("IdempotentParameterMismatchException", "The token was used with other parameters")
                # An empty transaction: the answer without the writes.
                handler.body["TransactItems"] = []
        answer = transact(handler)
        if token:
            with lock:
                tokens[token] = (content, time.monotonic())
        return answer

    return run


def transact_write_items(backend, transact_items):
    if len(transact_items) > 100:
        raise TooManyTransactionsException()
    operations = [next(iter(item.items())) for item in transact_items]
    with lock:
        keys = [key_of(backend, operation) for _, operation in operations]
        if len(set(keys)) < len(keys):
            raise MultipleTransactionsException()
        if items_in_transactions.intersection(keys):
            message = "Transaction is ongoing for the item"
            reasons = [("TransactionConflict", message, None) if key in items_in_transactions else (None, None, None) for key in keys]
            raise TransactionCanceledException(reasons)
        items_in_transactions.update(keys)
    try:
        if transaction_seconds:
            time.sleep(transaction_seconds)
        with lock:
            currents = [current_item(backend, operation) for _, operation in operations]
            reasons = [reason(operation, current) for (_, operation), current in zip(operations, currents)]
            if any(code for code, _, _ in reasons):
                raise TransactionCanceledException(reasons)
            apply(backend, operations, currents)
    finally:
        with lock:
            items_in_transactions.difference_update(keys)


def current_item(backend, operation):
    table = backend.get_table(operation["TableName"])
    attributes = operation.get("Key") or operation["Item"]
    return backend.get_item(table.name, {name: attributes[name] for name in (table.hash_key_attr, table.range_key_attr) if name})


def reason(operation, current):
    """Why the condition of one write does not hold: code, message and item; nothing when it holds."""
    condition = get_filter_expression(
        operation.get("ConditionExpression"),
        operation.get("ExpressionAttributeNames"),
        operation.get("ExpressionAttributeValues"),
    )
    if condition.expr(current):
        return (None, None, None)
    wanted = operation.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and current
    item = current.to_json()["Attributes"] if wanted else None
    return ("ConditionalCheckFailed", "The conditional request failed", item)


def apply(backend, operations, currents):
    befores = copy.deepcopy(currents)
    try:
        for kind, operation in operations:
            write(backend, kind, operation)
    except Exception:
        # A write that moto finds invalid only now: none of them has taken place.
        for (_, operation), before in zip(operations, befores):
            table = backend.get_table(operation["TableName"])
            attributes = operation.get("Key") or operation["Item"]
            hash_key, range_key = backend.get_keys_value(table, attributes)
            if before is None:
                table.delete_item(hash_key, range_key)
            else:
                table.items[hash_key][range_key] = before
        raise


def write(backend, kind, operation):
    table = operation["TableName"]
    if kind == "Put":
        backend.put_item(table, operation["Item"])
    elif kind == "Delete":
        backend.delete_item(table, operation["Key"])
    elif kind == "Update":
        backend.update_item(
            table,
            operation["Key"],
            operation["UpdateExpression"],
            operation.get("ExpressionAttributeNames") or {},
            operation.get("ExpressionAttributeValues") or {},
        )


def main():
    DynamoHandler.call_action = one_at_a_time(DynamoHandler.call_action)
    for name in ("put_item", "update_item", "delete_item"):
        setattr(DynamoHandler, name, refused_in_transaction(getattr(DynamoHandler, name)))
    DynamoHandler.transact_write_items = made_once(DynamoHandler.transact_write_items)
    DynamoDBBackend.transact_write_items = transact_write_items
    DynamoHandler.serialized = items_as_they_are(DynamoHandler.serialized)
    Table.query = of_one_partition(Table.query)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    # Not moto's own server, which closes every connection after one answer. The queue is no news: requests are made one at a time.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    serve(create_backend_app("dynamodb"), host="127.0.0.1", port=int(sys.argv[1]), threads=128, backlog=1024)


if __name__ == "__main__":
    main()
