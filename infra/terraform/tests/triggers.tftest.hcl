mock_provider "google" {}

variables {
  name          = "sweep-things"
  every_minutes = 15
  region        = "europe-west1"
  service       = { name = "sweep-things", uri = "https://sweep-things.example", timeout_seconds = 300 }
  caller_email  = "tick-schedules@counterfoil-test.iam.gserviceaccount.com"

  topic        = "bank-facts"
  filter       = "hasPrefix(attributes.type, \"account.\")"
  push_email   = "push-events@counterfoil-test.iam.gserviceaccount.com"
  dead_letters = "projects/counterfoil-test/topics/dead-letters"
  pubsub_agent = "serviceAccount:service-1@gcp-sa-pubsub.iam.gserviceaccount.com"
}

run "every_two_hours_is_said_in_hours" {
  command = plan
  module {
    source = "./modules/schedule"
  }
  variables {
    every_minutes = 120
  }
  assert {
    condition     = google_cloud_scheduler_job.tick.schedule == "0 */2 * * *"
    error_message = "It is ticked by ${google_cloud_scheduler_job.tick.schedule}."
  }
}

run "every_seven_minutes_is_nothing_that_cron_can_say" {
  command = plan
  module {
    source = "./modules/schedule"
  }
  variables {
    every_minutes = 7
  }
  expect_failures = [google_cloud_scheduler_job.tick]
}

run "what_dead_letters_cannot_deliver_stays_there" {
  command = plan
  module {
    source = "./modules/subscription"
  }
  variables {
    topic        = "dead-letters"
    dead_letters = null
  }
  assert {
    condition     = length(google_pubsub_subscription.push.dead_letter_policy) == 0 && length(google_pubsub_subscription_iam_member.moves) == 0
    error_message = "Dead letters of dead letters go round for ever."
  }
}

run "a_filter_that_is_too_long" {
  command = plan
  module {
    source = "./modules/subscription"
  }
  variables {
    filter = "hasPrefix(attributes.type, \"${join("", [for n in range(257) : "a"])}\")"
  }
  expect_failures = [google_pubsub_subscription.push]
}
