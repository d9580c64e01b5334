//! Signing in, staying signed in, and telling who calls.

pub mod guesses;
pub mod password;
pub mod seal;
pub mod secrets;
pub mod sessions;
pub mod token;

use gocua_domain::account::{Principal, Refresh, login_key};
use gocua_domain::id::{AccountId, DeviceId, SessionId};
use gocua_domain::time::Millis;
use gocua_store::{Account, NewSession, Opened, StoreError};
use uuid::Uuid;

use crate::api::problem::{Code, Problem};
use crate::app::App;
use guesses::Guesses;
use password::Passwords;
use seal::Seal;
use secrets::Secrets;
use sessions::Sessions;
use token::DeviceKey;

/// The most bytes a password may have: hashing is paid by the byte, before anyone is known.
pub const PASSWORD_MAX: usize = 256;
/// The most characters of a login and of a device's name.
const NAME_MAX: usize = 100;

/// Everything signing in needs to remember.
#[derive(Debug)]
pub struct Auth {
    secrets: Secrets,
    passwords: Passwords,
    guesses: Guesses,
    sessions: Sessions,
}

impl Auth {
    /// Starts with a server's secrets; hashes one password to have a stand-in for unknown logins.
    pub fn new(secrets: Secrets, salt: [u8; 16]) -> Self {
        Self {
            secrets,
            passwords: Passwords::new(salt),
            guesses: Guesses::default(),
            sessions: Sessions::default(),
        }
    }

    /// What opens parcels.
    pub fn seal(&self) -> &Seal {
        &self.secrets.seal
    }

    /// Forgets what is remembered of a session, so that its end counts from the next call on.
    pub fn drop_session(&self, id: SessionId) {
        self.sessions.drop(id);
    }

    /// Forgets what is remembered of an account's sessions, after its access changed.
    pub fn drop_account(&self, id: AccountId) {
        self.sessions.drop_account(id);
    }
}

/// A login and password, and the device they were typed on.
#[derive(Debug)]
pub struct Attempt {
    /// The name typed.
    pub login: String,
    /// The password typed.
    pub password: String,
    /// Id of the browser profile.
    pub device: DeviceId,
    /// What the person calls it.
    pub device_name: String,
    /// Its public key.
    pub key: DeviceKey,
}

/// What a session hands out.
#[derive(Debug)]
pub struct Issued {
    /// Who it is.
    pub account: AccountId,
    /// The session.
    pub session: SessionId,
    /// For the `Authorization` header.
    pub access: String,
    /// When the access token ends.
    pub access_until: Millis,
    /// For the cookie.
    pub refresh: String,
}

/// Signs in. Wrong password and unknown login take the same way and end in the same answer.
///
/// # Errors
/// [`Code::InvalidCredentials`], [`Code::AccountLocked`], [`Code::AccountDisabled`],
/// [`Code::DeviceMismatch`], [`Code::InvalidField`].
pub async fn sign_in(app: &App, attempt: Attempt) -> Result<Issued, Problem> {
    check_form(&attempt)?;
    let login = login_key(&attempt.login);
    let found = app.store.account_by_login(&login).await?;
    let account = check_password(app, found, &login, &attempt).await?;
    if account.disabled {
        return Err(Problem::new(Code::AccountDisabled));
    }
    let new = NewSession {
        id: SessionId(app.new_id()),
        account: account.id,
        ward: account.ward,
        device: attempt.device,
        device_name: attempt.device_name,
        public_key: attempt.key.canonical(),
        secret: secrets::hex(&app.entropy.bytes::<32>()),
        now: app.now(),
    };
    match app.store.open_session(&new).await? {
        Opened::OtherKey => Err(Problem::new(Code::DeviceMismatch)),
        Opened::Session(replaced) => {
            replaced.into_iter().for_each(|id| app.auth.drop_session(id));
            issue(app, account.id, new.id, &new.secret, 0)
        }
    }
}

fn check_form(attempt: &Attempt) -> Result<(), Problem> {
    if attempt.password.len() > PASSWORD_MAX {
        return Err(Problem::invalid("/password"));
    }
    if attempt.login.chars().count() > NAME_MAX {
        return Err(Problem::invalid("/login"));
    }
    if attempt.device_name.chars().count() > NAME_MAX {
        return Err(Problem::invalid("/device/name"));
    }
    Ok(())
}

/// Looks at the password and counts the attempt at the same time: the answer waits for the slower
/// of the two, which is the hash, so its time does not tell whether there was anything to count.
async fn check_password(
    app: &App,
    found: Option<Account>,
    login: &str,
    attempt: &Attempt,
) -> Result<Account, Problem> {
    let now = app.now();
    let locked = |ms| Problem::new(Code::AccountLocked).retry_after_ms(ms);
    let id = found.as_ref().map_or(AccountId(Uuid::nil()), |a| a.id);
    // A known device has its own count: a stranger's guesses must not lock a volunteer out.
    let bucket = if app.store.knows_device(id, attempt.device).await? {
        Some(app.auth.secrets.tag(&["device", &attempt.device.to_string(), login]))
    } else if found.is_none() {
        Some(app.auth.secrets.tag(&["login", login]))
    } else {
        None
    };
    let waiting = match &bucket {
        Some(bucket) => app.auth.guesses.wait(bucket, now),
        None => found.as_ref().and_then(|a| a.lockout.wait(now)),
    };
    if let Some(ms) = waiting {
        return Err(locked(ms));
    }
    let count = async {
        match &bucket {
            Some(bucket) => Ok(app.auth.guesses.attempt(*bucket, now)),
            None => app.store.count_attempt(id, now).await,
        }
    };
    let hash = found.as_ref().map(|a| a.password_hash.clone());
    let (counted, right) =
        tokio::join!(count, app.auth.passwords.verify(attempt.password.clone(), hash));
    if let Some(ms) = counted? {
        return Err(locked(ms));
    }
    let account = found.filter(|_| matches!(right, Ok(true)));
    right?;
    let account = account.ok_or_else(|| Problem::new(Code::InvalidCredentials))?;
    match &bucket {
        Some(bucket) => app.auth.guesses.forget(bucket),
        None => app.store.forget_attempts(account.id).await?,
    }
    Ok(account)
}

/// Rotates a refresh token, or gives its successor again when the answer was lost.
///
/// # Errors
/// [`Code::SessionExpired`], [`Code::RefreshExpired`], [`Code::RefreshReused`],
/// [`Code::ProofInvalid`], [`Code::TokenInvalid`], [`Code::AccountDisabled`].
pub async fn refresh(app: &App, cookie: Option<String>, proof: &str) -> Result<Issued, Problem> {
    let cookie = cookie.ok_or_else(|| Problem::new(Code::SessionExpired))?;
    let shown = token::read_refresh(&cookie).ok_or_else(|| Problem::new(Code::TokenInvalid))?;
    let session = app.store.session(shown.session).await?;
    let session = session.ok_or_else(|| Problem::new(Code::TokenInvalid))?;
    if !app.auth.secrets.made(&shown, &session.secret) {
        return Err(Problem::new(Code::TokenInvalid));
    }
    if session.disabled {
        return Err(Problem::new(Code::AccountDisabled));
    }
    let who = &session.principal;
    let jti = token::read_proof(proof, &session.public_key, who.device);
    let verdict = app.store.refresh_session(who.session, shown.rotation, jti, app.now()).await?;
    let refused = match verdict {
        Refresh::Rotate(rotation) | Refresh::Repeat(rotation) => {
            return issue(app, who.account, who.session, &session.secret, rotation);
        }
        Refresh::ProofInvalid => return Err(Problem::new(Code::ProofInvalid)),
        Refresh::Reused => Code::RefreshReused,
        Refresh::Expired => Code::RefreshExpired,
        Refresh::Ended => Code::SessionExpired,
    };
    app.auth.drop_session(who.session);
    if refused == Code::RefreshReused {
        tracing::warn!(session = %who.session, "an old refresh token was used: session ended");
    }
    Err(Problem::new(refused))
}

/// Ends a session.
///
/// # Errors
/// [`Code::Unavailable`] or [`Code::Internal`] when the book cannot be written.
pub async fn sign_out(app: &App, session: SessionId) -> Result<(), Problem> {
    app.store.end_session(session, "logout", app.now()).await?;
    app.auth.drop_session(session);
    Ok(())
}

/// Who an access token speaks for. The token says which session; the book says everything else.
///
/// # Errors
/// [`Code::TokenInvalid`] for anything but a token of this server that is good now,
/// [`Code::SessionExpired`] when its session has ended, [`Code::AccountDisabled`].
pub async fn caller(app: &App, access: &str) -> Result<Principal, Problem> {
    let now = app.now();
    let shown = app.auth.secrets.read_access(access, now);
    let (account, session) = shown.ok_or_else(|| Problem::new(Code::TokenInvalid))?;
    let known = match app.auth.sessions.get(session, now) {
        Some(known) => known,
        None => {
            let found = app.store.session(session).await.map_err(|e| match e {
                StoreError::NotFound => Problem::new(Code::TokenInvalid),
                other => other.into(),
            })?;
            let found = found.ok_or_else(|| Problem::new(Code::TokenInvalid))?;
            app.auth.sessions.keep(found, now)
        }
    };
    if known.principal.account != account {
        return Err(Problem::new(Code::TokenInvalid));
    }
    if known.disabled {
        return Err(Problem::new(Code::AccountDisabled));
    }
    if known.ended_by(now) {
        return Err(Problem::new(Code::SessionExpired));
    }
    Ok(known.principal)
}

/// Who spoke for a session that was refused just now: for counting, never for permitting.
pub fn remembered(app: &App, access: &str) -> Option<Principal> {
    let (_, session) = app.auth.secrets.read_access(access, app.now())?;
    Some(app.auth.sessions.get(session, app.now())?.principal)
}

fn issue(
    app: &App,
    account: AccountId,
    session: SessionId,
    secret: &str,
    rotation: i32,
) -> Result<Issued, Problem> {
    let now = app.now();
    let (access, access_until) = app.auth.secrets.access(account, session, now)?;
    let refresh = app.auth.secrets.refresh(session, rotation, secret);
    Ok(Issued { account, session, access, access_until, refresh })
}
