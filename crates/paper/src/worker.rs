//! Reading a stranger's file in a process that may die.
//!
//! A failed allocation aborts; no `catch_unwind` helps. So the server starts a child, hands it the
//! bytes, and waits for sheets or for its end. The child caps its own address space as its first act
//! (`setrlimit`, through the `rlimit` crate, needs no unsafe code and no shell between the two
//! processes; a wrapper such as `prlimit` would have to exist on the ward's machine). A lower cap set
//! from outside stays in force.

use std::io::{Read, Write};
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::workbook::{Limits, ReadError, Sheet, read_workbook};

/// Address space of the child, in bytes.
pub const MEMORY_BYTES: u64 = 512 << 20;
/// How long the server waits for the child before it ends it.
pub const TIMEOUT: Duration = Duration::from_secs(30);
/// Most JSON the parent accepts: text of the largest file allowed, with room for its envelope.
const ANSWER_BYTES: u64 = 128 << 20;

/// What the child says on standard output.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Sheets(Vec<Sheet>),
    Error(ReadError),
}

/// The whole life of the child: cap the memory, read standard input, answer on standard output.
///
/// The exit code is a success whenever an answer was written, be it an error.
#[must_use]
pub fn worker_main() -> ExitCode {
    let answer = match cap_memory().and_then(|()| read_stdin()) {
        Ok(sheets) => Answer::Sheets(sheets),
        Err(error) => Answer::Error(error),
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let written = serde_json::to_writer(&mut out, &answer).is_ok() && out.flush().is_ok();
    if written { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn cap_memory() -> Result<(), ReadError> {
    let (_, hard) = rlimit::Resource::AS.get().map_err(|_| ReadError::Worker)?;
    let cap = MEMORY_BYTES.min(hard);
    rlimit::Resource::AS.set(cap, cap).map_err(|_| ReadError::Worker)
}

fn read_stdin() -> Result<Vec<Sheet>, ReadError> {
    let limits = Limits::default();
    let mut bytes = Vec::new();
    // One byte over the limit is enough for the reader to refuse the file by its size.
    let most = limits.file_bytes as u64 + 1;
    std::io::stdin().lock().take(most).read_to_end(&mut bytes).map_err(|_| ReadError::Worker)?;
    read_workbook(&bytes, &limits)
}

/// Runs `worker` (a command whose program ends up in [`worker_main`]), feeds it `bytes` and returns its
/// sheets. The child is ended when `timeout` passes.
///
/// Blocks; call it from a thread that may wait.
///
/// # Errors
/// What the child reported; [`ReadError::TooHeavy`] when it ran out of memory or time;
/// [`ReadError::Worker`] when it could not be started.
pub fn read_in_child(
    worker: &mut Command,
    bytes: &[u8],
    timeout: Duration,
) -> Result<Vec<Sheet>, ReadError> {
    let mut child = worker
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| ReadError::Worker)?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(ReadError::Worker);
    };
    std::thread::scope(|scope| {
        // A child that dies early closes the pipe under the writer: its answer tells, not this.
        scope.spawn(move || stdin.write_all(bytes).is_ok());
        let (done, answer) = mpsc::channel();
        scope.spawn(move || {
            let mut json = Vec::new();
            let whole = stdout.take(ANSWER_BYTES).read_to_end(&mut json).is_ok();
            // The receiver is gone after a timeout.
            done.send(whole.then_some(json)).is_ok()
        });
        let answer = answer.recv_timeout(timeout);
        if !matches!(&answer, Ok(Some(json)) if (json.len() as u64) < ANSWER_BYTES) {
            // Too late or too much: both pipes close with the child, and both threads end.
            let _ = child.kill();
        }
        let status = child.wait().map_err(|_| ReadError::Worker)?;
        let Ok(Some(json)) = answer else {
            return Err(ReadError::TooHeavy);
        };
        match serde_json::from_slice(&json) {
            Ok(Answer::Sheets(sheets)) => Ok(sheets),
            Ok(Answer::Error(error)) => Err(error),
            // The reader's own panic: a file it was not made for, and no memory question.
            Err(_) if status.code() == Some(101) => Err(ReadError::Damaged),
            // Ended by a signal (abort, out-of-memory killer), or cut off in the middle of its answer.
            Err(_) if status.code().is_none() || !json.is_empty() => Err(ReadError::TooHeavy),
            Err(_) => Err(ReadError::Worker),
        }
    })
}
