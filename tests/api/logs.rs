//! What the log must never hold.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use gocua_server::telemetry::DEFAULT;
use gocua_tests::fixture::{HOUSEHOLDS, PASSWORD, VOLUNTEER};
use gocua_tests::on_both;
use gocua_tests::phone::finish;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

/// The log of this process, in memory.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// All of it so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("no writer panicked")).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no writer panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Begins to listen, once a process; the server's threads write to it too.
pub(crate) fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        tracing_subscriber::fmt()
            .with_env_filter(format!("{DEFAULT},gocua_server=trace,gocua_store=trace"))
            .with_writer(log.clone())
            .with_ansi(false)
            .init();
        log
    })
}

on_both! {
    /// Even with all of our own lines switched on: no login, no password, no token, no name, no query.
    async fn nobodys_data_reaches_the_log(app: &TestApp) {
        let log = log();
        let canary = format!("chim-hoàng-yến-{}", gocua_tests::fresh_id().simple());
        let mut phone = app.signed_in(VOLUNTEER).await;
        let mut secrets = vec![canary.clone(), PASSWORD.to_owned()];
        secrets.extend(phone.access.clone());
        secrets.extend(phone.cookie.clone());
        app.phone().login(&canary, PASSWORD).await;
        app.phone().login(VOLUNTEER, &canary).await;
        let proof = phone.proof();
        phone.refresh_with(&proof).await;
        secrets.push(proof);
        phone.knock(HOUSEHOLDS[0], app.now()).await;
        let mut push = gocua_tests::fixture::visit(phone.device, 9, HOUSEHOLDS[1], app.now());
        push["ops"][0]["payload"]["note"] = json!(canary);
        phone.post("/api/v1/sync/push", &push).await;
        push["ops"][0][canary.as_str()] = json!(1);
        phone.post("/api/v1/sync/push", &push).await;
        phone.get(&format!("/api/v1/sync/pull?cursor={canary}")).await;
        phone.get(&format!("/api/v1/no/{canary}?name={canary}")).await;
        phone.get(&format!("/api/v1/groups/{canary}/alleys")).await;
        app.phone().get(&format!("/{canary}")).await;
        let lead = app.signed_in("team_lead").await;
        let invite = lead.post("/api/v1/invites", &json!({})).await.json();
        let code = invite["code"].as_str().expect("a code").to_owned();
        app.phone().join(&code, &canary[..20]).await;
        secrets.extend([code, canary[..20].to_owned()]);
        let agent = phone.request("GET", "/api/v1/me").header("user-agent", "bird-in-a-cage");
        finish(agent).await;
        secrets.extend(["bird-in-a-cage".to_owned(), "Nguyễn Văn Thử".to_owned(), "Người volunteer".to_owned()]);
        let text = log.text();
        assert!(text.contains("/api/v1/sync/push"), "the log is being listened to");
        // Percent-encoded, as a path would have it.
        secrets.push("chim-ho%C3%A0ng".to_owned());
        for line in text.lines() {
            for secret in &secrets {
                assert!(!line.contains(secret.as_str()), "{secret} in: {line}");
            }
        }
    }
}
