"""What readers ask for of the digests: every word is kept, the last one counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from monitor.model.preferences import Preference, PreferenceKind, Way
from monitor.store.columns import keep
from monitor.store.tables import PREFERENCE

_C = PREFERENCE.c
_COLUMNS = (_C.recipient_id, _C.kind, _C.target, _C.is_on, _C.at, _C.way)


def keep_preference(connection: Connection, preference: Preference) -> bool:
    """Keep a word that changes what stands; False, changing nothing, for any other and for one older than that."""
    row = {
        "recipient_id": preference.recipient_id,
        "kind": preference.kind.value,
        "target": preference.target,
        "at": preference.at,
        "is_on": preference.is_on,
        "way": preference.way.value,
    }
    same = (_C[name] == row[name] for name in ("recipient_id", "kind", "target"))
    stands = connection.execute(select(_C.is_on, _C.at).where(*same).order_by(_C.at.desc()).limit(1)).first()
    is_on, at = (stands.is_on, stands.at) if stands else (False, preference.at)
    if is_on == preference.is_on or at > preference.at:
        return False
    keep(connection, PREFERENCE, [row])
    return True


def preferences(connection: Connection, at: datetime | None) -> list[Preference]:
    """What stands, or stood at a moment: for each kind and target the last word, where it is on; by time."""
    keys = (_C.recipient_id, _C.kind, _C.target)
    said = select(*keys, func.max(_C.at).label("at")).group_by(*keys)
    last = (said if at is None else said.where(_C.at <= at)).subquery()
    is_last = and_(*(_C[name] == last.c[name] for name in ("recipient_id", "kind", "target", "at")))
    wanted = select(*_COLUMNS).select_from(PREFERENCE.join(last, is_last)).where(_C.is_on.is_(True))
    return [_to_preference(row) for row in connection.execute(wanted.order_by(_C.at, *keys))]


def preference_history(connection: Connection, recipient_id: str) -> list[Preference]:
    """Every word of a recipient, by time."""
    wanted = select(*_COLUMNS).where(_C.recipient_id == recipient_id).order_by(_C.at, _C.kind, _C.target)
    return [_to_preference(row) for row in connection.execute(wanted)]


def _to_preference(row: Row[*tuple[Any, ...]]) -> Preference:
    return Preference(
        recipient_id=row.recipient_id,
        kind=PreferenceKind(row.kind),
        target=row.target,
        is_on=row.is_on,
        at=row.at,
        way=Way(row.way),
    )
