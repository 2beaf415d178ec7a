"""Asks checkov about example folders, in an environment of its own."""
