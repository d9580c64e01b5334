//! The log: lines for people, or JSON for machines. It holds no personal data: handlers log ids and
//! routes, never bodies, names, paths as sent or queries.

use std::io::IsTerminal;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One line an event.
    #[default]
    Compact,
    /// One JSON object an event; control characters in values are escaped.
    Json,
}

/// What is in the log unless `RUST_LOG` chooses: everything from `info` up, libraries' chatter not.
pub const DEFAULT: &str = "info,sqlx=warn,actix_server=warn,sea_orm_migration=warn";

/// Starts the log.
pub fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Compact => log.with_target(false).compact().init(),
        LogFormat::Json => log.json().init(),
    }
}
