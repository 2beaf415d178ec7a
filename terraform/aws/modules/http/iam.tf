# Who may call the URL. Since October 2025 a caller needs two permissions: one for the URL, and one for
# the function, through its URL only.

resource "aws_lambda_permission" "url" {
  #checkov:skip=CKV_AWS_301:made only where the code says .public()
  count = var.public ? 1 : 0

  statement_id           = "AnyoneMayCallTheUrl"
  function_name          = var.function_name
  qualifier              = var.alias
  principal              = "*"
  action                 = "lambda:InvokeFunctionUrl"
  function_url_auth_type = "NONE"
}

resource "aws_lambda_permission" "function" {
  #checkov:skip=CKV_AWS_301:made only where the code says .public(), and for calls through the URL only
  count = var.public ? 1 : 0

  statement_id             = "AnyoneMayCallTheFunctionByUrl"
  function_name            = var.function_name
  qualifier                = var.alias
  principal                = "*"
  action                   = "lambda:InvokeFunction"
  invoked_via_function_url = true
}
