"""Groups of people in rows."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.db import audit
from models.db.api_tables import GroupRow
from models.errors import NotFound
from models.group import Group


def all_groups(session: Session) -> list[Group]:
    """Return all groups, by id."""
    return [_group(row) for row in session.scalars(select(GroupRow).order_by(GroupRow.id))]


def get(session: Session, group_id: str) -> Group:
    """Return one group. Raises NotFound."""
    row = session.get(GroupRow, group_id)
    if row is None:
        raise NotFound("no such group")
    return _group(row)


def put(session: Session, group: Group, entry: AuditEntry) -> None:
    """Add or change a group."""
    audit.lock(session)
    row = session.get(GroupRow, group.id)
    if row is None:
        row = GroupRow(id=group.id)
        session.add(row)
    row.name, row.external_id = group.name, group.external_id
    row.members = sorted(group.members)
    audit.append(session, entry)


def remove(session: Session, group_id: str, entry: AuditEntry) -> None:
    """Delete a group; its people stay. Raises NotFound."""
    audit.lock(session)
    row = session.get(GroupRow, group_id)
    if row is None:
        raise NotFound("no such group")
    session.delete(row)
    audit.append(session, entry)


def _group(row: GroupRow) -> Group:
    return Group(
        id=row.id, name=row.name, external_id=row.external_id, members=frozenset(row.members)
    )
