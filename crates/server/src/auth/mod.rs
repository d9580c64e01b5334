//! Signing in, staying signed in, and telling who calls.

pub mod guesses;
pub mod password;
pub mod seal;
pub mod secrets;
pub mod sessions;
pub mod setup;
pub mod token;

use gocua_domain::account::{Principal, Refresh, login_key};
use gocua_domain::credentials;
use gocua_domain::id::{AccountId, DeviceId, GroupId, SessionId};
use gocua_domain::invite::{code_key, display_name, long_code_key};
use gocua_domain::pull::DoorCode;
use gocua_domain::time::{Day, Millis};
use gocua_store::{
    Account, Claim, Claimed, Epochs, Join, Joined, NewSession, Opened, StoreError, Unclaimed, Wipe,
};
use uuid::Uuid;

use crate::api::problem::{Code, Problem};
use crate::app::App;
use guesses::{Flood, Guesses, Spent, Tag};
use password::Passwords;
use seal::Seal;
use secrets::Secrets;
use sessions::{Known, Sessions};
use token::{DeviceKey, Purpose};

/// The most bytes a password may have.
pub use gocua_domain::credentials::PASSWORD_MAX;
/// The most characters of a login and of a device's name.
const NAME_MAX: usize = 100;

/// Everything signing in needs to remember.
#[derive(Debug)]
pub struct Auth {
    secrets: Secrets,
    passwords: Passwords,
    guesses: Guesses,
    codes: Flood,
    sessions: Sessions,
    deliveries: Spent,
}

impl Auth {
    /// Starts with a server's secrets; hashes one password to have a stand-in for unknown logins.
    pub fn new(secrets: Secrets, salt: [u8; 16]) -> Self {
        Self {
            secrets,
            passwords: Passwords::new(salt),
            guesses: Guesses::default(),
            codes: Flood::default(),
            sessions: Sessions::default(),
            deliveries: Spent::default(),
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

    /// Forgets what is remembered of everybody's sessions: many changed at once.
    pub fn drop_all(&self) {
        self.sessions.drop_all();
    }

    /// Forgets what is remembered of a device's sessions, after it was shut out.
    pub fn drop_device(&self, id: DeviceId) {
        self.sessions.drop_device(id);
    }

    /// What the book keeps instead of an invitation's code.
    pub fn invite_tag(&self, code: &str) -> String {
        secrets::hex(&self.secrets.tag(&["invite", code]))
    }

    /// What is compared instead of the code a server is set up with.
    pub fn setup_tag(&self, code: &str) -> Tag {
        self.secrets.tag(&["setup", code])
    }

    /// What the book keeps instead of the code an account is opened with.
    pub fn account_tag(&self, code: &str) -> String {
        account_tag(&self.secrets, code)
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when too many others wait.
    pub async fn hash(&self, password: String, salt: [u8; 16]) -> Result<String, Problem> {
        self.passwords.hash(password, salt).await
    }

    /// Counts a guess at a code, by who makes it and all together; what is counted under, to be
    /// forgotten when it was none.
    ///
    /// # Errors
    /// [`Code::AccountLocked`] when it has to wait.
    fn guess_at(&self, by: &[&str], now: Millis) -> Result<Tag, Problem> {
        let bucket = self.secrets.tag(by);
        match self.guesses.attempt(bucket, now).or_else(|| self.codes.attempt(now)) {
            Some(ms) => Err(Problem::new(Code::AccountLocked).retry_after_ms(ms)),
            None => Ok(bucket),
        }
    }

    /// The guess was none.
    fn no_guess(&self, bucket: &Tag) {
        self.guesses.forget(bucket);
        self.codes.forget();
    }

    /// What the book keeps instead of the key of a map program.
    pub fn layer_tag(&self, login: &str, key: &str) -> String {
        secrets::hex(&self.secrets.tag(&["layer", login, key]))
    }

    /// The codes of a residential group from a day on, for so many days.
    pub fn door_codes(
        &self,
        ward: &str,
        (group, epochs): (GroupId, &Epochs),
        from: Day,
        days: i64,
    ) -> Vec<DoorCode> {
        let days = (0..days).map(|n| from.plus(n));
        days.map(|day| self.secrets.door_code(ward, group, day, epochs.on(day))).collect()
    }
}

/// What the book keeps instead of the code an account is opened with.
pub fn account_tag(secrets: &Secrets, code: &str) -> String {
    secrets::hex(&secrets.tag(&["account", code]))
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
    let opened = app.store.open_session(&new).await?;
    begin(app, account.id, &new, opened)
}

/// Hands out what a session begins with.
fn begin(
    app: &App,
    account: AccountId,
    new: &NewSession,
    opened: Opened,
) -> Result<Issued, Problem> {
    match opened {
        Opened::OtherKey => Err(Problem::new(Code::DeviceMismatch)),
        Opened::Revoked => Err(Problem::new(Code::DeviceRevoked)),
        Opened::Session(replaced) => {
            replaced.into_iter().for_each(|id| app.auth.drop_session(id));
            issue(app, account, new.id, &new.secret, 0)
        }
    }
}

/// Somebody who comes with a team's code, and the device it was typed on.
#[derive(Debug)]
pub struct Arrival {
    /// The code typed.
    pub code: String,
    /// The name typed.
    pub name: String,
    /// Id of the browser profile.
    pub device: DeviceId,
    /// What the person calls it.
    pub device_name: String,
    /// Its public key.
    pub key: DeviceKey,
}

/// The ward whose coverage a map program reads under this name and key. Wrong keys are counted by name,
/// as wrong passwords are.
///
/// # Errors
/// [`Code::InvalidCredentials`], the same whether the name exists or not; [`Code::AccountLocked`].
pub async fn layer_ward(app: &App, login: &str, key: &str) -> Result<String, Problem> {
    let now = app.now();
    let tag = app.auth.secrets.tag(&["layer guess", login]);
    if let Some(ms) = app.auth.guesses.wait(&tag, now) {
        return Err(Problem::new(Code::AccountLocked).retry_after_ms(ms));
    }
    // Compared as keyed hashes: how long it takes tells nothing of the key.
    let shown = app.auth.layer_tag(login, key);
    if let Some(line) = app.store.layer_key(login).await?.filter(|line| line.key_tag == shown) {
        return Ok(line.ward);
    }
    app.auth.guesses.attempt(tag, now);
    Err(Problem::new(Code::InvalidCredentials).basic())
}

/// Joins a team. A code nobody has, one too old, used up or taken back end in the same answer; guesses
/// are counted by device as wrong passwords are, and all together.
///
/// # Errors
/// [`Code::CodeUnknown`], [`Code::AccountLocked`], [`Code::DeviceMismatch`],
/// [`Code::DeviceRevoked`], [`Code::InvalidField`].
pub async fn join(app: &App, arrival: Arrival) -> Result<Issued, Problem> {
    let name = display_name(&arrival.name).ok_or_else(|| Problem::invalid("/name"))?;
    if arrival.device_name.chars().count() > NAME_MAX {
        return Err(Problem::invalid("/device/name"));
    }
    let now = app.now();
    let tag = app.auth.guess_at(&["join", &arrival.device.to_string()], now)?;
    let unknown = || Problem::new(Code::CodeUnknown);
    let code = code_key(&arrival.code).ok_or_else(unknown)?;
    let join = Join {
        code_tag: app.auth.invite_tag(&code),
        name,
        session: NewSession {
            id: SessionId(app.new_id()),
            account: AccountId(app.new_id()),
            ward: None,
            device: arrival.device,
            device_name: arrival.device_name,
            public_key: arrival.key.canonical(),
            secret: secrets::hex(&app.entropy.bytes::<32>()),
            now,
        },
    };
    match app.store.join(&join, now.day()).await? {
        Joined::Unknown => Err(unknown()),
        Joined::In(account, opened) => {
            app.auth.no_guess(&tag);
            begin(app, account, &join.session, opened)
        }
    }
}

/// Whose account a code opens. Guesses are counted as in [`join`].
///
/// # Errors
/// [`Code::CodeUnknown`], [`Code::AccountLocked`].
pub async fn look_at_code(app: &App, typed: &str, device: DeviceId) -> Result<Unclaimed, Problem> {
    let bucket = app.auth.guess_at(&["account-code", &device.to_string()], app.now())?;
    let unknown = || Problem::new(Code::CodeUnknown);
    let code = long_code_key(typed).ok_or_else(unknown)?;
    let found = app.store.unclaimed(&app.auth.account_tag(&code), app.now()).await?;
    let found = found.ok_or_else(unknown)?;
    app.auth.no_guess(&bucket);
    Ok(found)
}

/// Somebody who opens an account with its code, and the device it was typed on.
#[derive(Debug)]
pub struct Opening {
    /// The code typed.
    pub code: String,
    /// The login chosen, where none was chosen before.
    pub login: Option<String>,
    /// The password chosen.
    pub password: String,
    /// Id of the browser profile.
    pub device: DeviceId,
    /// What the person calls it.
    pub device_name: String,
    /// Its public key.
    pub key: DeviceKey,
}

/// Gives an account the login and password its owner chose, and signs in.
///
/// # Errors
/// [`Code::CodeUnknown`], [`Code::AccountLocked`], [`Code::InvalidField`] for what was chosen,
/// [`Code::DeviceMismatch`], [`Code::DeviceRevoked`].
pub async fn open_account(app: &App, opening: Opening) -> Result<Issued, Problem> {
    if opening.device_name.chars().count() > NAME_MAX {
        return Err(Problem::invalid("/device/name"));
    }
    let known = look_at_code(app, &opening.code, opening.device).await?;
    let login = match &known.login {
        Some(before) => before.clone(),
        None => chosen_login("/login", opening.login.as_deref().unwrap_or_default())?,
    };
    chosen_password("/password", &opening.password, &login)?;
    let password_hash = app.auth.hash(opening.password, app.entropy.bytes()).await?;
    let code = long_code_key(&opening.code).ok_or_else(|| Problem::new(Code::CodeUnknown))?;
    let claim = Claim {
        tag: app.auth.account_tag(&code),
        login: Some(login),
        password_hash,
        session: NewSession {
            id: SessionId(app.new_id()),
            account: AccountId(Uuid::nil()),
            ward: None,
            device: opening.device,
            device_name: opening.device_name,
            public_key: opening.key.canonical(),
            secret: secrets::hex(&app.entropy.bytes::<32>()),
            now: app.now(),
        },
    };
    match app.store.claim(&claim).await? {
        Claimed::Unknown => Err(Problem::new(Code::CodeUnknown)),
        Claimed::LoginTaken => Err(Problem::field(Code::InvalidField, "/login", "login_taken")),
        Claimed::In(account, opened) => {
            app.auth.drop_account(account);
            begin(app, account, &claim.session, opened)
        }
    }
}

/// A login somebody chose, as the book keeps it.
///
/// # Errors
/// [`Code::InvalidField`] with what is wrong.
pub fn chosen_login(pointer: &str, typed: &str) -> Result<String, Problem> {
    credentials::login(typed)
        .map_err(|fault| Problem::field(Code::InvalidField, pointer, fault.code()))
}

/// Whether a password somebody chose is taken.
///
/// # Errors
/// [`Code::InvalidField`] with what is wrong.
pub fn chosen_password(pointer: &str, typed: &str, login: &str) -> Result<(), Problem> {
    credentials::password(typed, login)
        .map_err(|fault| Problem::field(Code::InvalidField, pointer, fault.code()))
}

/// Notes that a phone has wiped itself, if its key says so. The same proof again changes nothing.
///
/// # Errors
/// [`Code::ProofInvalid`] for a device nobody knows, too: who asks must not learn which there are.
pub async fn wiped(app: &App, device: DeviceId, proof: &str, unsent: u32) -> Result<(), Problem> {
    let refused = || Problem::new(Code::ProofInvalid);
    let keys = app.store.device_keys(device).await?;
    let jti = keys.iter().find_map(|key| token::read_proof(proof, key, device, Purpose::Refresh));
    let jti = jti.ok_or_else(refused)?;
    let unsent = i32::try_from(unsent).unwrap_or(i32::MAX);
    match app.store.note_wiped(device, jti, unsent, app.now()).await? {
        Wipe::Used => Err(refused()),
        Wipe::Before => Ok(()),
        Wipe::Noted => {
            app.auth.drop_device(device);
            Ok(())
        }
    }
}

/// The phone that delivers parcels by its own signature, and the ward it was last used in. Neither a
/// revoked phone nor a disabled account is turned away: what is delivered speaks for itself.
///
/// # Errors
/// [`Code::ProofInvalid`], whether nobody knows the device, somebody else signed, or the proof has
/// served before: who asks must not learn which.
pub async fn courier(app: &App, proof: &str) -> Result<(DeviceId, String), Problem> {
    let refused = || Problem::new(Code::ProofInvalid);
    let device = token::claimed_device(proof).ok_or_else(refused)?;
    let keys = app.store.device_keys(device).await?;
    let jti = keys.iter().find_map(|key| token::read_proof(proof, key, device, Purpose::Deliver));
    let jti = jti.ok_or_else(refused)?;
    let ward = app.store.device_ward(device).await?.ok_or_else(refused)?;
    if !app.auth.deliveries.first(device, jti) {
        return Err(refused());
    }
    Ok((device, ward))
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
/// [`Code::ProofInvalid`], [`Code::TokenInvalid`], [`Code::AccountDisabled`],
/// [`Code::DeviceRevoked`].
pub async fn refresh(app: &App, cookie: Option<String>, proof: &str) -> Result<Issued, Problem> {
    let cookie = cookie.ok_or_else(|| Problem::new(Code::SessionExpired))?;
    let shown = token::read_refresh(&cookie).ok_or_else(|| Problem::new(Code::TokenInvalid))?;
    let session = app.store.session(shown.session).await?;
    let session = session.ok_or_else(|| Problem::new(Code::TokenInvalid))?;
    if !app.auth.secrets.made(&shown, &session.secret) {
        return Err(Problem::new(Code::TokenInvalid));
    }
    if session.revoked {
        return Err(Problem::new(Code::DeviceRevoked));
    }
    if session.disabled {
        return Err(Problem::new(Code::AccountDisabled));
    }
    let who = &session.principal;
    let jti = token::read_proof(proof, &session.public_key, who.device, Purpose::Refresh);
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
/// [`Code::SessionExpired`] when its session has ended, [`Code::AccountDisabled`],
/// [`Code::DeviceRevoked`].
pub async fn caller(app: &App, access: &str) -> Result<Principal, Problem> {
    let now = app.now();
    let shown = app.auth.secrets.read_access(access, now);
    let (account, session) = shown.ok_or_else(|| Problem::new(Code::TokenInvalid))?;
    let known = known(app, session).await?;
    if known.principal.account != account {
        return Err(Problem::new(Code::TokenInvalid));
    }
    standing(&known, now)?;
    Ok(known.principal)
}

/// A session as this process read it a moment ago, or as the book has it.
async fn known(app: &App, session: SessionId) -> Result<Known, Problem> {
    let now = app.now();
    if let Some(known) = app.auth.sessions.get(session, now) {
        return Ok(known);
    }
    let found = app.store.session(session).await.map_err(|e| match e {
        StoreError::NotFound => Problem::new(Code::TokenInvalid),
        other => other.into(),
    })?;
    let found = found.ok_or_else(|| Problem::new(Code::TokenInvalid))?;
    Ok(app.auth.sessions.keep(found, now))
}

/// Whether somebody may still listen in a session that was good a while ago.
pub async fn still_good(app: &App, session: SessionId) -> bool {
    match known(app, session).await {
        Ok(known) => standing(&known, app.now()).is_ok(),
        // The database is away: that is no reason to hang up, the next look will tell.
        Err(problem) => problem.code() != Code::TokenInvalid,
    }
}

fn standing(known: &Known, now: Millis) -> Result<(), Problem> {
    if known.revoked {
        return Err(Problem::new(Code::DeviceRevoked));
    }
    if known.disabled {
        return Err(Problem::new(Code::AccountDisabled));
    }
    if known.ended_by(now) {
        return Err(Problem::new(Code::SessionExpired));
    }
    Ok(())
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
