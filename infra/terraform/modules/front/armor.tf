locals {
  # A bank delivers from a few addresses; whole towns of phones may be behind one.
  surfaces = {
    bank = { per_minute = 12000, methods = "POST" }
    apps = { per_minute = 1200, methods = "GET|PUT|POST|DELETE" }
  }
  # The functions take 1 MiB and say 413 themselves, with a reason; this is for what nobody could mean.
  bytes_max = 8388608
}

resource "google_compute_security_policy" "surface" {
  for_each = local.surfaces
  name     = each.key

  rule {
    priority    = 100
    description = "A method that nothing here has"
    action      = "deny(403)"
    match {
      expr {
        expression = "!request.method.matches('^(${each.value.methods})$')"
      }
    }
  }

  rule {
    priority    = 200
    description = "A body that is far too large"
    action      = "deny(403)"
    match {
      expr {
        expression = "has(request.headers['content-length']) && int(request.headers['content-length']) > ${local.bytes_max}"
      }
    }
  }

  rule {
    priority    = 300
    description = "Too many requests from one address"
    action      = "throttle"
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"
      rate_limit_threshold {
        count        = each.value.per_minute
        interval_sec = 60
      }
    }
  }

  rule {
    priority    = 2147483647
    description = "All others"
    action      = "allow"
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }
}

resource "google_compute_security_policy" "nowhere" {
  name = "nowhere"

  rule {
    priority    = 2147483647
    description = "There is nothing there"
    action      = "deny(404)"
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }
}
