"""A stand-in Terraform provider: the real schema, no cloud."""
