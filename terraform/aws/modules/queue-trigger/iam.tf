# What Lambda's poller does in the function's name.

resource "aws_iam_role_policy" "this" {
  name = "trigger"
  role = var.role_name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Receive"
      Effect   = "Allow"
      Action   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
      Resource = var.queue_arn
    }]
  })
}

# Alone, so that a plan which makes the key still shows the other policy.
resource "aws_iam_role_policy" "key" {
  count = var.kms_key == null ? 0 : 1

  name = "trigger-key"
  role = var.role_name
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
