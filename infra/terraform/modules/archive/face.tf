variable "topics" {
  type        = map(string)
  description = "Topics whose messages are kept."
}

variable "project" {
  type        = string
  description = "Id of the project; the bucket is called by it."
}

variable "region" {
  type        = string
  description = "The only region in which they are kept."
}

variable "days" {
  type        = number
  description = "For how long they are kept."
}

variable "is_protected" {
  type        = bool
  description = "Whether a bucket with something in it can be deleted."
}

variable "kms_key" {
  type        = string
  description = "Key of one's own, or null for Google's."
}

variable "pubsub_agent" {
  type        = string
  description = "Pub/Sub's own service agent, as a member."
}

output "bucket" {
  description = "Name of the bucket."
  value       = google_storage_bucket.archive.name
}
