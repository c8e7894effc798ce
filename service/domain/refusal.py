"""What the rules say no to, in their own words; how it travels over HTTP is decided elsewhere."""

from uuid import UUID


class Refusal(Exception):
    """A rule was broken. `code` names the rule; `pointer` the field of the input that broke it, if one did.

    `facts` are what a person needs to mend it (the steps that are allowed, the version that is current): never a
    child's data. `about` is whom the body named, for the record.
    """

    def __init__(
        self, code: str, pointer: str | None = None, about: UUID | None = None, **facts: str | int | list[str]
    ) -> None:
        super().__init__(code)
        self.code = code
        self.pointer = pointer
        self.about = about
        self.facts = facts
