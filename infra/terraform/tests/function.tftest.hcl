mock_provider "google" {}

variables {
  name            = "track-thing"
  project         = "counterfoil-test"
  region          = "europe-west1"
  image           = "images.example/track-thing@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  topics          = { customers = "customers", bank-facts = "bank-facts" }
  configuration   = { SIZE = "2", OTHER = "3" }
  secret_ids      = { API_KEY = "projects/counterfoil-test/secrets/api-key", OTHER_KEY = "projects/counterfoil-test/secrets/other-key" }
  secret_versions = { API_KEY = "7" }
  instances_min   = 0
  scope_roles     = {}
  database        = "(default)"
  collector_image = null
  declared = {
    visibility     = "internal"
    publishes      = { customers = ["account.changed"] }
    usesFirestore  = true
    scopes         = []
    config         = { SIZE = { secret = false, required = true }, API_KEY = { secret = true, required = true } }
    memoryMi       = 512
    cpu            = 1
    concurrency    = 16
    timeoutSeconds = 60
    maxScale       = 20
    impact         = "Nothing."
  }
}

run "it_gets_what_it_declares_and_nothing_else" {
  command = plan
  module {
    source = "./modules/function"
  }

  assert {
    condition     = toset([for env in google_cloud_run_v2_service.function.template[0].containers[0].env : env.name]) == toset(["GOOGLE_CLOUD_PROJECT", "PUSH_TOKEN_CHECKED_BY", "SIZE", "API_KEY"])
    error_message = "It has other variables than it declares."
  }
  assert {
    condition     = [for env in google_cloud_run_v2_service.function.template[0].containers[0].env : env.value_source[0].secret_key_ref[0].version if env.name == "API_KEY"] == ["7"]
    error_message = "The secret is not of the version that was asked for."
  }
  assert {
    condition     = keys(google_pubsub_topic_iam_member.publishes) == ["customers"] && keys(google_secret_manager_secret_iam_member.reads) == ["API_KEY"]
    error_message = "It has other rights than it declares."
  }
  assert {
    condition     = length(google_cloud_run_v2_service_iam_member.public) == 0
    error_message = "An event function is open to everybody."
  }
}

run "a_tag_is_no_image" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    image = "images.example/track-thing:latest"
  }
  expect_failures = [google_cloud_run_v2_service.function]
}

run "a_collector_beside_it_may_send_on_what_it_measures" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    collector_image = "images.example/collector"
  }
  assert {
    condition     = length(google_cloud_run_v2_service.function.template[0].containers) == 2 && length(google_project_iam_member.telemetry) == 2
    error_message = "What it measures goes nowhere."
  }
}

run "it_is_made_of_the_image_that_was_pushed" {
  command = apply
  module {
    source = "./modules/function"
  }
}

run "and_what_a_release_moved_is_left_where_it_is" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    image = "images.example/track-thing@sha256:1111111111111111111111111111111111111111111111111111111111111111"
  }
  assert {
    condition     = google_cloud_run_v2_service.function.template[0].containers[0].image == "images.example/track-thing@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    error_message = "Terraform would give all traffic to an image that nobody released, or take back one that was."
  }
}
