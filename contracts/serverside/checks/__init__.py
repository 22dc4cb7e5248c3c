"""The scripted checks, one module for each area; `contracts.serverside.check.load` finds them.

`answers_keep_the_contract` is for a Schemathesis run of one's own.
"""

from contracts.serverside.plugged import answers_keep_the_contract

__all__ = ["answers_keep_the_contract"]
