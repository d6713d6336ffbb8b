"""Who may do what at the desk: Role and Person. No I/O."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do; each may do what those before may."""

    READER = "reader"  # reads answers and briefs, not who asked
    EDITOR = "editor"  # sees who asked, judges, runs checks, takes reports away
    ADMIN = "admin"  # has questions forgotten


_RANK = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True)
class Person:
    """Somebody at the desk."""

    name: str
    role: Role

    @property
    def is_editor(self) -> bool:
        """Whether they may see askers, judge and run checks."""
        return self.may(Role.EDITOR)

    @property
    def is_admin(self) -> bool:
        """Whether they may have questions forgotten."""
        return self.may(Role.ADMIN)

    def may(self, needed: Role) -> bool:
        """Whether their role is the one needed, or more."""
        return _RANK[self.role] >= _RANK[needed]
