//! Tells an open desk that the book has moved on, so that it reads again.

use std::time::Duration;

use actix_web::{HttpResponse, get};
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::watch;
use tokio::time::Instant;

use gocua_domain::account::Action;

use super::extract::Caller;
use super::problem::{Problem, ProblemBody};
use crate::app::State;

/// At most five messages a second: an evening's storm of syncs must not become a storm of reads.
const SPACING: Duration = Duration::from_millis(200);
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
    let seq = app.store.watch_seq(caller.ward()?).await?;
    let line = Line { seq, end: Instant::now() + LIFE, first: true };
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
    seq: watch::Receiver<i64>,
    end: Instant,
    first: bool,
}

impl Line {
    /// The next piece of the stream; `None` when its time is over or the server stops.
    async fn next(mut self) -> Option<(Bytes, Self)> {
        if Instant::now() >= self.end {
            return None;
        }
        if !self.first {
            match tokio::time::timeout(HEARTBEAT, self.seq.changed()).await {
                Err(_) => return Some((Bytes::from_static(b": still here\n\n"), self)),
                Ok(Err(_)) => return None,
                Ok(Ok(())) => tokio::time::sleep(SPACING).await,
            }
        }
        self.first = false;
        let seq = *self.seq.borrow_and_update();
        Some((Bytes::from(format!("event: seq\ndata: {{\"seq\":{seq}}}\n\n")), self))
    }
}
