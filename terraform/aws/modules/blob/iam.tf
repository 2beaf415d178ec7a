# Nobody speaks to the bucket in clear text, or by a TLS that is out of use.

resource "aws_s3_bucket_policy" "this" {
  for_each = local.own

  bucket = aws_s3_bucket.this[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for sid, condition in {
      TlsOnly = { Bool = { "aws:SecureTransport" = "false" } }
      Tls12   = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      } : {
      Sid       = sid
      Effect    = "Deny"
      Principal = "*"
      # What is done to objects, and reading what there is.
      Action = [
        "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject",
        "s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketVersions", "s3:PutObject",
      ]
      Resource  = [local.arn, "${local.arn}/*"]
      Condition = condition
    }]
  })

  # The two are one setting of S3's, which takes one change at a time.
  depends_on = [aws_s3_bucket_public_access_block.this]
}
