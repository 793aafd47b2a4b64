"""The first schema: runs, their devices, results, requirements and measurements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; there is nothing to go back to."""
    _create_run()
    _create_device()
    _create_result()
    _create_measurement()
    _create_result_requirement()


def _create_run() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(length=200), nullable=False),
        sa.Column("journal_sha256", sa.String(length=64), nullable=False),
        sa.Column("journal_bytes", sa.BigInteger(), nullable=False),
        sa.Column("schema", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("under_way", sa.Text(), nullable=False),
        sa.Column("started_utc", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("ended_utc", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("exit_status", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("bench", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("plan_title", sa.Text(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("rig_version", sa.Text(), nullable=False),
        sa.Column("bench_sha256", sa.Text(), nullable=False),
        sa.Column("plan_sha256", sa.Text(), nullable=False),
        sa.Column("lock_sha256", sa.Text(), nullable=False),
        sa.Column("vehicle", sa.JSON(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("software", sa.Text(), nullable=False),
        sa.Column("fixture", sa.Text(), nullable=False),
        sa.Column("imported_utc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
        sa.UniqueConstraint("run_id", name="uq_run_run_id"),
    )
    op.create_index("ix_run_night", "run", ["night"], unique=False)


def _create_device() -> None:
    op.create_table(
        "device",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("driver", sa.Text(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("make", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("firmware", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name="fk_device_run", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run", "number", name="pk_device"),
    )


def _create_result() -> None:
    op.create_table(
        "result",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("test", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_utc", sa.Text(), nullable=False),
        sa.Column("duration_s", sa.Double(), nullable=False),
        sa.Column("vehicle", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name="fk_result_run", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run", "number", name="pk_result"),
    )


def _create_measurement() -> None:
    op.create_table(
        "measurement",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("result", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("median", sa.Double(), nullable=True),
        sa.Column("samples", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run", "result"],
            ["result.run", "result.number"],
            name="fk_measurement_run_result",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run", "result", "number", name="pk_measurement"),
    )


def _create_result_requirement() -> None:
    op.create_table(
        "result_requirement",
        sa.Column("requirement", sa.String(length=200), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("result", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run", "result"],
            ["result.run", "result.number"],
            name="fk_result_requirement_run_result",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "requirement", "night", "run", "result", name="pk_result_requirement"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_result_requirement_run_result", "result_requirement", ["run", "result"], unique=False
    )
