output "name" {
  description = "The function's name."
  value       = var.name
}

output "arn" {
  description = "The function's ARN, without alias."
  value       = local.arn
}

output "alias" {
  description = "The alias that everything calls."
  value       = local.alias
  depends_on  = [aws_lambda_alias.live]
}

output "target_arn" {
  description = "The alias's ARN: what event sources, URLs and schedules call. Known at plan."
  value       = "${local.arn}:${local.alias}"
  depends_on  = [aws_lambda_alias.live]
}

output "version" {
  description = "The newest published version."
  value       = aws_lambda_function.this.version
}

output "role_name" {
  description = "The role's name, for more policies."
  value       = var.name
  depends_on  = [aws_iam_role.this]
}

output "log_group_name" {
  description = "The log group's name."
  value       = local.log_group
}

output "permissions" {
  description = "Policies as JSON for those who work with it: `invoke` calls the function."
  value = {
    invoke = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = "${local.arn}:${local.alias}"
      }]
    })
  }
}

output "policies" {
  description = "What the function may do: each of its role's policies as JSON, but for the use of `kms_key`. Known at plan."
  value       = merge({ log = aws_iam_role_policy.log.policy }, { for name, policy in aws_iam_role_policy.this : name => policy.policy })
}
