//! `gocua account-code`: a code for somebody whose password is lost, from whoever has the machine.

use anyhow::Context;
use chrono::{FixedOffset, TimeZone};
use clap::Args;
use gocua_domain::account::login_key;
use gocua_domain::invite::long_code_from;
use gocua_store::{NewCode, Store};

use crate::app::{Clock, Entropy};
use crate::auth::account_tag;
use crate::auth::secrets::Secrets;
use crate::auth::setup::spelled;

/// How long such a code is good: whoever asked for it stands beside the console.
const GOOD_MS: i64 = 86_400_000;
/// Viet Nam is seven hours ahead of UTC all year.
const OFFSET_SECONDS: i32 = 7 * 3_600;

/// Whose password is lost.
#[derive(Clone, Debug, Args)]
pub struct AccountCodeArgs {
    /// The login of the account.
    #[arg(long)]
    pub login: String,
}

/// Prints a code with which the account's owner chooses a new password. The old one opens until then.
///
/// # Errors
/// When nobody has the login, or the book fails.
pub async fn run(store: &Store, secrets: &Secrets, args: &AccountCodeArgs) -> anyhow::Result<()> {
    let found = store.account_by_login(&login_key(&args.login)).await?;
    let account = found.with_context(|| format!("nobody has the login {}", args.login))?;
    anyhow::ensure!(!account.disabled, "the account is disabled");
    let code = long_code_from(&Entropy::system().bytes::<32>()).context("drawing a code")?;
    let now = Clock::system().now();
    let good_until = now.plus(GOOD_MS);
    let new = NewCode { tag: account_tag(secrets, &code), good_until };
    store.console_code(account.id, &new, now).await?;
    let until = FixedOffset::east_opt(OFFSET_SECONDS)
        .and_then(|zone| zone.timestamp_millis_opt(good_until.0).single())
        .map(|at| at.format("%H:%M %d/%m/%Y").to_string());
    println!("Mã mở tài khoản · account code: {}", spelled(&code));
    println!("  {{địa chỉ · address}}/#/open/{code}");
    println!("  Dùng một lần, tới · once, until: {}", until.unwrap_or_default());
    Ok(())
}
