project            = "counterfoil-prod"
project_number     = "100000000002"
region             = "europe-west1"
firestore_location = "eur3" # two regions and a witness
domain             = "api.counterfoil.example"
runbooks_url       = "https://github.com/counterfoil/counterfoil/blob/main/docs/runbooks"
collector_image    = "us-docker.pkg.dev/cloud-ops-agents-artifacts/google-cloud-opentelemetry-collector/otelcol-google:0.135.0"

channels = {
  page   = ["projects/counterfoil-prod/notificationChannels/1"]
  ticket = ["projects/counterfoil-prod/notificationChannels/2"]
}

# A bank's delivery and a customer's balance wait for no cold start.
instances_min = {
  receive-bank-webhook = 1
  serve-accounts       = 1
}

configuration = {
  SANDBOX_API_URL  = "https://api.bank.example"
  WEBAUTHN_RP_ID   = "counterfoil.example"
  WEBAUTHN_ORIGINS = "https://counterfoil.example"
}

secret_versions = {
  SANDBOX_WEBHOOK_SECRETS           = "1"
  SANDBOX_PROCESSOR_WEBHOOK_SECRETS = "1"
}
