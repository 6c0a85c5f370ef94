output "address" {
  description = "IP address that the domain's A record must name before its certificate can be issued."
  value       = module.front.address
}

output "registry" {
  description = "Path before the images' names."
  value       = local.registry
}

output "secrets" {
  description = "The secrets that operators put versions into, by the variable that each is read as."
  value       = module.secrets.ids
}

output "services" {
  description = "Name of each function's Cloud Run service, and its address, which only its callers may use."
  value       = { for name, fn in module.function : name => fn.service.uri }
}
