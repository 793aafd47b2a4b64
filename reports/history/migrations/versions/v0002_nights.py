"""What a nightly run keeps: whose a measurement is, baselines, changes, quarantine, waivers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add to what there is; nothing that was imported is lost."""
    op.add_column("measurement", sa.Column("phone", sa.Text(), nullable=False, server_default=""))
    _create_baseline()
    _create_change_point()
    _create_quarantine()
    _create_waiver()


def _create_baseline() -> None:
    texts = ("metric", "unit", "test", "vehicle", "phone", "software", "fixture")
    op.create_table(
        "baseline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(length=200), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("scale", sa.Text(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("nights", sa.Integer(), nullable=False),
        sa.Column("taps", sa.Integer(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("spread", sa.Double(), nullable=False),
        sa.Column("golden", sa.Text(), nullable=False),
        sa.Column("golden_level", sa.Double(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("pulled_in", sa.JSON(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("trials", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_baseline"),
    )
    op.create_index("ix_baseline_series", "baseline", ["series"], unique=False)


def _create_change_point() -> None:
    op.create_table(
        "change_point",
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("series", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("bench", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("shift", sa.Double(), nullable=False),
        sa.Column("shift_low", sa.Double(), nullable=False),
        sa.Column("shift_high", sa.Double(), nullable=False),
        sa.Column("shift_unit", sa.Text(), nullable=False),
        sa.Column("worse", sa.Boolean(), nullable=False),
        sa.Column("p", sa.Double(), nullable=False),
        sa.Column("q", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("night", "series", "kind", name="pk_change_point"),
    )


def _create_quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("test", sa.String(length=500), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
        sa.UniqueConstraint("test", name="uq_quarantine_test"),
    )


def _create_waiver() -> None:
    texts = ("kind", "person", "reason", "ticket", "begins", "until", "requirement", "test")
    op.create_table(
        "waiver",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name="fk_waiver_run", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run", "number", name="pk_waiver"),
    )
