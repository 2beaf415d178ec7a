# Required.

variable "function_app" {
  description = "The app: `name` its name, `hostname` where it answers (the output `default_hostname` of the module function)."
  type = object({
    name     = string
    hostname = string
  })
  nullable = false
}

variable "resource_group_name" {
  description = "The app's resource group."
  type        = string
  nullable    = false
}

variable "functions" {
  description = "HTTP functions by name: `path` from the slash, `methods` (empty for any), `public` whether anyone may call or only who has a key. What the host really asks for is in the package (function.json)."
  type = map(object({
    path    = string
    methods = optional(list(string), [])
    public  = optional(bool, false)
  }))
  nullable = false

  validation {
    condition     = alltrue([for f in var.functions : startswith(f.path, "/") && length(f.path) > 1])
    error_message = "functions: a path begins with a slash and is not the root, for example { receive = { path = \"/hooks/{provider}\" } }."
  }
  validation {
    condition     = alltrue(flatten([for f in var.functions : [for method in f.methods : contains(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], method)]]))
    error_message = "functions: methods are GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS, for example [\"POST\"]."
  }
}

# Optional.

variable "cors" {
  description = "Which pages may call from a browser: `allowed_origins`, and `support_credentials` whether with cookies. Null: none. Goes, by the output of this name, into the module function."
  type = object({
    allowed_origins     = set(string)
    support_credentials = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.cors == null ? true : alltrue([for origin in var.cors.allowed_origins : origin == "*" || can(regex("^https?://[^/\\s]+$", origin))])
    error_message = "cors: an origin is a scheme and a host without a path, or \"*\", for example { allowed_origins = [\"https://www.example.com\"] }."
  }
  validation {
    condition     = var.cors == null ? true : !(contains(var.cors.allowed_origins, "*") && var.cors.support_credentials)
    error_message = "cors: browsers refuse \"*\" together with credentials; name the origins, for example { allowed_origins = [\"https://www.example.com\"], support_credentials = true }."
  }
}

variable "domain" {
  description = <<-EOT
    A name of your own. Its DNS must point to the app before: a CNAME to the app's hostname and a TXT record `asuid.NAME` with the app's verification id.
    - `name`: for example `hooks.example.com`.
    - `certificate_id`: an App Service certificate of yours; null makes a free one that Azure renews.
  EOT
  type = object({
    name           = string
    certificate_id = optional(string)
  })
  default = null

  validation {
    condition     = var.domain == null ? true : can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain.name))
    error_message = "domain: a lower-case host name, for example { name = \"hooks.example.com\" }."
  }
  validation {
    condition     = try(var.domain.certificate_id, null) == null ? true : can(regex("/providers/Microsoft.Web/certificates/", var.domain.certificate_id))
    error_message = "domain: certificate_id is the id of an App Service certificate, or null for a managed one, for example azurerm_app_service_certificate.hooks.id."
  }
}

variable "read_key" {
  description = "Whether to read the key that opens functions which are not public. It then is in the state."
  type        = bool
  default     = false
  nullable    = false
}
