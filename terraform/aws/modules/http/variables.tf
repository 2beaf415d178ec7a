# Required.

variable "function_name" {
  description = "The function's name: the output `name` of the module function."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9-_]{1,64}$", var.function_name))
    error_message = "function_name: a function's name, not its ARN, for example \"media-receive\"."
  }
}

variable "public" {
  description = "Whether anyone may call it. Otherwise AWS takes requests only that somebody signed who may call it (output `permissions`)."
  type        = bool
  nullable    = false
}

# Optional.

variable "alias" {
  description = "The alias that is called: the output `alias` of the module function."
  type        = string
  default     = "live"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9-_]{1,128}$", var.alias)) && !can(regex("^[0-9]+$", var.alias))
    error_message = "alias: an alias's name, not a version, for example \"live\"."
  }
}

variable "cors" {
  description = <<-EOT
    Which other sites' pages may call it from a browser; null for none.
    - `origins`: for example `["https://example.com"]`, or `["*"]` for all.
    - `methods`: for example `["GET"]`, or `["*"]`.
    - `headers`: that a page may send. `expose_headers`: that it may read.
    - `credentials`: whether cookies come with it; not with all origins.
    - `max_age_s`: how long a browser remembers, 0 to 86400.
  EOT
  type = object({
    origins        = list(string)
    methods        = optional(list(string), ["*"])
    headers        = optional(list(string), [])
    expose_headers = optional(list(string), [])
    credentials    = optional(bool, false)
    max_age_s      = optional(number, 0)
  })
  default = null

  validation {
    condition     = var.cors == null ? true : length(var.cors.origins) > 0 && alltrue([for o in var.cors.origins : o == "*" || can(regex("^https?://[^/\\s]+$", o))])
    error_message = "cors: origins are \"*\" or a scheme and a host without a path, for example [\"https://example.com\"]."
  }
  validation {
    condition     = var.cors == null ? true : alltrue([for m in var.cors.methods : contains(["*", "DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"], m)])
    error_message = "cors: methods are \"*\", \"DELETE\", \"GET\", \"HEAD\", \"PATCH\", \"POST\" or \"PUT\", for example [\"GET\"]."
  }
  validation {
    condition     = var.cors == null ? true : !(var.cors.credentials && contains(var.cors.origins, "*"))
    error_message = "cors: browsers send no credentials to a site that answers everyone; name the origins, for example [\"https://example.com\"]."
  }
  validation {
    condition     = var.cors == null ? true : var.cors.max_age_s >= 0 && var.cors.max_age_s <= 86400
    error_message = "cors: max_age_s is 0 to 86400, for example 3600."
  }
}
