output "bucket" {
  description = "The bucket's name."
  value       = local.bucket
  depends_on  = [aws_s3_bucket.state]
}

output "backend" {
  description = "For `terraform init -backend-config=backend.hcl`, beside a `key` of each deployment's own."
  value       = <<-HCL
    bucket       = "${local.bucket}"
    region       = "${var.region}"
    encrypt      = true
    use_lockfile = true
  HCL
}

output "policy_json" {
  description = "What whoever deploys needs on the bucket: an IAM policy."
  value       = data.aws_iam_policy_document.deployer.json
}
