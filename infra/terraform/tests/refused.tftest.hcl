# What whoever writes a variable file gets wrong is refused before anything is made.
mock_provider "google" {}

variables {
  project            = "counterfoil-test"
  project_number     = "1"
  region             = "europe-west1"
  firestore_location = "eur3"
  domain             = "api.counterfoil.example"
  runbooks_url       = "https://runbooks.counterfoil.example"
  configuration      = { SANDBOX_API_URL = "https://bank.example" }
}

run "a_setting_without_which_functions_do_not_start" {
  command = plan
  variables {
    configuration = {}
  }
  expect_failures = [var.configuration]
}

run "a_setting_that_nobody_declares" {
  command = plan
  variables {
    configuration = { SANDBOX_API_URL = "https://bank.example", SANDBOX_URL = "https://bank.example" }
  }
  expect_failures = [var.configuration]
}

run "a_secret_among_the_settings" {
  command = plan
  variables {
    configuration = { SANDBOX_API_URL = "https://bank.example", SANDBOX_WEBHOOK_SECRETS = "whsec_AAAA" }
  }
  expect_failures = [var.configuration]
}

run "a_secret_whose_version_moves" {
  command = plan
  variables {
    secret_versions = { SANDBOX_WEBHOOK_SECRETS = "latest" }
  }
  expect_failures = [var.secret_versions]
}
