"""Organisations: their people, who is there and on duty, and the routines they adopted."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from models.vocabulary.people import Role
from storage.tables.columns import Instant, code, metadata, tenant, word


class OrganisationKind(StrEnum):
    """What an organisation is."""

    MUNICIPALITY = "municipality"
    REGION = "region"


organisations = Table(
    "organisations",
    metadata,
    Column("code", String(4), primary_key=True),
    Column("name", String(300), nullable=False),
    word("kind", OrganisationKind),
)

users = Table(
    "users",
    metadata,
    code("code", key=True),
    tenant(),
    Column("language", String(8), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

roles = Table(
    "roles",
    metadata,
    tenant(key=True),
    word("role", Role, key=True),
    Column("user", String(128), ForeignKey("users.code"), primary_key=True),
    Index("ix_roles_user", "user"),
)

absences = Table(
    "absences",
    metadata,
    Column("user", String(128), ForeignKey("users.code"), primary_key=True),
    Column("starts", Instant, primary_key=True),
    Column("ends", Instant, primary_key=True),
    # Written by hand, or read from the person's calendar and replaced by its next reading.
    code("source", key=True),
    tenant(),
)

pools = Table(
    "pools",
    metadata,
    code("code", key=True),
    # Turns and their people, as `models.rota.Rota`; codes only.
    Column("body", Text, nullable=False),
    # The address of the pool's calendar, often a secret itself.
    Column("feed", LargeBinary),
)

pool_organisations = Table(
    "pool_organisations",
    metadata,
    tenant(key=True),
    word("role", Role, key=True),
    Column("pool", String(128), ForeignKey("pools.code"), nullable=False),
)

routines = Table(
    "routines",
    metadata,
    Column("adoption", Integer, primary_key=True),
    tenant(),
    Column("digest", String(64), nullable=False),
    code("version"),
    Column("valid_from", Date, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("organisation", "digest"),
    Index("ix_routines_digest", "digest"),
)
