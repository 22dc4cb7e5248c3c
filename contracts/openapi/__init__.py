"""The OpenAPI 3.1 description of the vendor's surface, built from operations, schemas, rules and golden exchanges."""

from contracts.openapi.document import document
from contracts.openapi.references import REF

__all__ = ["REF", "document"]
