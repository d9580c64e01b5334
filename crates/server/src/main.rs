//! The `gocua` program.

use clap::Parser;
use gocua_server::config::{Cli, Command};
use gocua_server::{api, serve, telemetry};

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    // First of all: whatever speaks TLS in this process speaks it with one provider.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let cli = Cli::parse();
    telemetry::start(cli.log);
    match cli.command {
        None => serve::serve(&cli.book, &cli.serve).await,
        Some(Command::Serve(args)) => serve::serve(&cli.book, &args).await,
        Some(Command::Openapi) => print_openapi(),
    }
}

fn print_openapi() -> anyhow::Result<()> {
    print!("{}", api::docs::json(&api::describe()));
    Ok(())
}
