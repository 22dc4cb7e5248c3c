"""One module per app: schemas of each version, cross-field rules, prices, media expectation."""
