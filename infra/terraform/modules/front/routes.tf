locals {
  # As in /v1/accounts/*/transactions: the load balancer chooses by path, and the function knows its methods.
  paths = { for name, fn in var.functions :
    name => distinct([for route in fn.routes : replace(split(" ", route)[1], "/:[A-Za-z]+/", "*")])
  }
}

resource "google_compute_region_network_endpoint_group" "function" {
  for_each              = var.functions
  name                  = each.key
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = each.value.service
  }
}

resource "google_compute_backend_service" "function" {
  for_each              = var.functions
  name                  = each.key
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  security_policy       = google_compute_security_policy.surface[each.value.caller == "bank" ? "bank" : "apps"].id

  backend {
    group = google_compute_region_network_endpoint_group.function[each.key].id
  }

  log_config {
    enable = false # a path holds ids of accounts; the function logs what may be logged
  }
}

# Where no route leads: scanners wake no function.
resource "google_compute_backend_service" "nowhere" {
  name                  = "nowhere"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  security_policy       = google_compute_security_policy.nowhere.id
}

resource "google_compute_url_map" "front" {
  name            = "counterfoil"
  default_service = google_compute_backend_service.nowhere.id

  host_rule {
    hosts        = [var.domain]
    path_matcher = "functions"
  }

  path_matcher {
    name            = "functions"
    default_service = google_compute_backend_service.nowhere.id

    dynamic "route_rules" {
      for_each = keys(local.paths)
      content {
        priority = route_rules.key + 1
        service  = google_compute_backend_service.function[route_rules.value].id

        dynamic "match_rules" {
          for_each = local.paths[route_rules.value]
          content {
            path_template_match = match_rules.value
          }
        }
      }
    }
  }
}
