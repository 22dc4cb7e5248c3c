"""Judges, by the witness they hear first."""
