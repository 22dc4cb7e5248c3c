"""Settings that all tests of the contract share."""

from hypothesis import settings

# A busy machine is no defect: how long one example takes says nothing about the contract.
settings.register_profile("contracts", settings(), deadline=None)
settings.load_profile("contracts")
