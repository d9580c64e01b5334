//! The first act of a book: the ward, its first administrator and its campaign, all or nothing.

use gocua_domain::time::Millis;
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::account::{NewSession, Opened, open_in};
use crate::entity::{account, ward};
use crate::territory::NewWard;
use crate::{Store, StoreError};

/// What became of a set-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetUp {
    /// Written; the administrator's session says the rest.
    Done(Opened),
    /// The book is not empty: nothing was written.
    Before,
}

impl Store {
    /// Whether nobody has set this book up: it holds neither a ward nor an account.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(ward::Entity::find().count(&self.read).await? == 0
            && account::Entity::find().count(&self.read).await? == 0)
    }

    /// Writes the ward into an empty book and begins the session of its administrator, who is one of
    /// the ward's accounts, in one transaction.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; then nothing has changed.
    pub async fn set_up(
        &self,
        new: &NewWard,
        session: &NewSession,
        now: Millis,
    ) -> Result<SetUp, StoreError> {
        let tx = self.begin().await?;
        let empty = ward::Entity::find().count(&tx).await? == 0
            && account::Entity::find().count(&tx).await? == 0;
        if !empty {
            return Ok(SetUp::Before);
        }
        let seq = self.found_in(&tx, new, now, |_| {}).await?;
        let opened = open_in(&tx, session).await?;
        if matches!(opened, Opened::Session(_)) {
            tx.commit().await?;
            self.writers.announce(&new.code, seq);
        }
        Ok(SetUp::Done(opened))
    }
}
