"""Who is in the lab, and what they may change."""

import hashlib
from dataclasses import dataclass

from digitlab import logs
from digitlab.errors import NotAllowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who looks at the lab, or works in it.

    Attributes:
        id: What stays the same from visit to visit, and nobody else has; empty for whoever has the machine (but `HERE`,
            whose are the drawings of the command line), and for those of whom nothing is known.
        name: As others read it; empty for those who gave none.
        is_teacher: Whether they may change what is not theirs.
    """

    id: str
    name: str = ""
    is_teacher: bool = False

    @property
    def may_train(self) -> bool:
        """Whether they may start trainings; not those of whom nothing is known: nobody could stop such a run."""
        return self.is_teacher or self.id != ""

    def owns(self, owner: str) -> bool:
        """Whether what belongs to `owner`, the id of a person, is theirs."""
        return owner != "" and owner == self.id

    def may_change(self, owner: str) -> bool:
        """Whether they may stop, rename or delete what belongs to `owner`, the id of a person."""
        return self.is_teacher or self.owns(owner)


OPERATOR = Person(id="", is_teacher=True)  # whoever has the machine, and so its command line


def check_may_change(person: Person, owner: str, what: str) -> None:
    """Raise `NotAllowed` if a person may not change what belongs to `owner`; `what` it is, for the sentence."""
    if not person.may_change(owner):
        logs.log("permission denied", person=person.id, what=what)
        raise NotAllowed(f"Somebody else made {what}: only they, or a teacher, may change it.")


def person_id(*known: str) -> str:
    """Return the id of whoever has a secret, or is known by these words; they cannot be found from it."""
    return hashlib.sha256("\n".join(known).encode()).hexdigest()[:32]


HERE = Person(id=person_id("command line"), name="the command line", is_teacher=True)  # the operator, with drawings
