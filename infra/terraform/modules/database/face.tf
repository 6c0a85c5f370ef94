variable "location" {
  type        = string
  description = "A region or a multi-region, for good."
}

variable "indexes" {
  type        = any
  description = "firestore.indexes.json, decoded."
}

variable "rules" {
  type        = string
  description = "The text of firestore.rules."
}

variable "is_protected" {
  type        = bool
  description = "Whether Google refuses to delete it."
}

variable "kms_key" {
  type        = string
  description = "Key of one's own, or null for Google's; only when it is made."
}

output "name" {
  description = "Of the database."
  value       = google_firestore_database.customers.name
}
