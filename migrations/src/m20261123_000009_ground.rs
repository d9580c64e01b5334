//! The ground: where doors are, who made a group's outline, and keys for map programs.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds columns and a table; outlines that stand in the book came from a file.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn columns() -> Vec<(&'static str, &'static str, ColumnDef)> {
    vec![
        ("household", "lon", double_null("lon")),
        ("household", "lat", double_null("lat")),
        ("household", "point_source", string_null("point_source")),
        ("residential_group", "boundary_source", string_null("boundary_source")),
        ("residential_group", "boundary_at", big_integer_null("boundary_at")),
    ]
}

fn keys() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("layer_key")
        .col(uuid("id"))
        .col(string("ward"))
        .col(string("label"))
        .col(string("login"))
        .col(string("key_tag"))
        .col(uuid("made_by"))
        .col(big_integer("made_at"))
        .col(big_integer_null("revoked_at"))
        .primary_key(Index::create().col("id"));
    table
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, _, column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
        }
        let sql = "UPDATE residential_group SET boundary_source = 'uploaded' \
                   WHERE boundary IS NOT NULL";
        manager.get_connection().execute_unprepared(sql).await?;
        manager.create_table(keys()).await?;
        let logins = Index::create()
            .name("idx-layer_key-login")
            .table("layer_key")
            .col("login")
            .unique()
            .take();
        manager.create_index(logins).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("layer_key").take()).await?;
        for (table, name, _) in columns().into_iter().rev() {
            manager.alter_table(Table::alter().table(table).drop_column(name).take()).await?;
        }
        Ok(())
    }
}
