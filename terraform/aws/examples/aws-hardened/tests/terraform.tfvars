# Stands in for what `anyfn build` writes.
dist   = "../../../tests/fixtures"
emails = ["ops@example.com"]
