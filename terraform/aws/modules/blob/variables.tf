# Required.

variable "name" {
  description = "The bucket's name, unique in the world."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "name: 3 to 63 lower-case letters, digits and hyphens, a letter or digit at both ends, for example \"media-photos-1a2b3c4d\"."
  }
}

# Optional.

variable "create" {
  description = "False where the bucket is there already: then only its events are set up. A bucket has one set of them: nobody else may set up its events."
  type        = bool
  default     = true
  nullable    = false
}

variable "events" {
  description = <<-EOT
    Who hears of changes, by the function's name; each change goes to a queue.
    - `queue_arn`: the queue, the output `arn` of the module queue, which lets this bucket send.
    - `change`: `created` or `deleted`.
    - `prefix`, `suffix`: which keys; empty for all. S3 tells one queue of a change, so the keys of two functions must not overlap.
  EOT
  type = map(object({
    queue_arn = string
    change    = optional(string, "created")
    prefix    = optional(string, "")
    suffix    = optional(string, "")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for e in values(var.events) : contains(["created", "deleted"], e.change)])
    error_message = "events: change is \"created\" or \"deleted\"."
  }
  validation {
    condition     = alltrue([for e in values(var.events) : can(regex("^arn:[a-z-]+:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,80}$", e.queue_arn))])
    error_message = "events: queue_arn is a standard queue's ARN, for example \"arn:aws:sqs:eu-west-1:123456789012:media-thumbnail-events\"; S3 sends to no FIFO queue."
  }
  validation {
    # Each pair once.
    condition = alltrue(flatten([for a, x in var.events : [for b, y in var.events : !(
      index(keys(var.events), a) < index(keys(var.events), b) && x.change == y.change
      && (startswith(x.prefix, y.prefix) || startswith(y.prefix, x.prefix))
      && (endswith(x.suffix, y.suffix) || endswith(y.suffix, x.suffix))
    )]]))
    error_message = "events: ${join(", ", flatten([for a, x in var.events : [for b, y in var.events : "`${a}` and `${b}`" if index(keys(var.events), a) < index(keys(var.events), b) && x.change == y.change && (startswith(x.prefix, y.prefix) || startswith(y.prefix, x.prefix)) && (endswith(x.suffix, y.suffix) || endswith(y.suffix, x.suffix))]]))} listen to the same keys of ${var.name}, which S3 refuses; give them prefixes or suffixes of which none contains the other, for example \"in/\" and \"out/\"."
  }
}

variable "expire_days" {
  description = "Delete objects after so many days, by the beginning of their keys (empty for all), for example { \"tmp/\" = 7 }."
  type        = map(number)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for days in values(var.expire_days) : days >= 1 && floor(days) == days])
    error_message = "expire_days: whole days from 1, for example { \"tmp/\" = 7 }."
  }
}

variable "versioning" {
  description = "Keep what is overwritten or deleted for 30 days. It is billed as long."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key" {
  description = "The key that encrypts objects; null leaves it to S3's own. In an object, so that a plan which makes the key knows that there is one."
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.kms_key == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key.arn))
    error_message = "kms_key: a key's ARN, for example { arn = \"arn:aws:kms:eu-west-1:123456789012:key/1a2b3c4d-…\" }, or null."
  }
}

variable "access_log_bucket" {
  description = "The bucket that gets a log of every access, under this bucket's name; it must let `logging.s3.amazonaws.com` write. Null for none."
  type        = string
  default     = null

  validation {
    condition     = var.access_log_bucket == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.access_log_bucket))
    error_message = "access_log_bucket: a bucket's name, for example \"media-access-logs\", or null."
  }
}

variable "force_destroy" {
  description = "Whether `terraform destroy` deletes the bucket with what is in it. Otherwise it refuses."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of the bucket, for example { \"anyfn:app\" = \"media\" }."
  type        = map(string)
  default     = {}
  nullable    = false
}
