"""The values that a statement is bound to, while it is put together."""


class Bound:
    """Call it with a value and its type: it answers the parameter that stands for it."""

    def __init__(self) -> None:
        self.values: list[object] = []

    def __call__(self, value: object, of_type: str) -> str:
        self.values.append(value)
        return f"${len(self.values)}::{of_type}"
