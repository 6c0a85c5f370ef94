variable "name" {
  type        = string
  description = "Of the function, its service and its account."
}

variable "declared" {
  description = "What functions.json says of it."
  type = object({
    visibility     = string
    publishes      = map(list(string))
    usesFirestore  = bool
    scopes         = list(string)
    config         = map(object({ secret = bool, required = bool }))
    memoryMi       = number
    cpu            = number
    concurrency    = number
    timeoutSeconds = number
    maxScale       = number
    impact         = string
  })
}

variable "project" {
  type        = string
  description = "Id of the project."
}

variable "region" {
  type        = string
  description = "Where it runs."
}

variable "image" {
  type        = string
  description = "Its image, by digest."
}

variable "topics" {
  type        = map(string)
  description = "Names of the topics that there are."
}

variable "configuration" {
  type        = map(string)
  description = "Values of plain variables; it gets those that it declares."
}

variable "secret_ids" {
  type        = map(string)
  description = "Ids of secrets by the variables that they are read as."
}

variable "secret_versions" {
  type        = map(string)
  description = "Versions of secrets, by variable; 1 where there is none."
}

variable "instances_min" {
  type        = number
  description = "Instances that are kept warm."
}

variable "scope_roles" {
  type        = map(string)
  description = "The role that stands for an OAuth scope."
}

variable "database" {
  type        = string
  description = "Name of the Firestore database."
}

variable "collector_image" {
  type        = string
  description = "Image of the collector beside it, or null."
}

output "service" {
  description = "Its Cloud Run service: name, location, address, and the seconds that it may take."
  value = {
    name            = google_cloud_run_v2_service.function.name
    location        = google_cloud_run_v2_service.function.location
    uri             = google_cloud_run_v2_service.function.uri
    timeout_seconds = var.declared.timeoutSeconds
  }
}
