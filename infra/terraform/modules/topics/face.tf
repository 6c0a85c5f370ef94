variable "names" {
  type        = list(string)
  description = "All topics, dead-letters among them."
}

variable "project" {
  type        = string
  description = "Id of the project."
}

variable "region" {
  type        = string
  description = "The only region in which messages are kept."
}

variable "kms_key" {
  type        = string
  description = "Key of one's own, or null for Google's."
}

variable "pubsub_agent" {
  type        = string
  description = "Pub/Sub's own service agent, as a member."
}

output "names" {
  description = "Each topic's name, by its name: whoever uses it waits for it."
  value       = { for name, topic in google_pubsub_topic.topic : name => topic.name }
}

output "ids" {
  description = "Each topic's full name, by its name."
  value       = { for name, topic in google_pubsub_topic.topic : name => "projects/${var.project}/topics/${topic.name}" }
}
