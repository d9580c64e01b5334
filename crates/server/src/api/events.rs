//! Tells an open desk that the book has moved on, so that it reads again.

use std::time::Duration;

use actix_web::{HttpResponse, get};
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::watch;
use tokio::time::Instant;

use gocua_domain::account::Action;
use gocua_domain::id::SessionId;

use super::extract::Caller;
use super::problem::{Problem, ProblemBody};
use crate::app::State;
use crate::auth;

/// At most five messages a second: an evening's storm of syncs must not become a storm of reads.
const SPACING: Duration = Duration::from_millis(200);
/// How often a quiet line looks into the book for commits of other processes.
const LOOK: Duration = Duration::from_secs(1);
/// A silent line is kept open by a comment this often.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// After this long the desk connects again, with an access token that is good then.
const LIFE: Duration = Duration::from_secs(10 * 60);

/// Watch the ward's number: one `seq` event at once, then one after each commit.
#[utoipa::path(
    tag = "coverage",
    responses(
        (status = 200, description = "`event: seq` with `{\"seq\": n}`", content_type = "text/event-stream", body = String),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/events")]
pub async fn events(app: State, caller: Caller) -> Result<HttpResponse, Problem> {
    caller.may(Action::WatchEvents)?;
    let ward = caller.ward()?.to_owned();
    let seq = app.store.watch_seq(&ward).await?;
    let now = Instant::now();
    let (session, looked) = (caller.0.session, now);
    let line = Line { app, session, looked, ward, seq, sent: -1, spoke: now, end: now + LIFE };
    let body = stream::unfold(line, |line| async {
        let (text, line) = line.next().await?;
        Some((Ok::<_, actix_web::Error>(text), line))
    });
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        // Compression would hold messages back until a block is full.
        .insert_header(actix_web::http::header::ContentEncoding::Identity)
        .content_type("text/event-stream")
        .streaming(body))
}

struct Line {
    app: State,
    session: SessionId,
    looked: Instant,
    ward: String,
    seq: watch::Receiver<i64>,
    sent: i64,
    spoke: Instant,
    end: Instant,
}

impl Line {
    /// The next piece of the stream; `None` when its time is over or the server stops.
    async fn next(mut self) -> Option<(Bytes, Self)> {
        loop {
            let seq = *self.seq.borrow_and_update();
            let now = Instant::now();
            // Nobody listens on in a session that has ended meanwhile.
            if now - self.looked >= LOOK {
                self.looked = now;
                if !auth::still_good(&self.app, self.session).await {
                    return None;
                }
            }
            if seq > self.sent {
                self.sent = seq;
                self.spoke = now;
                let text = format!("event: seq\ndata: {{\"seq\":{seq}}}\n\n");
                return Some((Bytes::from(text), self));
            }
            if now >= self.end {
                return None;
            }
            if now - self.spoke >= HEARTBEAT {
                self.spoke = now;
                return Some((Bytes::from_static(b": still here\n\n"), self));
            }
            match tokio::time::timeout(LOOK, self.seq.changed()).await {
                Ok(Ok(())) => tokio::time::sleep(SPACING).await,
                Ok(Err(_)) => return None,
                // A register may have been imported by another process: the book knows.
                Err(_) => drop(self.app.store.watch_seq(&self.ward).await),
            }
        }
    }
}
