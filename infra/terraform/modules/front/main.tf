resource "google_compute_global_address" "front" {
  name = "counterfoil"
}

resource "google_compute_managed_ssl_certificate" "front" {
  name = "counterfoil-${substr(sha256(var.domain), 0, 8)}" # a certificate cannot be changed, only made beside the old one

  managed {
    domains = [var.domain]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_ssl_policy" "front" {
  name            = "counterfoil"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"
}

resource "google_compute_target_https_proxy" "front" {
  name             = "counterfoil"
  url_map          = google_compute_url_map.front.id
  ssl_certificates = [google_compute_managed_ssl_certificate.front.id]
  ssl_policy       = google_compute_ssl_policy.front.id
}

# Nothing listens on port 80: neither a token nor a delivery may travel in the open, not even to be redirected.
resource "google_compute_global_forwarding_rule" "front" {
  name                  = "counterfoil"
  ip_address            = google_compute_global_address.front.id
  port_range            = "443"
  target                = google_compute_target_https_proxy.front.id
  load_balancing_scheme = "EXTERNAL_MANAGED"
}
