//! The `gocua` program.

use std::process::ExitCode;

use clap::Parser;
use gocua_server::app::Entropy;
use gocua_server::auth::secrets::Secrets;
use gocua_server::commands::{account_code, demo, import, verify};
use gocua_server::config::{Cli, Command};
use gocua_server::{api, serve, telemetry};

#[actix_web::main]
async fn main() -> ExitCode {
    // First of all: whatever speaks TLS in this process speaks it with one provider.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let cli = Cli::parse();
    telemetry::start(cli.log);
    match run(cli).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("gocua: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Does what was asked; `false` when it was done and its answer is no.
async fn run(cli: Cli) -> anyhow::Result<bool> {
    match cli.command {
        None => serve::serve(&cli.book, &cli.serve).await.map(|()| true),
        Some(Command::Serve(args)) => serve::serve(&cli.book, &args).await.map(|()| true),
        Some(Command::Openapi) => {
            print!("{}", api::docs::json(&api::describe()));
            Ok(true)
        }
        Some(Command::Demo(args)) => {
            demo::run(&serve::open_book(&cli.book).await?, &args).await.map(|()| true)
        }
        Some(Command::Import(args)) => {
            import::run(&serve::open_book(&cli.book).await?, &args).await
        }
        Some(Command::AccountCode(args)) => {
            let secrets = Secrets::open(&cli.book.secret_file, Entropy::system())?;
            let store = serve::open_book(&cli.book).await?;
            account_code::run(&store, &secrets, &args).await.map(|()| true)
        }
        Some(Command::Verify { ward }) => {
            Ok(verify::run(&serve::open_book(&cli.book).await?, ward.as_deref()).await?)
        }
        Some(Command::ReadRegister) => Ok(gocua_paper::worker::worker_main() == ExitCode::SUCCESS),
    }
}
