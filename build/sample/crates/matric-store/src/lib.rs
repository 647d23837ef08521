//! Notes in PostgreSQL.

mod client;
mod messages;

pub use client::{Address, Client, Error};

/// Each file of `migrations/` holds one statement, which may be run again.
const MIGRATIONS: &[&str] = &[include_str!("../../../migrations/0001_notes.sql")];

/// Makes the tables.
pub fn migrate(client: &mut Client) -> Result<(), Error> {
    for migration in MIGRATIONS {
        client.query(migration, &[])?;
    }
    Ok(())
}

/// Keeps a note and gives its number.
pub fn add(client: &mut Client, body: &str, embedding: &str) -> Result<String, Error> {
    let sql = "INSERT INTO notes (body, embedding) VALUES ($1, $2::text::vector) RETURNING id";
    let rows = client.query(sql, &[body, embedding])?;
    Ok(rows
        .into_iter()
        .flatten()
        .flatten()
        .next()
        .unwrap_or_default())
}

/// The notes whose embeddings are nearest, at most five.
pub fn nearest(client: &mut Client, embedding: &str) -> Result<Vec<String>, Error> {
    let sql = "SELECT body FROM notes ORDER BY embedding <-> $1::text::vector LIMIT 5";
    let rows = client.query(sql, &[embedding])?;
    Ok(rows.into_iter().flatten().flatten().collect())
}
