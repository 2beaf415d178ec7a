"""Checks every Terraform module and example on the stand-in."""
