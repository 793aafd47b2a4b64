"""What can be wrong with plans and with the requirement catalogue, before any test runs.

* PlansError - the message names the file, and the line or the id
  * CatalogueError - the catalogue contradicts itself or says something nobody understands
  * PlanError - a plan file is wrong, or there is no such plan
  * UnknownRequirement - a test or a person names a requirement the catalogue does not have
"""

from __future__ import annotations


class PlansError(Exception):
    """Base of everything this package raises."""


class CatalogueError(PlansError):
    """The catalogue contradicts itself or says something nobody understands."""


class PlanError(PlansError):
    """A plan file is wrong, or there is no such plan."""


class UnknownRequirement(PlansError):
    """Nobody wrote down a requirement of this id."""
