"""Ways to drive a client over the cases."""
