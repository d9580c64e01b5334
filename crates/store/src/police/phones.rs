//! Numbers to call back, deleted in time.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use gocua_domain::consent::Purpose;
use gocua_domain::time::{Day, Millis};

use crate::db::{Store, StoreError, lock_ward, set_seq};
use crate::entity::{learner, referral, referral_phone};
use crate::rollup::Drift;

use super::of_police;

impl Store {
    /// Deletes the numbers whose last day is over; the phones of officers hear of it. Answers how many.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; the rest is deleted by the next call.
    pub async fn forget_phones(&self, ward: &str, now: Millis) -> Result<usize, StoreError> {
        if self.overdue_phones(ward, now.day()).await? == 0 {
            return Ok(0);
        }
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let over: Vec<Uuid> = referral_phone::Entity::find()
            .select_only()
            .column(referral_phone::Column::ReferralId)
            .filter(referral_phone::Column::Ward.eq(ward))
            .filter(referral_phone::Column::Until.lt(now.day().0))
            .into_tuple()
            .all(&tx)
            .await?;
        super::forget_phones(&tx, over.iter().copied()).await?;
        referral::Entity::update_many()
            .col_expr(referral::Column::Seq, Expr::value(seq))
            .filter(referral::Column::Id.is_in(over.iter().copied()))
            .exec(&tx)
            .await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(over.len())
    }

    /// Numbers that should have been deleted before a day.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn overdue_phones(&self, ward: &str, today: Day) -> Result<u64, StoreError> {
        Ok(referral_phone::Entity::find()
            .filter(referral_phone::Column::Ward.eq(ward))
            .filter(referral_phone::Column::Until.lt(today.0))
            .count(&self.read)
            .await?)
    }
}

/// Proves that every number belongs to a referral to the police of somebody who agreed to be called.
pub(crate) async fn prove(
    db: &impl ConnectionTrait,
    ward: &str,
    drifts: &mut Vec<Drift>,
) -> Result<(), StoreError> {
    let held: Vec<Uuid> = referral_phone::Entity::find()
        .select_only()
        .column(referral_phone::Column::ReferralId)
        .filter(referral_phone::Column::Ward.eq(ward))
        .into_tuple()
        .all(db)
        .await?;
    if held.is_empty() {
        return Ok(());
    }
    let of: Vec<(Uuid, Option<Uuid>)> = referral::Entity::find()
        .select_only()
        .columns([referral::Column::Id, referral::Column::LearnerId])
        .filter(referral::Column::Id.is_in(held.iter().copied()))
        .filter(referral::Column::Kind.is_in(of_police()))
        .into_tuple()
        .all(db)
        .await?;
    let agreed: Vec<(Uuid, String)> = learner::Entity::find()
        .select_only()
        .columns([learner::Column::Id, learner::Column::Purposes])
        .filter(learner::Column::Id.is_in(of.iter().filter_map(|(_, learner)| *learner)))
        .into_tuple()
        .all(db)
        .await?;
    let calls = |learner: Uuid| {
        let words = agreed.iter().filter(|(id, _)| *id == learner);
        words.flat_map(|(_, text)| text.split_whitespace()).any(|word| word == Purpose::Call.code())
    };
    for id in held {
        let known = of.iter().any(|(of, learner)| *of == id && learner.is_some_and(calls));
        if !known {
            drifts.push(Drift {
                table: "referral_phone",
                key: id.to_string(),
                stored: "a number".to_owned(),
                counted: "nobody agreed to be called".to_owned(),
            });
        }
    }
    Ok(())
}
