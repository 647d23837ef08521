//! A connection to PostgreSQL, for a server that trusts its network.

use crate::messages;
use byteorder::{BigEndian, ReadBytesExt};
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// A message of the server may have so many bytes.
const LIMIT: u32 = 16 << 20;
const PATIENCE: Duration = Duration::from_secs(10);

/// What went wrong, for people.
#[derive(Debug)]
pub struct Error(pub String);

impl std::fmt::Display for Error {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Error(format!("PostgreSQL: {error}"))
    }
}

/// Where a database is: `postgres://USER@HOST[:PORT]/DATABASE`.
#[derive(Debug, Clone, PartialEq)]
pub struct Address {
    pub user: String,
    pub host: String,
    pub database: String,
}

impl Address {
    pub fn parse(url: &str) -> Option<Address> {
        let rest = url
            .strip_prefix("postgres://")
            .or_else(|| url.strip_prefix("postgresql://"))?;
        let (user, rest) = rest.split_once('@')?;
        let (host, database) = rest.split_once('/')?;
        if user.contains(':') || [user, host, database].contains(&"") {
            return None;
        }
        let host = if host.contains(':') {
            host.to_string()
        } else {
            format!("{host}:5432")
        };
        Some(Address {
            user: user.to_string(),
            host,
            database: database.to_string(),
        })
    }
}

/// A session.
pub struct Client {
    stream: TcpStream,
}

impl Client {
    pub fn connect(address: &Address) -> Result<Client, Error> {
        let mut last = Error(format!("PostgreSQL: {} has no address", address.host));
        for socket in address.host.to_socket_addrs()? {
            match TcpStream::connect_timeout(&socket, PATIENCE) {
                Ok(stream) => return Client::begin(stream, address),
                Err(error) => last = error.into(),
            }
        }
        Err(last)
    }

    fn begin(stream: TcpStream, address: &Address) -> Result<Client, Error> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut client = Client { stream };
        client
            .stream
            .write_all(&messages::startup(&address.user, &address.database))?;
        client.rows()?;
        Ok(client)
    }

    /// Runs one statement and gives its rows.
    pub fn query(
        &mut self,
        sql: &str,
        parameters: &[&str],
    ) -> Result<Vec<Vec<Option<String>>>, Error> {
        self.stream
            .write_all(&messages::statement(sql, parameters))?;
        self.rows()
    }

    /// Reads until the server is ready again.
    fn rows(&mut self) -> Result<Vec<Vec<Option<String>>>, Error> {
        let (mut rows, mut failure) = (Vec::new(), None);
        loop {
            let kind = self.stream.read_u8()?;
            let length = self.stream.read_u32::<BigEndian>()?;
            if !(4..=LIMIT).contains(&length) {
                return Err(Error(format!("PostgreSQL: a message of {length} bytes")));
            }
            let mut content = vec![0; length as usize - 4];
            self.stream.read_exact(&mut content)?;
            match kind {
                b'R' if content != [0, 0, 0, 0] => {
                    return Err(Error(
                        "PostgreSQL asks for a password; use trust".to_string(),
                    ))
                }
                b'D' => rows.push(
                    messages::row(&content)
                        .ok_or_else(|| Error("PostgreSQL: a broken row".to_string()))?,
                ),
                b'E' => failure = Some(Error(format!("PostgreSQL: {}", messages::error(&content)))),
                b'Z' => break,
                _ => {}
            }
            // Before a session there is no ready state to come back to.
            if kind == b'E' && content.starts_with(b"SFATAL") {
                break;
            }
        }
        failure.map_or(Ok(rows), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_user_host_and_database() {
        let address = Address::parse("postgres://me@db/notes").unwrap();
        assert_eq!(address.host, "db:5432");
        assert_eq!(
            (address.user.as_str(), address.database.as_str()),
            ("me", "notes")
        );
        assert_eq!(
            Address::parse("postgres://me@db:6000/notes").unwrap().host,
            "db:6000"
        );
    }

    #[test]
    fn passwords_and_other_schemes_are_refused() {
        for url in [
            "postgres://me:secret@db/notes",
            "mysql://me@db/notes",
            "postgres://db",
            "",
        ] {
            assert_eq!(Address::parse(url), None, "{url}");
        }
    }
}
