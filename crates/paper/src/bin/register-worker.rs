//! Reads one register from standard input, under a memory cap, and writes its sheets as JSON.
//!
//! The server runs the same code through a hidden subcommand of its own binary; this small program is
//! for tests and for operators who want to look at a suspicious file without starting a server.

use std::process::ExitCode;

fn main() -> ExitCode {
    gocua_paper::worker::worker_main()
}
