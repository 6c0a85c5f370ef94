project            = "counterfoil-dev"
project_number     = "100000000001"
region             = "europe-west1"
firestore_location = "europe-west1"
domain             = "dev.counterfoil.example"
runbooks_url       = "https://github.com/counterfoil/counterfoil/blob/main/docs/runbooks"
is_protected       = false
archive_days       = 7

configuration = {
  SANDBOX_API_URL  = "https://bank.dev.counterfoil.example"
  WEBAUTHN_RP_ID   = "dev.counterfoil.example"
  WEBAUTHN_ORIGINS = "https://dev.counterfoil.example"
}
