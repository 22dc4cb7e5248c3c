"""The scripted checks, one module for each area; `contracts.serverside.check.load` finds them."""
