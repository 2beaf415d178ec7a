emails    = ["ops@example.com"]
dist      = "../../../tests/fixtures"
azure_cli = "../../modules/function/tests/az"
