"""Plans: the outcomes and faults that a test arms in a world, as data (D22).

`catalogue` has every fault and outcome there is, `plan` reads a plan and says what is wrong with it, `schema` is its
JSON Schema, `scenarios` the plans that ship.
"""
