# The role by which this group's schedules, and no others, call these functions, and no others.

resource "aws_iam_role" "this" {
  name        = local.role_name
  description = "Calls the functions of ${var.name} on schedule."
  tags        = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account, "aws:SourceArn" = local.group_arn }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "call"
  role = aws_iam_role.this.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Call"
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = distinct([for name in sort(keys(var.schedules)) : var.schedules[name].target_arn])
    }]
  })
}

# Alone, so that a plan which makes the key still shows the other policy.
resource "aws_iam_role_policy" "key" {
  count = var.kms_key == null ? 0 : 1

  name = "key"
  role = aws_iam_role.this.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Decrypt"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = var.kms_key.arn
    }]
  })
}
