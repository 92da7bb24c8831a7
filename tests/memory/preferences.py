"""What readers ask for of their digests."""

from __future__ import annotations

from datetime import datetime

from monitor.model.preferences import Preference
from tests.memory.held import Held


class Preferences(Held):
    async def keep_preference(self, preference: Preference) -> bool:
        preference = self._writing(preference)
        key = (preference.recipient_id, preference.kind, preference.target)
        said = self.said.setdefault(key, [])
        if (said[-1].is_on if said else False) == preference.is_on or (said and said[-1].at > preference.at):
            return False
        if said and said[-1].at == preference.at:
            said.pop()
        said.append(preference)
        return True

    async def preferences(self, *, at: datetime | None = None) -> list[Preference]:
        until = [[one for one in said if at is None or one.at <= at] for said in self.said.values()]
        last = [said[-1] for said in until if said and said[-1].is_on]
        return sorted(last, key=lambda one: (one.at, one.recipient_id, one.kind, one.target))

    async def preference_history(self, recipient_id: str) -> list[Preference]:
        found = [one for said in self.said.values() for one in said if one.recipient_id == recipient_id]
        return sorted(found, key=lambda one: (one.at, one.kind, one.target))
