//! The stand-in backend keeps to the API it stands in for.

use std::collections::BTreeSet;

use crate::common::stand_in::{SAMPLE, StandIn};
use reqwest::{Client, Response};
use serde_json::Value;
use sha2::{Digest, Sha256};

const ROWS: usize = 24;

fn client() -> Client {
    // reqwest is built without a default TLS provider; a second install in the same process is refused and harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().build().expect("a client")
}

async fn body(response: Response) -> Value {
    let url = response.url().clone();
    let text = response.text().await.expect("a body");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{url}: {error}: {text}"))
}

async fn get(client: &Client, url: &str) -> Value {
    body(client.get(url).send().await.expect("an answer")).await
}

/// Follows `next` to the end: all rows, and the envelopes' counts.
async fn walk(client: &Client, url: &str) -> (Vec<Value>, Vec<Option<u64>>) {
    let (mut rows, mut counts, mut next) = (Vec::new(), Vec::new(), Some(url.to_owned()));
    while let Some(url) = next {
        let page = get(client, &url).await;
        counts.push(page.get("count").and_then(Value::as_u64));
        rows.extend(page["results"].as_array().expect("results").iter().cloned());
        next = page["next"].as_str().map(str::to_owned);
        assert!(counts.len() <= ROWS, "the walk does not end");
    }
    (rows, counts)
}

#[tokio::test]
async fn every_list_gives_every_row_once_in_both_page_modes() {
    let server = StandIn::start(&["--dump", SAMPLE]);
    let client = client();
    for (path, key) in [("assignments", "id"), ("tasks", "id"), ("ground_truth_events", "pgh_id")] {
        for mode in ["", "&pagination=cursor"] {
            let url = format!("{}/sdk/{path}/?page_size=5&expand=data&ordering=-{key}{mode}", server.url);
            let (rows, counts) = walk(&client, &url).await;
            let ids: Vec<i64> = rows.iter().map(|row| row[key].as_i64().expect("an id")).collect();
            assert_eq!(ids.len(), ROWS, "{url}");
            assert!(ids.is_sorted_by(|a, b| a > b), "{url}: {ids:?}");
            assert!(rows.iter().all(|row| row["data"]["annotations"].is_object()), "{url}");
            let count = if mode.is_empty() { Some(ROWS as u64) } else { None };
            assert_eq!(counts, vec![count; 5], "{url}");
        }
    }
    assert_eq!(server.count("/loose_cursors"), 0);
}

#[tokio::test]
async fn ground_truth_ids_repeat_and_rows_keep_their_numbers() {
    let server = StandIn::start(&["--dump", SAMPLE]);
    let (rows, _) = walk(&client(), &format!("{}/sdk/ground_truth_events/", server.url)).await;
    let ids: BTreeSet<_> = rows.iter().map(|row| row["id"].as_i64()).collect();
    assert!(ids.len() < ROWS, "{ids:?}");
    let url = format!("{}/sdk/assignments/?expand=data&page_size=1000", server.url);
    let served = client().get(url).send().await.expect("an answer").text().await.expect("a body");
    for line in std::fs::read_to_string(SAMPLE).expect("the sample").lines() {
        let data = line.split_once(r#""data": "#).and_then(|(_, rest)| rest.split_once(r#", "file": "#));
        let (payload, _) = data.expect("a payload");
        assert!(served.contains(payload), "a payload was changed: {}", &payload[..80]);
    }
}

#[tokio::test]
async fn a_page_past_the_last_is_404_and_an_old_server_knows_no_cursor() {
    let server = StandIn::start(&["--dump", SAMPLE, "--no-cursor", "--short", "3", "--max-page-size", "10"]);
    let client = client();
    let past = format!("{}/sdk/tasks/?page_size=10&page=4", server.url);
    assert_eq!(client.get(past).send().await.expect("an answer").status(), 404);
    let url = format!("{}/sdk/tasks/?page_size=1000&pagination=cursor&ordering=-id", server.url);
    let (rows, counts) = walk(&client, &url).await;
    assert_eq!((rows.len(), counts), (ROWS, vec![Some(ROWS as u64 + 3); 3]));
}

#[tokio::test]
async fn filters_narrow_and_unknown_keys_do_not() {
    let server = StandIn::start(&["--dump", SAMPLE]);
    let client = client();
    for (list, query, expected) in [
        ("assignments", "id__gte=397133&id__lt=406129", 1),
        ("assignments", "ids=397133,349860,1", 2),
        ("assignments", "ids_ex=397133,349860", 22),
        ("assignments", "status_review=completed,rejected", 16),
        ("assignments", "created__gte=2026-01-03", 0),
        ("assignments", "created__lt=2026-01-03", ROWS as u64),
        ("assignments", "task=100000", ROWS as u64),
        ("assignments", "tasks=100000", 1),
        ("assignments", "project=41", 0),
        ("tasks", "id__lte=100003", 4),
        ("tasks", "has_assignment=false", 0),
        ("ground_truth_events", "category=validation", 2),
        ("ground_truth_events", "ground_truth_dataset_versions=16", 0),
        ("ground_truth_events", "id__gte=999999", ROWS as u64),
    ] {
        let page = get(&client, &format!("{}/sdk/{list}/?page_size=1&{query}", server.url)).await;
        assert_eq!(page["count"], expected, "{list} {query}");
    }
    assert_eq!(server.count("/ignored_keys/task"), 1);
    let long = format!("{}/sdk/tasks/?ids={}", server.url, "1,".repeat(6000));
    assert_eq!(client.get(long).send().await.expect("an answer").status(), 414);
}

#[tokio::test]
async fn the_api_wants_a_token_and_files_want_none() {
    let server = StandIn::start(&["--dump", SAMPLE, "--token", "syn_test"]);
    let client = client();
    let url = format!("{}/sdk/assignments/?page_size=1", server.url);
    for (header, token, status) in [
        ("synapse-access-token", "Token syn_test", 200),
        ("authorization", "Token syn_test", 200),
        ("authorization", "Token forbidden-here", 403),
        ("synapse-access-token", "syn_test", 401),
        ("x-nothing", "at all", 401),
    ] {
        let answer = client.get(&url).header(header, token).send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{header}: {token}");
    }
    assert_eq!(server.count("/bad_auth"), 3);
    let page = body(client.get(&url).header("authorization", "Token syn_test").send().await.expect("an answer")).await;
    let file = page["results"][0]["file"]["url"].as_str().expect("a file URL");
    let image = client.get(file).send().await.expect("an answer").bytes().await.expect("a body");
    let size = imagesize::blob_size(&image).expect("an image");
    assert_eq!((size.width, size.height), (640, 480));
    let leak = client.get(file).header("authorization", "Token syn_test").send().await.expect("an answer");
    assert_eq!((leak.status().as_u16(), server.count("/leaked_tokens")), (400, 1));
}

#[tokio::test]
async fn presigned_payloads_match_their_digest_and_expire() {
    let server = StandIn::start(&["--dump", SAMPLE, "--presigned", "all", "--expire-first"]);
    let client = client();
    let list = format!("{}/sdk/assignments/?page_size=3&response_mode=presigned", server.url);
    for row in get(&client, &list).await["results"].as_array().expect("results") {
        let stale = row["data"]["presigned_url"].as_str().expect("a URL");
        assert_eq!(client.get(stale).send().await.expect("an answer").status(), 403);
        let again = get(&client, &format!("{list}&id={}", row["id"])).await;
        let data = &again["results"][0]["data"];
        let fresh = data["presigned_url"].as_str().expect("a URL");
        let bytes = client.get(fresh).send().await.expect("an answer").bytes().await.expect("a body");
        let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((data["size"].as_u64(), data["data_digest"].as_str()), (Some(bytes.len() as u64), Some(&*digest)));
        let payload: Value = serde_json::from_slice(&bytes).expect("a payload");
        assert_eq!(payload["assignmentId"], row["id"]);
    }
}

#[tokio::test]
async fn ranges_and_conditions_on_files() {
    let server = StandIn::start(&["--dump", SAMPLE]);
    let client = client();
    let page = get(&client, &format!("{}/sdk/assignments/?page_size=1", server.url)).await;
    let url = page["results"][0]["file"]["url"].as_str().expect("a file URL");
    let whole = client.get(url).send().await.expect("an answer");
    let tag = whole.headers()["etag"].clone();
    let whole = whole.bytes().await.expect("a body");
    let tail = client.get(url).header("range", "bytes=100-").header("if-range", tag).send().await.expect("an answer");
    assert_eq!(tail.status(), 206);
    assert_eq!(tail.bytes().await.expect("a body"), whole.slice(100..));
    let changed = client.get(url).header("range", "bytes=100-").header("if-range", "\"x\"").send().await;
    assert_eq!(changed.expect("an answer").status(), 200);
    let outside = client.get(url).header("range", "bytes=9999999-").send().await.expect("an answer");
    assert_eq!(outside.status(), 416);
}

#[tokio::test]
async fn faults_are_what_they_say() {
    let client = client();
    let ask = |server: &StandIn| client.get(format!("{}/sdk/tasks/?page_size=2", server.url)).send();

    let server = StandIn::start(&["--dump", SAMPLE, "--cut-rate", "1", "--fault-limit", "1"]);
    let answer = ask(&server).await.expect("the head arrives");
    assert!(answer.content_length() > Some(100));
    assert!(answer.bytes().await.is_err(), "the body is whole");
    assert_eq!(ask(&server).await.expect("the limit is reached").status(), 200);

    let server = StandIn::start(&["--dump", SAMPLE, "--reset-rate", "1"]);
    assert!(ask(&server).await.is_err());

    let server = StandIn::start(&["--dump", SAMPLE, "--html-rate", "1"]);
    assert!(ask(&server).await.expect("an answer").text().await.expect("a body").starts_with("<!DOCTYPE"));

    let server = StandIn::start(&["--dump", SAMPLE, "--fail-rate", "1", "--fail-status", "520"]);
    let answer = ask(&server).await.expect("an answer");
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].as_bytes()), (520, &b"0"[..]));
    assert_eq!(server.count("/faults/fail"), 1);
}

#[tokio::test]
async fn a_dead_row_stays_dead_until_healed() {
    let server = StandIn::start(&["--dump", SAMPLE, "--die-at", "10"]);
    let client = client();
    let list = format!("{}/sdk/tasks/?page_size=5&pagination=cursor&ordering=-id", server.url);
    let second = get(&client, get(&client, &list).await["next"].as_str().expect("a second page")).await;
    let third = second["next"].as_str().expect("a third page");
    let resumed = format!("{list}&id__lt={}", second["results"][4]["id"]);
    for url in [third, &resumed] {
        assert_eq!(client.get(url).send().await.expect("an answer").status(), 500, "{url}");
    }
    server.heal();
    assert_eq!(walk(&client, &resumed).await.0.len(), ROWS - 10);
}

#[tokio::test]
async fn lists_that_change_or_loop() {
    let client = client();
    let server = StandIn::start(&["--dump", SAMPLE, "--mutate", "both", "--mutate-after", "2"]);
    let url = format!("{}/sdk/tasks/?page_size=5", server.url);
    let (before, after) = (get(&client, &url).await, walk(&client, &url).await.1);
    assert_ne!(before["count"].as_u64(), after.last().copied().flatten(), "nothing changed");

    let server = StandIn::start(&["--dump", SAMPLE, "--loop-cursor"]);
    let mut url = format!("{}/sdk/tasks/?page_size=5&pagination=cursor&ordering=-id", server.url);
    let mut seen = BTreeSet::new();
    while seen.insert(url.clone()) {
        url = get(&client, &url).await["next"].as_str().expect("no end").to_owned();
    }
    assert_eq!(seen.len(), 3);
}
