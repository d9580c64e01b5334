//! The first hour of a server: whoever can read its console may set it up, once.

use std::sync::atomic::{AtomicBool, Ordering};

use gocua_domain::id::{DeviceId, SessionId};
use gocua_domain::invite::{long_code_from, long_code_key};
use gocua_store::{NewSession, NewWard, Opened, SetUp};
use tokio::sync::Mutex;

use super::guesses::Tag;
use super::token::DeviceKey;
use super::{Attempt, Issued, begin, secrets, sign_in};
use crate::api::problem::{Code, Problem};
use crate::app::{App, Entropy};

/// Draws of random bytes before giving up; one in millions fails.
const TRIES: usize = 5;

/// How far a server's set-up has come.
#[derive(Debug, Default)]
pub struct Setup {
    waits: AtomicBool,
    stage: Mutex<Stage>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Stage {
    /// Nobody may set it up: it holds a ward.
    #[default]
    Done,
    /// Waits for whoever has the code of this keyed hash.
    Waits(Tag),
    /// Was set up with this code since the program started: the same call again goes on.
    Used(Tag),
}

impl Setup {
    /// Waits for the code of a keyed hash.
    pub fn waiting(tag: Tag) -> Self {
        Self { waits: AtomicBool::new(true), stage: Mutex::new(Stage::Waits(tag)) }
    }

    /// Does it wait to be set up?
    pub fn waits(&self) -> bool {
        self.waits.load(Ordering::Relaxed)
    }
}

/// A new set-up code.
pub fn new_code(entropy: Entropy) -> Option<String> {
    (0..TRIES).find_map(|_| long_code_from(&entropy.bytes::<32>()))
}

/// A code in two halves, as one reads it out.
pub fn spelled(code: &str) -> String {
    let (first, second) = code.split_at(code.len() / 2);
    format!("{first}-{second}")
}

/// Who is to be the first administrator, and where it is typed.
#[derive(Debug)]
pub struct Founder {
    /// The login, checked.
    pub login: String,
    /// The password, checked.
    pub password: String,
    /// Id of the browser profile.
    pub device: DeviceId,
    /// What the person calls it.
    pub device_name: String,
    /// Its public key.
    pub key: DeviceKey,
}

/// Whether a set-up code is right. Guesses are counted by device, and all together.
///
/// # Errors
/// [`Code::Conflict`] when the server is set up, [`Code::CodeUnknown`], [`Code::AccountLocked`].
pub async fn check(app: &App, typed: &str, device: DeviceId) -> Result<(), Problem> {
    match *app.setup.stage.lock().await {
        Stage::Waits(tag) => right(app, tag, typed, device),
        Stage::Done | Stage::Used(_) => Err(Problem::new(Code::Conflict)),
    }
}

/// Sets the server up: the ward with its first administrator, whose session begins, or nothing. Whoever
/// calls again with the same code, login and password goes on: the answer was lost.
///
/// # Errors
/// As [`check`].
pub async fn set_up(
    app: &App,
    typed: &str,
    founder: Founder,
    ward: impl FnOnce(String) -> NewWard,
) -> Result<Issued, Problem> {
    // Held until the book has answered: of two at once one finds it done.
    let mut stage = app.setup.stage.lock().await;
    let tag = match *stage {
        Stage::Waits(tag) => tag,
        Stage::Used(tag) => {
            right(app, tag, typed, founder.device)?;
            drop(stage);
            return again(app, founder).await;
        }
        Stage::Done => return Err(Problem::new(Code::Conflict)),
    };
    right(app, tag, typed, founder.device)?;
    let now = app.now();
    let hash = app.auth.hash(founder.password.clone(), app.entropy.bytes()).await?;
    let new = ward(hash);
    let founding = new.accounts.first().ok_or_else(|| Problem::internal("nobody to begin with"))?;
    let session = NewSession {
        id: SessionId(app.new_id()),
        account: founding.id,
        ward: Some(new.code.clone()),
        device: founder.device,
        device_name: founder.device_name.clone(),
        public_key: founder.key.canonical(),
        secret: secrets::hex(&app.entropy.bytes::<32>()),
        now,
    };
    match app.store.set_up(&new, &session, now).await? {
        SetUp::Before => {
            // A demonstration ward came in by another way since the start; or the line broke off after
            // the book had it and before this was noted.
            *stage = Stage::Used(tag);
            app.setup.waits.store(false, Ordering::Relaxed);
            drop(stage);
            again(app, founder).await
        }
        SetUp::Done(opened) => {
            if matches!(opened, Opened::Session(_)) {
                *stage = Stage::Used(tag);
                app.setup.waits.store(false, Ordering::Relaxed);
                tracing::info!("the server is set up");
            }
            begin(app, session.account, &session, opened)
        }
    }
}

async fn again(app: &App, founder: Founder) -> Result<Issued, Problem> {
    let attempt = Attempt {
        login: founder.login,
        password: founder.password,
        device: founder.device,
        device_name: founder.device_name,
        key: founder.key,
    };
    sign_in(app, attempt).await.map_err(|problem| match problem.code() {
        // Somebody else was first.
        Code::InvalidCredentials => Problem::new(Code::Conflict),
        _ => problem,
    })
}

fn right(app: &App, tag: Tag, typed: &str, device: DeviceId) -> Result<(), Problem> {
    let bucket = app.auth.guess_at(&["setup", &device.to_string()], app.now())?;
    let typed = long_code_key(typed).map(|code| app.auth.setup_tag(&code));
    if typed != Some(tag) {
        return Err(Problem::new(Code::CodeUnknown));
    }
    app.auth.no_guess(&bucket);
    Ok(())
}
