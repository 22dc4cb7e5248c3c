"""What a run may cost: checked by estimate before each submission, and by the charge after it."""

from contracts.wire.money import dollars


class TooDearError(Exception):
    """A submission would go beyond the limit; the message says by how much."""


class Purse:
    """The money of one run."""

    def __init__(self, limit: int | None) -> None:
        """Start with nothing spent.

        Args:
            limit: microcents, or None where there is none.
        """
        self.limit = limit
        self.reserved = 0
        """Prices of what was submitted and is not settled."""
        self.charged = 0

    def reserve(self, price: int) -> None:
        """Set the price of a submission aside.

        Raises:
            TooDearError: the limit would be passed; nothing was set aside.
        """
        if self.limit is not None:
            left = self.limit - self.reserved - self.charged
            if price > left:
                told = f"{dollars(left)} of {dollars(self.limit)} is left"
                raise TooDearError(f"it costs {dollars(price)} if the server accepts it, and {told}")
        self.reserved += price

    def settle(self, price: int, charged: int) -> None:
        """Book what a submission really cost in the place of its price."""
        self.reserved -= price
        self.charged += charged
