"""People, and what they may change."""

import hashlib
from dataclasses import dataclass

from digitlab import logs
from digitlab.errors import NotAllowed
from digitlab.translation import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A visitor of the lab, or its operator.

    Attributes:
        id: Stable id. Empty for the operator and for anonymous visitors; `HERE` has an id, as owner of the command
            line's drawings.
        name: Name shown to others; may be empty.
        is_teacher: Whether they may change what belongs to others.

    Example:
        >>> ann = Person(id="1", name="Ann")
        >>> ann.may_change("1"), ann.may_change("2"), OPERATOR.may_change("2")
        (True, False, True)
    """

    id: str
    name: str = ""
    is_teacher: bool = False

    @property
    def may_train(self) -> bool:
        """Whether they may start trainings. Anonymous visitors may not: nobody could stop such a run."""
        return self.is_teacher or self.id != ""

    def owns(self, owner: str) -> bool:
        """Whether `owner` is their id."""
        return owner != "" and owner == self.id

    def may_change(self, owner: str) -> bool:
        """Whether they may stop, rename or delete what belongs to the person with the id `owner`."""
        return self.is_teacher or self.owns(owner)


OPERATOR = Person(id="", is_teacher=True)  # a person who can use this machine's command line


def check_may_change(person: Person, owner: str, item: str) -> None:
    """Raise `NotAllowed` if a person may not change an item that belongs to `owner`; `item` names it in the log."""
    if not person.may_change(owner):
        logs.log("permission denied", person=person.id, action=f"change {item}")
        raise NotAllowed(Text("This belongs to somebody else. Only they or a teacher may change it."))


def person_id(*known: str) -> str:
    """Return the id of the person known by these texts, such as a secret; the texts cannot be recovered from it."""
    return hashlib.sha256("\n".join(known).encode()).hexdigest()[:32]


HERE = Person(
    id=person_id("command line"), name=Text("the command line"), is_teacher=True
)  # the operator as owner of drawings
