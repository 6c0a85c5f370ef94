variable "domain" {
  type        = string
  description = "The host name of both surfaces."
}

variable "region" {
  type        = string
  description = "Where the services run."
}

variable "functions" {
  type        = map(object({ routes = list(string), caller = string, service = string }))
  description = "Those that answer requests: their routes, who calls them, and their services."
}

output "address" {
  description = "The IP address of the load balancer."
  value       = google_compute_global_address.front.address
}
