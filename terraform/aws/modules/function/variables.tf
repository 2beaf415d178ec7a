# Required.

variable "name" {
  description = "The function's name in AWS; its role and log group are named after it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9-_]{1,64}$", var.name))
    error_message = "name: 1 to 64 letters, digits, hyphens and underscores, for example \"media-thumbnail\"."
  }
}

variable "package" {
  description = "Path of the zip that `anyfn build --target aws` writes."
  type        = string
  nullable    = false

  validation {
    condition     = endswith(var.package, ".zip") && fileexists(var.package)
    error_message = "package: no zip at ${var.package}; `anyfn build -p image-processing --target aws` writes dist/image-processing/aws-arm64.zip."
  }
}

variable "handler" {
  description = "Which of the app's functions this is, by its name in the manifest: the runtime finds it in `_HANDLER`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9])+$", var.handler)) && length(var.handler) <= 40
    error_message = "handler: a function's name from the manifest, for example \"thumbnail\"."
  }
}

# Optional.

variable "architecture" {
  description = "The processor the package was built for: `arm64` (a fifth cheaper) or `x86_64`."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture: \"arm64\" or \"x86_64\"."
  }
}

variable "memory_mb" {
  description = "Memory in MB, 128 to 10240; processor time grows with it, a whole processor at 1769."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb: a whole number from 128 to 10240, for example 512."
  }
}

variable "timeout_s" {
  description = "How long one call may take, 1 to 900 seconds."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.timeout_s >= 1 && var.timeout_s <= 900 && floor(var.timeout_s) == var.timeout_s
    error_message = "timeout_s: a whole number from 1 to 900, for example 30."
  }
}

variable "environment" {
  description = "Environment variables: bindings and settings. Lambda holds 4 KB of them. Mark a secret one with `sensitive()`, and plans hide it alone."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "policies" {
  description = "What the function may do besides writing its log: policies as JSON, each an inline policy of its role under the key's name."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for policy in values(var.policies) : can(jsondecode(policy).Statement)])
    error_message = "policies: JSON with a Statement, for example { needs = jsonencode({ Version = \"2012-10-17\", Statement = [] }) }."
  }
}

variable "reserved_concurrency" {
  description = "Calls at once at most, taken from the account's; 0 stops the function; null sets no limit of its own."
  type        = number
  default     = null

  validation {
    condition     = var.reserved_concurrency == null ? true : var.reserved_concurrency >= 0 && floor(var.reserved_concurrency) == var.reserved_concurrency
    error_message = "reserved_concurrency: a whole number from 0, for example 10, or null for no limit."
  }
}

variable "live_version" {
  description = "The version that the alias `live` points to; null is the newest. To roll back, name an earlier one: the version before the newest is the output `version` less one."
  type        = string
  default     = null

  validation {
    condition     = var.live_version == null ? true : can(regex("^[1-9][0-9]*$", var.live_version))
    error_message = "live_version: a published version, for example \"7\", or null for the newest."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: what CloudWatch offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, and so on; for example 30."
  }
}

variable "async" {
  description = "For callers that do not wait (schedules): `max_retries` after a failed call, 0 to 2, and `max_age_s`, how long an event may wait, 60 to 21600. Null leaves Lambda's own: 2 and six hours."
  type = object({
    max_retries = number
    max_age_s   = optional(number, 3600)
  })
  default = null

  validation {
    condition     = var.async == null ? true : contains([0, 1, 2], var.async.max_retries) && var.async.max_age_s >= 60 && var.async.max_age_s <= 21600
    error_message = "async: max_retries is 0, 1 or 2 and max_age_s 60 to 21600, for example { max_retries = 0 }."
  }
}

variable "recursive_loop" {
  description = "What Lambda does where the function calls itself through a queue or a bucket: `Terminate` after about 16 rounds, or `Allow`."
  type        = string
  default     = "Terminate"
  nullable    = false

  validation {
    condition     = contains(["Terminate", "Allow"], var.recursive_loop)
    error_message = "recursive_loop: \"Terminate\" or \"Allow\"."
  }
}

variable "tracing" {
  description = "Whether X-Ray samples calls (`Active`), which costs by trace. Otherwise a caller's trace is passed on, for nothing."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key" {
  description = "The key that encrypts environment variables and the log group; null leaves both to AWS's own keys. Its policy must let CloudWatch Logs use it. In an object, so that a plan which makes the key knows that there is one."
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.kms_key == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key.arn))
    error_message = "kms_key: a key's ARN, for example { arn = \"arn:aws:kms:eu-west-1:123456789012:key/1a2b3c4d-…\" }, or null."
  }
}

variable "code_signing_config_arn" {
  description = "A code signing configuration that the package must satisfy; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.code_signing_config_arn == null ? true : can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:.+$", var.code_signing_config_arn))
    error_message = "code_signing_config_arn: for example \"arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-0123456789abcdef0\", or null."
  }
}

variable "tags" {
  description = "Tags of everything that can carry them, for example { \"anyfn:app\" = \"media\" }."
  type        = map(string)
  default     = {}
  nullable    = false
}
