variable "alerts" {
  description = "Those of alerts.json, by name."
  type = map(object({
    alert      = string
    severity   = string
    query      = string
    forSeconds = number
    summary    = string
    impact     = string
    runbook    = string
  }))
}

variable "charts" {
  type        = list(object({ title = string, query = string }))
  description = "Those of alerts.json."
}

variable "channels" {
  type        = object({ page = list(string), ticket = list(string) })
  description = "Notification channels, by severity."
}

variable "runbooks_url" {
  type        = string
  description = "Where docs/runbooks can be read."
}
