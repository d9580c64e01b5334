//! One phone must not make the others wait, and what fails is counted.

use gocua_domain::desk::Needs;
use gocua_domain::id::HouseholdId;
use gocua_store::{Fault, PhoneLine};
use gocua_tests::fixture::{self, HOUSEHOLDS, PASSWORD, VOLUNTEER, WARD};
use gocua_tests::phone::finish;
use gocua_tests::{Phone, TestApp, on_both};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PUSH: &str = "/api/v1/sync/push";
const PULL: &str = "/api/v1/sync/pull";

/// A push of which only the first half was sent: its phone has a place at the door until the rest
/// comes or the line is closed.
async fn half_a_push(app: &TestApp, phone: &Phone, body: &str) -> TcpStream {
    // The session is known from here on: whoever is let in is let in at once.
    assert_eq!(phone.pull(None).await.status, 200);
    let place = app.url.strip_prefix("http://").expect("plain");
    let mut line = TcpStream::connect(place).await.expect("connects");
    let access = phone.access.as_deref().expect("signed in");
    let head = format!(
        "POST {PUSH} HTTP/1.1\r\nHost: {place}\r\nX-Gocua: 1\r\nAuthorization: Bearer {access}\r\n\
         Content-Type: application/json\r\nConnection: close\r\nExpect: 100-continue\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    line.write_all(head.as_bytes()).await.expect("is sent");
    // It says so when it has passed the request on.
    const GO_ON: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
    let mut said = [0; GO_ON.len()];
    line.read_exact(&mut said).await.expect("is let in");
    assert_eq!(said, GO_ON);
    line.write_all(&body.as_bytes()[..body.len() / 2]).await.expect("is sent");
    line
}

/// Failed syncs of a phone in the book, of one kind.
async fn counted(app: &TestApp, phone: &Phone, fault: Fault) -> i64 {
    app.state.gate.write_down(app.store()).await.expect("is written");
    let all = app.store().sync_faults(WARD).await.expect("reads");
    all.iter().find(|f| f.device.0 == phone.device && f.fault == fault).map_or(0, |f| f.count)
}

/// Waits until a failed sync is in the book: that a line was closed is noticed a moment later.
async fn until_counted(app: &TestApp, phone: &Phone, fault: Fault) {
    while counted(app, phone, fault).await == 0 {
        tokio::task::yield_now().await;
    }
}

/// What the desk sees of a phone.
async fn seen(app: &TestApp, phone: &Phone) -> PhoneLine {
    app.state.gate.write_down(app.store()).await.expect("is written");
    let phones = app.store().phones(WARD, None, app.now()).await.expect("reads");
    phones.into_iter().find(|p| p.device.0 == phone.device).expect("the phone is known")
}

async fn pull_saying(phone: &Phone, words: &str) -> u16 {
    finish(phone.request("GET", PULL).header("X-Gocua-Phone", words)).await.status
}

on_both! {
    async fn a_phone_in_a_loop_is_told_to_wait_and_others_are_not(app: &TestApp) {
        let (phone, other) = (app.signed_in(VOLUNTEER).await, app.signed_in(VOLUNTEER).await);
        let mut told = None;
        for calls in 0..100 {
            let answer = phone.pull(None).await;
            if answer.status != 200 {
                told = Some((calls, answer));
                break;
            }
        }
        let (calls, answer) = told.expect("the loop is stopped");
        assert_eq!((calls, answer.status), (40, 429));
        assert_eq!(answer.code(), "too_many_requests");
        assert_eq!(answer.header("retry-after"), "1");
        assert_eq!(other.pull(None).await.status, 200);
        app.pass(500);
        assert_eq!(phone.pull(None).await.status, 200);
        assert_eq!(phone.pull(None).await.status, 429);
        assert_eq!(counted(app, &phone, Fault::TooMany).await, 2);
        assert_eq!(counted(app, &other, Fault::TooMany).await, 0);
    }

    async fn a_second_push_is_refused_while_the_first_is_at_work(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let push = |seq, house: usize| fixture::visit(phone.device, seq, HOUSEHOLDS[house], app.now());
        let (first, second) = (push(1, 0).to_string(), push(2, 1));
        let mut line = half_a_push(app, &phone, &first).await;
        let answer = phone.post(PUSH, &second).await;
        assert_eq!((answer.status, answer.code()), (429, "too_many_requests".into()));
        assert_eq!(answer.header("retry-after"), "2");
        assert_eq!(phone.pull(None).await.status, 200, "a pull goes beside it");
        line.write_all(&first.as_bytes()[first.len() / 2..]).await.expect("is sent");
        let mut answer = String::new();
        line.read_to_string(&mut answer).await.expect("is answered");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("applied"), "{answer}");
        assert_eq!(phone.post(PUSH, &second).await.status, 200, "the place is free again");
    }

    async fn a_push_that_breaks_off_frees_its_place_and_is_counted(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let push = fixture::visit(phone.device, 1, HOUSEHOLDS[0], app.now());
        let line = half_a_push(app, &phone, &push.to_string()).await;
        let other = fixture::visit(phone.device, 2, HOUSEHOLDS[1], app.now());
        assert_eq!(phone.post(PUSH, &other).await.status, 429);
        drop(line);
        until_counted(app, &phone, Fault::Aborted).await;
        let answer = phone.post(PUSH, &push).await;
        assert_eq!(answer.json()["results"][0]["outcome"], "applied", "{}", answer.text());
        assert_eq!(counted(app, &phone, Fault::Aborted).await, 1);
    }

    async fn what_cannot_be_read_and_who_is_not_let_in_is_counted(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let mut push = fixture::visit(phone.device, 1, HOUSEHOLDS[0], app.now());
        push["ops"] = serde_json::json!("none");
        assert_eq!(phone.post(PUSH, &push).await.status, 422);
        let foreign = fixture::visit(gocua_tests::fresh_id(), 1, HOUSEHOLDS[0], app.now());
        assert_eq!(phone.post(PUSH, &foreign).await.code(), "device_mismatch");
        let stale = phone.access.clone();
        assert_eq!(phone.post("/api/v1/auth/logout", &serde_json::json!({})).await.status, 204);
        assert_eq!(phone.access, stale);
        assert_eq!(phone.pull(None).await.code(), "session_expired");
        let mut stranger = app.phone();
        stranger.access = Some("no token".into());
        assert_eq!(stranger.pull(None).await.code(), "token_invalid");
        assert_eq!(counted(app, &phone, Fault::Malformed).await, 1);
        assert_eq!(counted(app, &phone, Fault::RefusedSession).await, 2);
        let all = app.store().sync_faults(WARD).await.expect("reads");
        assert!(all.iter().all(|f| f.device.0 == phone.device), "{all:?}");
        assert_eq!(seen(app, &phone).await.last_failure.map(|(_, kind)| kind).as_deref(),
            Some("refused_session"));
    }

    async fn what_a_phone_says_reaches_the_desk_though_it_pushes_nothing(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let mark = |line: PhoneLine| (line.app_version, line.facts.queued, line.facts.failed,
            line.facts.last_seen_at.0 - gocua_tests::START.0);
        assert_eq!(mark(seen(app, &phone).await), (None, 0, 0, 0));
        app.pass(1_000);
        assert_eq!(pull_saying(&phone, "v=0.2.0; q=12; f=3").await, 200);
        let version = Some("0.2.0".to_owned());
        assert_eq!(mark(seen(app, &phone).await), (version.clone(), 12, 3, 1_000));
        app.pass(59_000);
        assert_eq!(pull_saying(&phone, "v=0.2.0; q=12; f=3").await, 200);
        assert_eq!(mark(seen(app, &phone).await), (version.clone(), 12, 3, 1_000), "no news");
        app.pass(1_000);
        assert_eq!(pull_saying(&phone, "q=12; f=?").await, 200);
        assert_eq!(mark(seen(app, &phone).await), (version.clone(), 12, 3, 61_000), "a minute later");
        assert_eq!(pull_saying(&phone, "q=11").await, 200);
        // What a push says is newer than what was said before it and not yet written down.
        app.pass(1);
        let push = fixture::visit(phone.device, 1, HOUSEHOLDS[0], app.now());
        assert_eq!(phone.post(PUSH, &push).await.status, 200);
        let (_, queued, _, at) = mark(seen(app, &phone).await);
        assert_eq!((queued, at), (0, 61_001));
    }

    /// A rejected record needs help until the phone says that nothing rejected lies on it.
    async fn a_phone_that_has_put_right_what_was_rejected_needs_nothing(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let nowhere = async |seq| {
            app.pass(1);
            let push = fixture::visit(phone.device, seq, HouseholdId(gocua_tests::fresh_id()), app.now());
            assert_eq!(phone.post(PUSH, &push).await.status, 200);
        };
        let rejected = async |words: Option<&str>| {
            app.pass(1);
            if let Some(words) = words {
                assert_eq!(pull_saying(&phone, words).await, 200);
            }
            let line = seen(app, &phone).await;
            assert_eq!(line.rejected.iter().map(|(_, n)| n).sum::<i64>(), line.facts.rejected);
            (line.facts.rejected, line.needs)
        };
        nowhere(1).await;
        nowhere(2).await;
        assert_eq!(rejected(None).await, (2, Needs::Rejected));
        assert_eq!(rejected(Some("q=0; r=1")).await, (2, Needs::Rejected), "one still lies there");
        assert_eq!(rejected(Some("q=0")).await, (2, Needs::Rejected), "an older app says nothing");
        assert_eq!(rejected(Some("q=0; r=0")).await, (0, Needs::Nothing));
        nowhere(3).await;
        assert_eq!(rejected(None).await, (1, Needs::Rejected), "a new one counts at once");
        assert_eq!(rejected(Some("q=0; r=1")).await.1, Needs::Rejected);
    }

    async fn a_refused_push_still_says_what_waits(app: &TestApp) {
        let mut phone = app.phone();
        assert_eq!(phone.login(VOLUNTEER, PASSWORD).await.status, 200);
        let request = phone.request("POST", PUSH).header("X-Gocua-Phone", "v=0.2.0; q=7; f=1");
        assert_eq!(finish(request.header("content-type", "application/json").body("{")).await.status, 400);
        let line = seen(app, &phone).await;
        assert_eq!((line.facts.queued, line.facts.failed), (7, 1));
        assert_eq!(line.last_failure.map(|(_, kind)| kind).as_deref(), Some("malformed"));
    }
}
