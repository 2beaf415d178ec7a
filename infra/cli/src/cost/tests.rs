//! Bills computed by hand, at the edges of tiers, grants and roundings.

use rust_decimal::Decimal;

use super::bill::Item;
use super::gaps::{Assumed, Gaps};
use super::json;
use super::options::{Choice, break_even};
use super::prices::Prices;
use super::text;
use super::workload::{Calls, Function, Operation, Run, Source, StoreUse, Workload};
use super::{Report, reckon};

/// One HTTP function of 512 MB and 100 ms that logs and answers nothing, and never starts cold.
pub(super) fn plain() -> Workload {
    Workload {
        functions: vec![function("receive", Source::Http)],
        stores: Vec::new(),
        sent_only: Vec::new(),
        message_bytes: 1024.into(),
        object_bytes: 100_000.into(),
        stored_gb: None,
        batch: Decimal::ONE,
        cold_percent: Decimal::ZERO,
        concurrency: Decimal::ONE,
    }
}

fn function(name: &str, source: Source) -> Function {
    let run = Run { duration_ms: 100.into(), init_ms: 50.into(), used_mb: 512.into() };
    Function {
        name: name.to_owned(),
        source,
        calls: Calls::EachRequest,
        memory_mb: 512.into(),
        aws: run,
        azure: run,
        response_bytes: Decimal::ZERO,
        log_bytes: Decimal::ZERO,
    }
}

fn with(mut load: Workload, change: impl Fn(&mut Function)) -> Workload {
    load.functions.iter_mut().for_each(change);
    load
}

fn took(ms: &str) -> Workload {
    let ms: Decimal = ms.parse().unwrap();
    with(plain(), |one| (one.aws.duration_ms, one.azure.duration_ms) = (ms, ms))
}

fn cents(choice: Choice, load: &Workload, requests: u64) -> String {
    choice.bill(load, &Prices::load(None).unwrap(), requests).unwrap().cents().to_string()
}

/// What the lines of `item` come to, exactly.
fn item(choice: Choice, load: &Workload, requests: u64, item: Item) -> String {
    let bill = choice.bill(load, &Prices::load(None).unwrap(), requests).unwrap();
    let those = bill.lines.iter().filter(|line| line.item == item);
    those.map(|line| line.usd).sum::<Decimal>().normalize().to_string()
}

#[test]
fn lambda_on_arm_at_the_edges_of_the_free_tier_and_of_the_price_tiers() {
    // Each call is 0.1 s x 0.5 GB = 0.05 GB-s; free are 1,000,000 calls and 400,000 GB-s.
    //
    //        requests   calls billed x 0.20/M   GB-s billed                      total
    //       1,000,000   0                       50,000 < 400,000: 0               0.00
    //       1,025,000   25,000          0.005   0                                 0.01 (half up)
    //       8,000,000   7,000,000       1.40    400,000 - 400,000 = 0             1.40
    //       9,000,000   8,000,000       1.60    50,000 x 0.0000133334 = 0.66667   2.27
    // 150,008,000,000   30,001.40               7.5 G x 0.0000133334 = 100,000.50     130,001.90
    // 170,008,000,000   34,001.40               + 1 G x 0.0000120001 = 12,000.10      146,002.00
    for (requests, usd) in [
        (0, "0.00"),
        (1_000_000, "0.00"),
        (1_025_000, "0.01"),
        (8_000_000, "1.40"),
        (9_000_000, "2.27"),
        (150_008_000_000, "130001.90"),
        (170_008_000_000, "146002.00"),
    ] {
        assert_eq!(cents(Choice::LambdaArm, &plain(), requests), usd, "{requests}");
    }
}

#[test]
fn lambda_on_x86_at_the_edges_of_the_price_tiers() {
    //        requests   calls billed x 0.20/M   GB-s billed                              total
    //       9,000,000   1.60                    50,000 x 0.0000166667 = 0.833335          2.43
    // 120,008,000,000   24,001.40               6 G x 0.0000166667 = 100,000.20     124,001.60
    // 300,008,000,000   60,001.40               + 9 G x 0.000015 = 135,000          295,001.60
    // 320,008,000,000   64,001.40               + 1 G x 0.0000133334 = 13,333.40    312,335.00
    for (requests, usd) in [
        (9_000_000, "2.43"),
        (120_008_000_000, "124001.60"),
        (300_008_000_000, "295001.60"),
        (320_008_000_000, "312335.00"),
    ] {
        assert_eq!(cents(Choice::LambdaX86, &plain(), requests), usd, "{requests}");
    }
}

#[test]
fn lambda_rounds_a_call_up_to_a_millisecond_and_bills_cold_starts() {
    // 100,000,000 calls x 0.5 GB; 0.0000133334 a GB-s; 400,000 GB-s are free.
    //   took      billed    GB-s                 less free    usd
    //   1 ms      1 ms      50,000               0            0
    //   9 ms      9 ms      450,000              50,000       0.66667
    //   9.001 ms  10 ms     500,000              100,000      1.33334
    //   10 ms     10 ms     500,000              100,000      1.33334
    for (ms, usd) in [("1", "0"), ("9", "0.66667"), ("9.001", "1.33334"), ("10", "1.33334")] {
        assert_eq!(item(Choice::LambdaArm, &took(ms), 100_000_000, Item::Compute), usd, "{ms}");
    }
    // 1 % cold: 1,000,000 x 50 ms x 0.5 GB = 25,000 GB-s more: 125,000 x 0.0000133334 = 1.666675
    let cold = Workload { cold_percent: Decimal::ONE, ..took("10") };
    assert_eq!(item(Choice::LambdaArm, &cold, 100_000_000, Item::Compute), "1.666675");
}

#[test]
fn consumption_rounds_memory_to_128_mb_and_bills_100_ms_at_least() {
    // 10,000,000 calls; 0.000016 a GB-s; 400,000 GB-s are free.
    //   uses     billed    took      billed    GB-s         less free   usd
    //   1 MB     128 MB    1 ms      100 ms    125,000      0           0
    //   512 MB   512 MB    100 ms    100 ms    500,000      100,000     1.60
    //   513 MB   640 MB    100 ms    100 ms    625,000      225,000     3.60
    //   512 MB   512 MB    100.1 ms  101 ms    505,000      105,000     1.68
    //   1536 MB  1536 MB   100 ms    100 ms    1,500,000    1,100,000   17.60
    for (used, ms, usd) in [
        (1, "1", "0"),
        (512, "100", "1.6"),
        (513, "100", "3.6"),
        (512, "100.1", "1.68"),
        (1536, "100", "17.6"),
    ] {
        let load = with(took(ms), |one| one.azure.used_mb = used.into());
        let compute = item(Choice::Consumption, &load, 10_000_000, Item::Compute);
        assert_eq!(compute, usd, "{used} MB, {ms} ms");
    }
    //   executions: 10,000,000 - 1,000,000 = 9,000,000 x 0.20/M = 1.80; + 1.60
    assert_eq!(cents(Choice::Consumption, &plain(), 10_000_000), "3.40");
    assert_eq!(cents(Choice::Consumption, &plain(), 1_000_000), "0.00");
}

#[test]
fn flex_bills_a_second_at_least_and_the_whole_instance() {
    // Each call of 100 ms is 1 s x 0.5 GB; free are 250,000 executions and 100,000 GB-s.
    //   requests    executions billed x 0.40/M    GB-s billed x 0.000026           total
    //    200,000    0                             100,000 - 100,000 = 0             0.00
    //    250,000    0                             25,000         0.65               0.65
    //  1,000,000    750,000          0.30         400,000        10.40             10.70
    for (requests, usd) in [(200_000, "0.00"), (250_000, "0.65"), (1_000_000, "10.70")] {
        assert_eq!(cents(Choice::Flex, &plain(), requests), usd, "{requests}");
    }
    // 1,000,000 calls, GB-s less 100,000, x 0.000026
    //   took       billed     of 512 MB              of 2048 MB
    //   1,000 ms   1,000 ms   500,000     10.40      2,000,000   49.40
    //   1,001 ms   1,100 ms   550,000     11.70      2,200,000   54.60
    for (ms, small, large) in [("1000", "10.4", "49.4"), ("1001", "11.7", "54.6")] {
        assert_eq!(item(Choice::Flex, &took(ms), 1_000_000, Item::Compute), small);
        let load = with(took(ms), |one| one.memory_mb = 513.into());
        assert_eq!(item(Choice::Flex, &load, 1_000_000, Item::Compute), large);
    }
}

#[test]
fn flex_bills_an_instance_that_is_always_at_work_for_the_month_and_no_more() {
    // A month has 2,628,000 s. Calls of 100 ms, a second each if apart; 0.5 GB.
    //    requests     apart         at work   instances   billed s      GB-s less 100,000   x 0.000026
    //   2,628,000     2,628,000 s   10 %      1           2,628,000     1,214,000           31.564
    //  26,280,000     26,280,000    100 %     1           2,628,000     1,214,000           31.564
    //  26,280,001     26,280,001    > 100 %   2           5,256,000     2,528,000           65.728
    for (requests, usd) in [(2_628_000, "31.564"), (26_280_000, "31.564"), (26_280_001, "65.728")] {
        assert_eq!(item(Choice::Flex, &plain(), requests, Item::Compute), usd, "{requests}");
    }
    let load = Workload { concurrency: 4.into(), ..plain() };
    assert_eq!(item(Choice::Flex, &load, 26_280_001, Item::Compute), "31.564");
}

#[test]
fn a_container_costs_the_same_until_it_has_no_time_left() {
    // Fargate, 0.25 vCPU and 0.5 GB, 730 hours:
    //   182.5 vCPU-h x 0.03238 = 5.90935; 365 GB-h x 0.00356 = 1.2994; 730 h x 0.005 = 3.65: 10.85875
    // One instance has 2,628,000 s: 26,280,000 calls of 100 ms.
    for (requests, usd) in [(0, "10.86"), (26_280_000, "10.86"), (26_280_001, "21.72")] {
        assert_eq!(cents(Choice::Fargate, &plain(), requests), usd, "{requests}");
    }
    // 1,024 MB: 365 x 0.03238 = 11.8187; 730 x 0.00356 = 2.5988; 3.65: 18.0675
    let load = with(plain(), |one| one.memory_mb = 513.into());
    assert_eq!(cents(Choice::Fargate, &load, 0), "18.07");
}

#[test]
fn container_apps_bill_what_is_idle_at_the_idle_rate() {
    // 2,628,000 s; 0.25 vCPU and 0.5 GiB; free: 180,000 vCPU-s at work, 360,000 GiB-s, 2,000,000 requests.
    // memory: 1,314,000 - 360,000 = 954,000 GiB-s x 0.000003 = 2.862
    //    requests   at work                                  idle vCPU-s              requests   total
    //           0   0                                        657,000 x 0.000003       0           4.833
    //   7,200,000   720,000 s, 180,000 vCPU-s: free          477,000: 1.431           2.08        6.373
    //  26,280,000   657,000 - 180,000 = 477,000 x 0.000024   0                        9.712      24.022
    //               = 11.448
    for (requests, usd) in [(0, "4.83"), (7_200_000, "6.37"), (26_280_000, "24.02")] {
        assert_eq!(cents(Choice::ContainerApps, &plain(), requests), usd, "{requests}");
    }
}

#[test]
fn a_queue_is_polled_when_nothing_is_in_it() {
    let queue = |fifo| {
        let functions = vec![function("archive", Source::Queue { fifo })];
        Workload { functions, ..plain() }
    };
    // AWS: 5 pollers x 2,628,000 s / 20 s = 657,000 polls; 3 requests a message; 1,000,000 are free.
    //   messages   requests     standard x 0.40/M        fifo x 0.50/M
    //          0     657,000    0                        0
    //    114,333     999,999    0                        0
    //    114,334   1,000,002    0.0000008                0.000001
    //  1,000,000   3,657,000    1.0628                   1.3285
    let sqs = |load: &Workload, requests| {
        let of =
            |wanted| item(Choice::LambdaArm, load, requests, wanted).parse::<Decimal>().unwrap();
        (of(Item::Messages) + of(Item::IdlePolls)).normalize().to_string()
    };
    for (messages, standard, fifo) in [
        (0, "0", "0"),
        (114_333, "0", "0"),
        (114_334, "0.0000008", "0.000001"),
        (1_000_000, "1.0628", "1.3285"),
    ] {
        assert_eq!(sqs(&queue(false), messages), standard, "{messages}");
        assert_eq!(sqs(&queue(true), messages), fifo, "{messages}");
    }
    // Both: the first million is free once. 657,000 + 657,000 + 3 x 100,000 x 2 = 1,914,000; standard has
    // 957,000, fifo 957,000 of which 43,000 are free: 914,000 x 0.50/M
    let functions = vec![
        function("archive", Source::Queue { fifo: false }),
        function("orders", Source::Queue { fifo: true }),
    ];
    assert_eq!(sqs(&Workload { functions, ..plain() }, 100_000), "0.457");
    // Ten at a time: 1,000,000 + 100,000 + 100,000 requests; 100,000 calls.
    let ten = Workload { batch: 10.into(), ..queue(false) };
    // 1,200,000 + 657,000 - 1,000,000 = 857,000 x 0.40/M
    assert_eq!(sqs(&ten, 1_000_000), "0.3428");
    assert_eq!(item(Choice::LambdaArm, &ten, 20_000_000, Item::Requests), "0.2");
    // Messages of 64 KB + 1 byte take two requests to send and two to receive: 5 in all.
    let large = Workload { message_bytes: 65_537.into(), ..queue(false) };
    assert_eq!(sqs(&large, 1_000_000), "1.8628");

    // Azure: 2,628,000 s / 60 s + / 10 s = 306,600 polls; 3 operations a message; 0.004 for 10,000.
    assert_eq!(item(Choice::Flex, &queue(false), 0, Item::IdlePolls), "0.12264");
    assert_eq!(item(Choice::Flex, &queue(false), 1_000_000, Item::Messages), "1.2");
}

#[test]
fn a_blob_event_goes_through_a_queue_and_on_azure_through_event_grid() {
    let load = Workload { functions: vec![function("thumbnail", Source::Blob)], ..plain() };
    // 2 operations an event, 100,000 are free, 0.60/M: 50,000 events cost nothing, 1,000,000: 1.14
    assert_eq!(item(Choice::Flex, &load, 50_000, Item::BlobEvents), "0");
    assert_eq!(item(Choice::Flex, &load, 1_000_000, Item::BlobEvents), "1.14");
    // 3,000,000 + 657,000 - 1,000,000 = 2,657,000; the messages 1.2, the polls 0.2628 - 0.40
    assert_eq!(item(Choice::LambdaArm, &load, 1_000_000, Item::Messages), "1.2");
    assert_eq!(item(Choice::LambdaArm, &load, 1_000_000, Item::IdlePolls), "-0.1372");
}

#[test]
fn stores_logs_and_answers_at_the_edges_of_what_is_free() {
    let used = |operation, times| StoreUse { store: "photos".to_owned(), operation, times };
    let load = Workload {
        stores: vec![
            used(Operation::Write, Calls::EachRequest),
            used(Operation::Read, Calls::EachRequest),
            used(Operation::Delete, Calls::EachRequest),
            used(Operation::List, Calls::Month(1000.into())),
        ],
        object_bytes: (1 << 20).into(),
        ..with(plain(), |one| {
            (one.log_bytes, one.response_bytes) = ((1 << 10).into(), (1 << 20).into());
        })
    };
    // 102,400 requests: 102,400 writes of 1 MB = 100 GB; 102,400 reads; 1,000 lists; deletes cost nothing.
    //   aws:   100 x 0.023 = 2.30;  103,400 x 0.005/k = 0.517; 102,400 x 0.0004/k = 0.04096
    //   azure: 100 x 0.0208 = 2.08; 103,400 x 0.055/10k = 0.5687; 102,400 x 0.0044/10k = 0.045056
    //   answers: 100 GB, all free
    assert_eq!(item(Choice::LambdaArm, &load, 102_400, Item::Storage), "2.3");
    assert_eq!(item(Choice::LambdaArm, &load, 102_400, Item::StoreOperations), "0.55796");
    assert_eq!(item(Choice::Flex, &load, 102_400, Item::Storage), "2.08");
    assert_eq!(item(Choice::Flex, &load, 102_400, Item::StoreOperations), "0.613756");
    assert_eq!(item(Choice::LambdaArm, &load, 102_400, Item::Egress), "0");
    // 112,640: 110 GB of answers: 10 x 0.09, 10 x 0.087
    assert_eq!(item(Choice::LambdaArm, &load, 112_640, Item::Egress), "0.9");
    assert_eq!(item(Choice::Flex, &load, 112_640, Item::Egress), "0.87");
    // 10,485,760 x 1 KB = 10 GB on AWS, 5 of them free: 2.50; 10.73741824 on Azure: 5.73741824 x 2.30
    assert_eq!(item(Choice::LambdaArm, &load, 10_485_760, Item::Logs), "2.5");
    assert_eq!(item(Choice::Flex, &load, 10_485_760, Item::Logs), "13.196061952");
    // 10,485,760 x 1 MB = 10,240 GB of answers, less 100: 10,140 x 0.09 = 912.60
    assert_eq!(item(Choice::LambdaArm, &load, 10_485_760, Item::Egress), "912.6");
}

#[test]
fn a_container_is_cheaper_from_the_break_even_point_on() {
    let prices = Prices::load(None).unwrap();
    let points = break_even(&plain(), &prices);
    let [arm, x86, flex] = points.as_slice() else { panic!("{points:?}") };
    assert_eq!((arm.choice, x86.choice), (Choice::LambdaArm, Choice::LambdaX86));
    // A request costs Container Apps twice what it costs Consumption, so these two do not cross.
    assert_eq!(flex.choice, Choice::Flex);
    // (n - 1 M) x 0.0000002 + (0.05 n - 400,000) x 0.0000133334 >= 10.85875
    //   n x 0.00000086667 >= 10.85875 + 0.2 + 5.33336 = 16.39211: n = 18,913,901
    assert_eq!(arm.requests, 18_913_901);
    for point in points {
        let usd =
            |choice: Choice, requests| choice.bill(&plain(), &prices, requests).unwrap().total();
        let at = point.requests;
        assert!(usd(point.container, at) <= usd(point.choice, at));
        assert!(usd(point.container, at - 1) > usd(point.choice, at - 1));
    }
}

#[test]
fn what_no_instance_has_the_memory_for_is_said_and_not_reckoned() {
    let prices = Prices::load(None).unwrap();
    let load = with(plain(), |one| one.memory_mb = 10_240.into());
    for (choice, why) in [
        (Choice::Flex, "no instance has 10240 MB; the largest has 4096 MB"),
        (Choice::Consumption, "an app has 1536 MB at most, not 10240 MB"),
        (Choice::Fargate, "no instance has 10240 MB; the largest here has 8192 MB"),
    ] {
        assert_eq!(choice.bill(&load, &prices, 1).unwrap_err().to_string(), why);
    }
    assert!(Choice::LambdaArm.bill(&load, &prices, 1).is_ok());
}

#[test]
fn the_largest_numbers_that_are_taken_fit_into_a_bill() {
    let million = Decimal::from(1_000_000);
    let most = super::number::MOST;
    let mut load = with(plain(), |one| {
        (one.memory_mb, one.log_bytes, one.response_bytes) = (512.into(), most.into(), most.into());
        (one.aws.duration_ms, one.aws.init_ms, one.azure.duration_ms) = (million, million, million);
    });
    load.message_bytes = most.into();
    load.object_bytes = most.into();
    load.stores = vec![StoreUse {
        store: "photos".to_owned(),
        operation: Operation::Write,
        times: Calls::Month(most.into()),
    }];
    for choice in Choice::ALL {
        assert!(choice.bill(&load, &Prices::load(None).unwrap(), most).unwrap().total() > million);
    }
}

#[test]
fn a_bill_is_shown_to_people_and_to_programs() {
    let prices = Prices::load(None).unwrap();
    let load = with(plain(), |one| one.memory_mb = 8000.into());
    let assumed = |function: &str| Assumed {
        function: function.to_owned(),
        duration_ms: 100,
        measure: "anyfn dev".to_owned(),
    };
    let gaps = Gaps { assumed: vec![assumed("receive")], unknown: vec!["recieve".to_owned()] };
    let report = Report { gaps: Some(gaps), ..reckon("shop", 9_000_000, &load, &prices) };
    let text = text::of(&report, true);
    // 9,000,000 x 0.1 s x 7.8125 GB = 7,031,250 GB-s, 400,000 of them free
    for part in [
        "shop: US dollars a month at 9,000,000 requests",
        "Azure Flex: no instance has 8000 MB; the largest has 4096 MB",
        "  receive              each request, 100 ms, 8000 MB (uses 512 MB)\n`receive` was not measured: ",
        "\n`recieve` was measured, and the app has no such function: left out\n",
        "    free tier               -5.33                400,000 GB-s",
        "costs no more than Lambda arm64",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let json: serde_json::Value = serde_json::from_str(&json::of(&report).unwrap()).unwrap();
    let lambda = &json["options"][0];
    // (7,031,250 - 400,000) x 0.0000133334 + 8,000,000 x 0.0000002 = 88.41710875 + 1.60
    assert_eq!((&lambda["name"], &lambda["usd"]), (&"lambda-arm64".into(), &"90.02".into()));
    assert_eq!(lambda["exact_usd"], "90.01710875");
    assert_eq!(lambda["lines"][1]["free_tier"], true);
    assert_eq!(json["options"][3]["name"], "azure-flex");
    assert!(json["options"][3]["unavailable"].is_string());
    assert!(json["prices"]["aws.lambda.arm64"]["source"].is_string());
    assert_eq!(json["measured"]["assumed"][0]["function"], "receive");
    assert_eq!(json["measured"]["unknown"][0], "recieve");
}
