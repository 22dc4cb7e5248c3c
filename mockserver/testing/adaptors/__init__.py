"""Adaptors that ship: `inferencesh-mock conform --adaptor -- python -m mockserver.testing.adaptors.NAME` runs one."""
