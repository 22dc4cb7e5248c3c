"""What goes wrong on purpose: armed plans, their ledger, and each fault as a small function or class.

`ledger` books what became of every step, `armed` finds the steps that a call meets, `armoury` has all that is armed in
one world. `exchange`, `files`, `lines`, `deliveries` and `outcomes` hold the faults themselves.
"""
