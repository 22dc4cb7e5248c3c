"""What form an answer should have had, in words: for whoever could not go on with the one that it has."""

from collections.abc import Sequence

from contracts import operations, schemas
from contracts.serverside.exchange import Exchange, UnexpectedError

MOST_MESSAGE = 200
"""Characters of what a schema has to say."""


def stumbled(exchanges: Sequence[Exchange]) -> str:
    """Tell what was expected and what came, of the last answer that has not the form that the contract gives it.

    Where all have it, the last answer is shown: what is wrong with it is no matter of form alone.
    """
    if not exchanges:
        return "an answer has another form than was expected"
    misfit = next((told for row in reversed(exchanges) if (told := _misfit(row)) is not None), None)
    last = exchanges[-1]
    return misfit or f"{last.line()}: expected an answer that fits those before it, got {last.beginning}{last.bare}"


def _misfit(exchange: Exchange) -> str | None:
    row = operations.by_id().get(exchange.operation or "")
    if exchange.status is None or row is None:
        return None
    is_refused = exchange.status >= 400
    name = "problem" if is_refused else row.response
    if name is None:
        return None
    is_list = row.is_list and not is_refused
    wanted = f"expected {'a list of' if is_list else 'the form of'} `{name}` in the OpenAPI document"
    came = f"got {exchange.beginning}{exchange.bare}"
    try:
        found = exchange.json() if is_refused else exchange.data
    except UnexpectedError as failure:
        return str(failure)
    if is_list and not isinstance(found, list):
        return f"{exchange.line()}: {wanted}, {came}"
    for one in found if is_list else [found]:
        error = next(schemas.validator(name).iter_errors(one), None)
        if error is not None:
            where = "".join(f"/{part}" for part in error.instance_path)
            return f"{exchange.line()}: {wanted}, {came}; {where or 'there'}: {error.message[:MOST_MESSAGE]}"
    return None
