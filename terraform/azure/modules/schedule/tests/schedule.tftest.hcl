run "every_form_of_a_field_is_spelled_for_the_host" {
  command = plan

  variables {
    schedules = {
      daily    = "0 3 * * *"
      office   = "*/15 8-18 * * MON-FRI"
      quarters = "5 0 1,15 JAN,apr *"
      sunday   = "30 3 * * 7"
      odd      = "1-9/3,40 * * * *"
      weekend  = "0 0 * * 5-7"
    }
  }

  assert {
    condition = { for name, schedule in output.schedules : name => schedule.ncrontab } == {
      daily    = "0 0 3 * * *"
      office   = "0 0,15,30,45 8,9,10,11,12,13,14,15,16,17,18 * * 1,2,3,4,5"
      quarters = "0 5 0 1,15 1,4 *"
      sunday   = "0 30 3 * * 0"
      odd      = "0 1,4,7,40 * * * *"
      weekend  = "0 0 0 * * 0,5,6"
    }
    error_message = "six fields, seconds first, Sunday is 0"
  }
  assert {
    condition     = output.schedules["office"].cron == "*/15 8-18 * * MON-FRI"
    error_message = "as it was given"
  }
}
