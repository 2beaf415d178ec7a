output "url" {
  description = "The function's URL, with a slash at its end."
  value       = aws_lambda_function_url.this.function_url
}

output "permissions" {
  description = "Policies as JSON for those who work with it: `call` is for a role of this account that calls a URL which is not public; it signs its requests (SigV4, service `lambda`)."
  value = {
    call = jsonencode({
      Version = "2012-10-17"
      Statement = [
        { Effect = "Allow", Action = "lambda:InvokeFunctionUrl", Resource = local.target_arn },
        {
          Effect    = "Allow"
          Action    = "lambda:InvokeFunction"
          Resource  = local.target_arn
          Condition = { Bool = { "lambda:InvokedViaFunctionUrl" = "true" } }
        },
      ]
    })
  }
}
