"""Who is in the lab, and what they may change."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who looks at the lab, or works in it.

    Attributes:
        id: What stays the same from visit to visit, and nobody else has; empty for whoever has the machine.
        name: As others read it; empty for those who gave none.
        is_teacher: Whether they may change what is not theirs.
    """

    id: str
    name: str = ""
    is_teacher: bool = False

    def may_change(self, owner: str) -> bool:
        """Whether they may stop, rename or delete what belongs to `owner`, the id of a person."""
        return self.is_teacher or (owner != "" and owner == self.id)


OPERATOR = Person(id="", is_teacher=True)  # whoever has the machine, and so its command line
