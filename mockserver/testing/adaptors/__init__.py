"""Adaptors that ship: run one with `inferencesh-mock conform --adaptor -- python -m mockserver.testing.adaptors.NAME`."""
