"""Recovers a provider's schema from its published bindings."""
