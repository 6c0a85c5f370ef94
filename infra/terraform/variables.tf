variable "project" {
  type        = string
  description = "Id of the Google Cloud project that is this environment."
}

variable "project_number" {
  type        = string
  description = "Its number, by which Google names its own service agents."

  validation {
    condition     = can(regex("^[0-9]+$", var.project_number))
    error_message = "A project's number has digits alone; `gcloud projects describe` tells it."
  }
}

variable "region" {
  type        = string
  description = "Where functions run, and the only region in which messages, secrets and archives are kept."
}

variable "firestore_location" {
  type        = string
  description = "Where Firestore is, a region or a multi-region as eur3. It can never be changed."
}

variable "domain" {
  type        = string
  description = "The one host name of the apps' API and of the bank's webhooks."
}

variable "images" {
  type        = map(string)
  default     = {}
  description = "Each function's image by its digest, as `npm run images -- --push` tells it, or the digest alone. A function whose image stays gets no new revision."
}

variable "registry" {
  type        = string
  default     = null
  description = "Path before the names of images that are given by digest alone; this project's own repository unless another is named."
}

variable "configuration" {
  type        = map(string)
  description = "Values of the functions' plain variables, by name. Each function gets those that it declares."

  validation {
    condition     = length(setsubtract(local.required_settings, keys(var.configuration))) == 0
    error_message = "Functions cannot start without: ${join(", ", setsubtract(local.required_settings, keys(var.configuration)))}."
  }

  validation {
    condition     = length(setsubtract(keys(var.configuration), local.settings)) == 0
    error_message = "No function declares: ${join(", ", setsubtract(keys(var.configuration), local.settings))}. A secret is never put here."
  }
}

variable "secret_versions" {
  type        = map(string)
  default     = {}
  description = "Version of each secret, by the variable's name; 1 unless said otherwise. A new one makes a new revision."

  validation {
    condition     = alltrue([for version in values(var.secret_versions) : can(regex("^[1-9][0-9]*$", version))])
    error_message = "A version is a number: with latest, two instances of one revision could know different secrets."
  }
}

variable "instances_min" {
  type        = map(number)
  default     = {}
  description = "Instances that are kept warm, by function; none unless said otherwise."
}

variable "kept_subscriptions" {
  type        = map(object({ function = string, topic = string, filter = optional(string) }))
  default     = {}
  description = "Subscriptions of a release before, by name, that are kept until nothing waits in them."
}

variable "kms_key" {
  type        = string
  default     = null
  description = "Key of your own for topics, Firestore (when it is made, never later), secrets and archives; Google's unless given."
}

variable "archive_days" {
  type        = number
  default     = 90
  description = "For how long the archive of all messages is kept."
}

variable "is_protected" {
  type        = bool
  default     = true
  description = "Whether Google refuses to delete the database and the archive."
}

variable "channels" {
  type        = object({ page = list(string), ticket = list(string) })
  default     = { page = [], ticket = [] }
  description = "Ids of the notification channels that wake somebody, and of those that are read in the morning."
}

variable "runbooks_url" {
  type        = string
  description = "Where docs/runbooks of this repository can be read, without a slash at its end."
}

variable "collector_image" {
  type        = string
  default     = null
  description = "Image of the OpenTelemetry collector beside each function, best by its digest. Without it nothing is measured, and no alerts are made."
}
