//! Quality without surveillance: remarks about recording, households asked again, and the phone's own
//! word where it was.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds tables, a column and an index; nothing that stands in the book changes.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn table(
    name: &'static str,
    columns: Vec<ColumnDef>,
    key: &[&'static str],
) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name);
    for column in columns {
        table.col(column);
    }
    let mut primary = Index::create();
    for column in key {
        primary.col(*column);
    }
    table.primary_key(&mut primary);
    table
}

fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("idx-{table}-{}", columns.join("-"))).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let flag = vec![
            uuid("id"),
            string("ward"),
            uuid("account_id"),
            uuid_null("team_id"),
            string("kind"),
            integer("count"),
            integer("out_of"),
            integer("from_day"),
            integer("to_day"),
            big_integer("raised_at"),
            big_integer("desk_from"),
            string_null("because"),
            string_null("words"),
            big_integer_null("explained_at"),
            uuid_null("explained_op"),
            string_null("verdict"),
            string_null("verdict_words"),
            uuid_null("closed_by"),
            big_integer_null("closed_at"),
        ];
        manager.create_table(table("quality_flag", flag, &["id"])).await?;
        let check = vec![
            uuid("id"),
            string("ward"),
            uuid("visit_id"),
            string("why"),
            integer("drawn_on"),
            string_null("answer"),
            string_null("words"),
            uuid_null("answered_by"),
            big_integer_null("answered_at"),
        ];
        manager.create_table(table("quality_check", check, &["id"])).await?;
        let day = vec![
            string("ward"),
            integer("day"),
            string("why"),
            integer("agree"),
            integer("differ"),
            integer("unknown"),
        ];
        manager.create_table(table("quality_day", day, &["ward", "day", "why"])).await?;
        let term = vec![string("ward"), string("term"), integer("amount")];
        manager.create_table(table("quality_term", term, &["ward", "term"])).await?;
        let look = vec![string("ward"), big_integer("looked_at"), integer_null("drawn_to")];
        manager.create_table(table("quality_look", look, &["ward"])).await?;
        let near = Table::alter().table("visit").add_column(string_null("near")).take();
        manager.alter_table(near).await?;
        manager.create_index(index("quality_flag", &["ward"])).await?;
        manager.create_index(index("quality_flag", &["account_id"])).await?;
        manager.create_index(index("quality_check", &["ward"])).await?;
        manager.create_index(index("quality_check", &["visit_id"]).unique().take()).await?;
        // Somebody's latest visits, and those of a day, without reading the ward's.
        manager.create_index(index("visit", &["account_id", "received_at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let latest =
            Index::drop().name("idx-visit-account_id-received_at").table("visit").to_owned();
        manager.drop_index(latest).await?;
        manager.alter_table(Table::alter().table("visit").drop_column("near").take()).await?;
        for table in
            ["quality_look", "quality_term", "quality_day", "quality_check", "quality_flag"]
        {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
