# What the function may do. No CreateLogGroup: the group is there before the function.

resource "aws_iam_role" "this" {
  name        = var.name
  description = "The function ${var.name} of anyfn."
  tags        = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "log" {
  name = "log"
  role = aws_iam_role.this.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${local.log_group}:*"
      }],
      # X-Ray has no resources to name.
      var.tracing ? [{
        Sid      = "Trace"
        Effect   = "Allow"
        Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        Resource = "*"
      }] : [],
    )
  })
}

# Alone, so that a plan which makes the key still shows all other policies.
resource "aws_iam_role_policy" "key" {
  count = var.kms_key == null ? 0 : 1

  name = "environment-key"
  role = aws_iam_role.this.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Environment"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = var.kms_key.arn
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = var.policies

  name   = each.key
  role   = aws_iam_role.this.name
  policy = each.value
}
