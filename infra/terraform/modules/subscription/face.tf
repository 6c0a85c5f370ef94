variable "name" {
  type        = string
  description = "With the hash of what cannot be changed later."
}

variable "topic" {
  type        = string
  description = "Name of its topic."
}

variable "filter" {
  type        = string
  description = "By a prefix of the type; null for all."
}

variable "service" {
  type        = object({ uri = string, timeout_seconds = number })
  description = "The service that it pushes to."
}

variable "push_email" {
  type        = string
  description = "The account that it calls as."
}

variable "dead_letters" {
  type        = string
  description = "Topic of what cannot be delivered; null for that topic's own subscription."
}

variable "pubsub_agent" {
  type        = string
  description = "Pub/Sub's own service agent, as a member."
}
