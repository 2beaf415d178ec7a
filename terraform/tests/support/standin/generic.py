"""What the stand-in does for a provider of which it knows nothing.

Deals with: names and invented values that are the same on every run; the base of the clouds that it knows.
Does not deal with: any one cloud.
"""

from __future__ import annotations

import json

from .values import placeholder

NAMES = ("name", "function_name", "bucket", "alarm_name", "statement_id", "name_prefix")


def name_of(tf_type: str, value: dict) -> str:
    """The name that a resource goes by, or an invented one that differs from its siblings'."""
    for key in NAMES:
        if isinstance(value.get(key), str):
            return value[key]
    return placeholder("name", "string", tf_type + json.dumps(value, sort_keys=True, default=str))


class Generic:
    """One configured provider."""

    def configure(self, config: dict) -> None:
        """Takes the provider block's values."""

    def defaults(self, tf_type: str, block: dict, config: dict) -> dict:
        """Attributes that a provider knows at plan although nobody wrote them."""
        return {}

    def invent(self, tf_type: str, value: dict):
        """A function from the path and type of an unknown attribute to its value."""
        name = name_of(tf_type, value)
        return lambda path, kind: placeholder(path, kind, tf_type + name)

    def data(self, tf_type: str, value: dict) -> dict:
        """What a data source answers beyond invented values."""
        return {}
