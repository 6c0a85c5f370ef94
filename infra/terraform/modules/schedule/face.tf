variable "name" {
  type        = string
  description = "Of the function."
}

variable "every_minutes" {
  type        = number
  description = "Between two ticks."
}

variable "region" {
  type        = string
  description = "Where the job is kept."
}

variable "service" {
  type        = object({ name = string, uri = string, timeout_seconds = number })
  description = "The service that it calls."
}

variable "caller_email" {
  type        = string
  description = "The account that it calls as."
}
