# Required.

variable "region" {
  description = "Where the bucket is, for example `eu-central-1`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region: a region's name, for example \"eu-central-1\"."
  }
}

# Optional.

variable "bucket" {
  description = "The bucket's name; null is `tfstate-ACCOUNT-REGION`, which nobody else can have meant."
  type        = string
  default     = null

  validation {
    condition     = var.bucket == null ? true : can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "bucket: 3 to 63 lower-case letters, digits and hyphens, for example \"example-tfstate\", or null."
  }
}

variable "kms_key_arn" {
  description = "Encrypt with this key; null leaves it to S3's own keys, which cost nothing."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn: a key's ARN, for example \"arn:aws:kms:eu-central-1:123456789012:key/1a2b3c4d-…\", or null."
  }
}

variable "keep_versions_days" {
  description = "How long a state that was replaced can be brought back."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.keep_versions_days >= 7
    error_message = "keep_versions_days: 7 or more, for example 90."
  }
}
