locals {
  width = 24 # of 48 columns, so two charts are side by side
}

resource "google_monitoring_dashboard" "counterfoil" {
  dashboard_json = jsonencode({
    displayName = "Counterfoil"
    mosaicLayout = {
      columns = 48
      tiles = [for n, chart in var.charts : {
        xPos   = n % 2 * local.width
        yPos   = floor(n / 2) * 16
        width  = local.width
        height = 16
        widget = {
          title   = chart.title
          xyChart = { dataSets = [{ plotType = "LINE", timeSeriesQuery = { prometheusQuery = chart.query } }] }
        }
      }]
    }
  })
}
