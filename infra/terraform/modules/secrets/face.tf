variable "variables" {
  type        = set(string)
  description = "The environment variables that are secret."
}

variable "project" {
  type        = string
  description = "Id of the project."
}

variable "project_number" {
  type        = string
  description = "Number of the project."
}

variable "region" {
  type        = string
  description = "The only region in which secrets are kept."
}

variable "kms_key" {
  type        = string
  description = "Key of one's own, or null for Google's."
}

output "ids" {
  description = "The secret that each variable is read from."
  value       = { for name, secret in google_secret_manager_secret.secret : name => "projects/${var.project}/secrets/${secret.secret_id}" }
}
