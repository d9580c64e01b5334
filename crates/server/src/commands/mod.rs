//! What `gocua` does besides serving: fill a book, prove it, hand it on.

pub mod account_code;
pub mod demo;
pub mod import;
pub mod verify;

use std::io::{IsTerminal, Write};
use std::time::Instant;

/// Tells a person at a terminal what is being done when it takes longer than a blink.
#[derive(Debug)]
pub struct Progress {
    began: Instant,
    step: Option<String>,
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress {
    /// Starts the clock.
    #[expect(clippy::disallowed_methods, reason = "shows a person how long a command takes")]
    pub fn new() -> Self {
        Self { began: Instant::now(), step: None }
    }

    /// Says what comes next.
    pub fn step(&mut self, what: &str) {
        self.done();
        self.step = Some(what.to_owned());
        if std::io::stderr().is_terminal() {
            eprint!("  … {what}");
            let _ = std::io::stderr().flush();
        }
    }

    /// Says that the last step is done.
    pub fn done(&mut self) {
        if let Some(step) = self.step.take() {
            let lead = if std::io::stderr().is_terminal() { "\r  ✓" } else { "  ✓" };
            eprintln!("{lead} {step} ({:.1} s)", self.began.elapsed().as_secs_f32());
        }
    }
}
