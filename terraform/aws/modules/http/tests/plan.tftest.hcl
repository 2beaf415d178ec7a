variables {
  function_name = "media-receive"
  public        = false
}

run "callers_sign_by_default" {
  command = plan

  assert {
    condition     = aws_lambda_function_url.this.authorization_type == "AWS_IAM" && aws_lambda_function_url.this.qualifier == "live" && aws_lambda_function_url.this.invoke_mode == "BUFFERED"
    error_message = "IAM, and the alias"
  }
  assert {
    condition     = length(aws_lambda_permission.url) == 0 && length(aws_lambda_permission.function) == 0 && length(aws_lambda_function_url.this.cors) == 0
    error_message = "nobody is let in"
  }
  assert {
    condition = output.permissions.call == jsonencode({
      Version = "2012-10-17"
      Statement = [
        { Effect = "Allow", Action = "lambda:InvokeFunctionUrl", Resource = "arn:aws:lambda:eu-west-1:123456789012:function:media-receive:live" },
        {
          Effect    = "Allow"
          Action    = "lambda:InvokeFunction"
          Resource  = "arn:aws:lambda:eu-west-1:123456789012:function:media-receive:live"
          Condition = { Bool = { "lambda:InvokedViaFunctionUrl" = "true" } }
        },
      ]
    })
    error_message = "a caller needs both: ${output.permissions.call}"
  }
}

run "public" {
  command = plan
  variables {
    public = true
    cors = {
      origins        = ["https://example.com"]
      methods        = ["GET"]
      headers        = ["content-type"]
      expose_headers = ["etag"]
      credentials    = true
      max_age_s      = 3600
    }
  }

  assert {
    condition     = aws_lambda_function_url.this.authorization_type == "NONE"
    error_message = "anyone"
  }
  assert {
    condition     = aws_lambda_permission.url[0].action == "lambda:InvokeFunctionUrl" && aws_lambda_permission.url[0].function_url_auth_type == "NONE" && aws_lambda_permission.url[0].qualifier == "live"
    error_message = "anyone may call the URL of the alias"
  }
  assert {
    condition     = aws_lambda_permission.function[0].action == "lambda:InvokeFunction" && aws_lambda_permission.function[0].invoked_via_function_url && aws_lambda_permission.function[0].qualifier == "live"
    error_message = "and the function, through its URL only"
  }
  assert {
    condition     = aws_lambda_function_url.this.cors[0].allow_origins == toset(["https://example.com"]) && aws_lambda_function_url.this.cors[0].allow_credentials && aws_lambda_function_url.this.cors[0].max_age == 3600
    error_message = "CORS as asked"
  }
}
