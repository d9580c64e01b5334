//! The command line. Every option has an environment variable.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::api::gate::Bounds;
use crate::commands::account_code::AccountCodeArgs;
use crate::commands::import::ImportArgs;
use crate::intake::WORKER;
use crate::public::CheckBounds;
use crate::telemetry::LogFormat;

/// Gõ Cửa: door-to-door digital-literacy campaigns of a ward.
#[derive(Debug, Parser)]
#[command(name = "gocua", version, about)]
pub struct Cli {
    /// What to do; `serve` when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Where the book is.
    #[command(flatten)]
    pub book: BookArgs,
    /// How to serve, when no command is given.
    #[command(flatten)]
    pub serve: ServeArgs,
    /// How the log is written.
    #[arg(long, env = "GOCUA_LOG", value_enum, default_value_t, global = true)]
    pub log: LogFormat,
}

/// Where the book and the server's secrets are.
#[derive(Clone, Debug, Args)]
pub struct BookArgs {
    /// The database: `sqlite:path/to/file` (made when missing) or `postgres://...`.
    #[arg(
        long,
        env = "GOCUA_DATABASE_URL",
        default_value = "sqlite:./.gocua/gocua.sqlite",
        hide_env_values = true,
        global = true
    )]
    pub database_url: String,
    /// The server's keys (made when missing, readable by their owner only). The certificate
    /// authority of `--lan` is kept beside it.
    #[arg(long, env = "GOCUA_SECRET_FILE", default_value = "./.gocua/secret", global = true)]
    pub secret_file: PathBuf,
}

/// What `gocua` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves the app and its API.
    Serve(ServeArgs),
    /// Prints the API's OpenAPI document.
    Openapi,
    /// Fills the book with a made-up ward.
    Demo(DemoArgs),
    /// Reads a residential group's register (XLSX or CSV); a dry run unless told to commit.
    Import(ImportArgs),
    /// Gives a code to somebody whose password is lost.
    AccountCode(AccountCodeArgs),
    /// Counts every visit again and proves the figures; fails when one differs.
    Verify {
        /// Code of the ward; all wards without one.
        #[arg(long)]
        ward: Option<String>,
    },
    /// Reads a workbook for `import` in a process of its own.
    #[command(name = WORKER, hide = true)]
    ReadRegister,
}

/// Which ward to make up.
#[derive(Clone, Debug, Args)]
pub struct DemoArgs {
    /// Code of the ward: 10549, 10546 or 10552.
    #[arg(long, default_value = "10549")]
    pub ward: String,
    /// How much of it, from 0.02 to 10.
    #[arg(long, default_value_t = 1.0)]
    pub scale: f64,
    /// The same seed makes the same ward on the same day.
    #[arg(long, default_value_t = 2026)]
    pub seed: u64,
}

impl Default for DemoArgs {
    fn default() -> Self {
        Self { ward: "10549".to_owned(), scale: 1.0, seed: 2026 }
    }
}

/// How to serve.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// Address and port to listen on.
    #[arg(long, env = "GOCUA_LISTEN", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)))]
    pub listen: SocketAddr,
    /// Fill an empty book with the demonstration ward before serving.
    #[arg(long, env = "GOCUA_DEMO")]
    pub demo: bool,
    /// Sync requests one phone may make at once; a phone empties a long day in fewer.
    #[arg(long, env = "GOCUA_SYNC_BURST", default_value_t = Bounds::default().burst, value_parser = clap::value_parser!(u32).range(1..))]
    pub sync_burst: u32,
    /// Sync requests a second it may make after that.
    #[arg(long, env = "GOCUA_SYNC_PER_SECOND", default_value_t = Bounds::default().per_second, value_parser = clap::value_parser!(u32).range(1..))]
    pub sync_per_second: u32,
    /// Pages of the public check one address may open at once.
    #[arg(long, env = "GOCUA_CHECK_BURST", default_value_t = CheckBounds::default().burst, value_parser = clap::value_parser!(u32).range(1..))]
    pub check_burst: u32,
    /// Pages a minute it may open after that.
    #[arg(long, env = "GOCUA_CHECK_PER_MINUTE", default_value_t = CheckBounds::default().per_minute, value_parser = clap::value_parser!(u32).range(1..))]
    pub check_per_minute: u32,
    /// Badge numbers one address may try in vain at once.
    #[arg(long, env = "GOCUA_CHECK_MISSES", default_value_t = CheckBounds::default().miss_burst, value_parser = clap::value_parser!(u32).range(1..))]
    pub check_misses: u32,
    /// Badge numbers a minute it may try in vain after that.
    #[arg(long, env = "GOCUA_CHECK_MISSES_PER_MINUTE", default_value_t = CheckBounds::default().miss_per_minute, value_parser = clap::value_parser!(u32).range(1..))]
    pub check_misses_per_minute: u32,
    /// Address of the front proxy in front of this server: its X-Forwarded-For says who asks at the
    /// public check. Nobody else's is believed.
    #[arg(long, env = "GOCUA_TRUSTED_PROXY")]
    pub trusted_proxy: Option<IpAddr>,
    /// Serve phones on the same network: all interfaces, TLS with a certificate made here.
    #[arg(long, env = "GOCUA_LAN", conflicts_with_all = ["tls_cert", "tls_key"])]
    pub lan: bool,
    /// A base map of the ward to show under the groups (PMTiles); `basemap.pmtiles` beside the secret
    /// file is taken without being named.
    #[arg(long, env = "GOCUA_BASEMAP")]
    pub basemap: Option<PathBuf>,
    /// Certificate chain (PEM) to serve TLS with.
    #[arg(long, env = "GOCUA_TLS_CERT", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Its private key (PEM).
    #[arg(long, env = "GOCUA_TLS_KEY", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
}

impl BookArgs {
    /// The file of an SQLite book, if it is one.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let path = self.database_url.strip_prefix("sqlite:")?;
        let path = path.split('?').next().unwrap_or_default();
        Some(PathBuf::from(path.strip_prefix("//").unwrap_or(path)))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_sqlite_url_names_its_file() {
        let file = |url: &str| {
            BookArgs { database_url: url.into(), secret_file: PathBuf::new() }.sqlite_file()
        };
        assert_eq!(file("sqlite:./a/b.sqlite"), Some("./a/b.sqlite".into()));
        assert_eq!(file("sqlite:///var/b.sqlite?mode=rwc"), Some("/var/b.sqlite".into()));
        assert_eq!(file("postgres://h/d"), None);
    }
}
