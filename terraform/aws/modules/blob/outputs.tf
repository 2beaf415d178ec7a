output "name" {
  description = "The bucket's name: what an app's input `stores` takes. Known at plan."
  value       = var.name
  depends_on  = [aws_s3_bucket.this]
}

output "arn" {
  description = "The bucket's ARN. Known at plan."
  value       = local.arn
  depends_on  = [aws_s3_bucket.this]
}

output "permissions" {
  description = "Policies as JSON for those who work with it: `read`, `write`, `list`, `delete`."
  value = {
    read = jsonencode({
      Version = "2012-10-17"
      Statement = [
        { Effect = "Allow", Action = ["s3:GetObject"], Resource = "${local.arn}/*" },
        { Effect = "Allow", Action = ["s3:ListBucket"], Resource = local.arn },
      ]
    })
    write = jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = ["s3:AbortMultipartUpload", "s3:PutObject"], Resource = "${local.arn}/*" }]
    })
    list = jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = ["s3:ListBucket"], Resource = local.arn }]
    })
    delete = jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = ["s3:DeleteObject", "s3:GetObject"], Resource = "${local.arn}/*" }]
    })
  }
}
