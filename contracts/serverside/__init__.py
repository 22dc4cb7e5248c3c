"""Suite 1: judges any server against the contract, by its base URL alone.

`runner` runs the phases and yields events; `results` folds them into a table of requirements; the reports are consumers
of both. `checks` holds the scripted checks, one module for each area; `always` what holds of every answer.
"""
