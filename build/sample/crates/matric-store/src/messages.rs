//! Messages of PostgreSQL's protocol 3.0, chapter 55 of its manual.

use byteorder::{BigEndian, ByteOrder, WriteBytesExt};

/// A message to the server: its type, its length, its content.
pub fn message(kind: Option<u8>, content: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = kind.into_iter().collect();
    bytes
        .write_u32::<BigEndian>(content.len() as u32 + 4)
        .unwrap();
    bytes.extend_from_slice(content);
    bytes
}

/// Begins a session.
pub fn startup(user: &str, database: &str) -> Vec<u8> {
    let mut content = Vec::new();
    content.write_u32::<BigEndian>(196_608).unwrap();
    for text in ["user", user, "database", database, ""] {
        content.extend_from_slice(text.as_bytes());
        content.push(0);
    }
    message(None, &content)
}

/// One statement with its parameters as texts, by the extended protocol: Parse, Bind, Execute, Sync.
pub fn statement(sql: &str, parameters: &[&str]) -> Vec<u8> {
    let parse = [b"\0", sql.as_bytes(), b"\0\0\0"].concat();
    let mut bind = vec![0, 0, 0, 0];
    bind.write_u16::<BigEndian>(parameters.len() as u16)
        .unwrap();
    for text in parameters {
        bind.write_u32::<BigEndian>(text.len() as u32).unwrap();
        bind.extend_from_slice(text.as_bytes());
    }
    bind.extend_from_slice(&[0, 0]);
    [
        message(Some(b'P'), &parse),
        message(Some(b'B'), &bind),
        message(Some(b'E'), &[0, 0, 0, 0, 0]),
        message(Some(b'S'), &[]),
    ]
    .concat()
}

/// The columns of a DataRow; null is `None`.
pub fn row(content: &[u8]) -> Option<Vec<Option<String>>> {
    let count = content.get(..2).map(BigEndian::read_u16)?;
    let mut rest = &content[2..];
    let mut columns = Vec::new();
    for _ in 0..count {
        let length = rest.get(..4).map(BigEndian::read_i32)?;
        rest = &rest[4..];
        if length < 0 {
            columns.push(None);
            continue;
        }
        let bytes = rest.get(..length as usize)?;
        columns.push(Some(String::from_utf8_lossy(bytes).into_owned()));
        rest = &rest[length as usize..];
    }
    Some(columns)
}

/// What an ErrorResponse says: its field M.
pub fn error(content: &[u8]) -> String {
    content
        .split(|byte| *byte == 0)
        .find(|field| field.first() == Some(&b'M'))
        .map(|field| String::from_utf8_lossy(&field[1..]).into_owned())
        .unwrap_or_else(|| "an error without a message".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_counts_its_length_but_not_its_type() {
        assert_eq!(message(Some(b'S'), &[]), [b'S', 0, 0, 0, 4]);
        assert_eq!(message(None, &[7]), [0, 0, 0, 5, 7]);
    }

    #[test]
    fn parameters_are_bound_with_their_lengths() {
        let bytes = statement("SELECT $1", &["ab"]);
        let bound = [0, 1, 0, 0, 0, 2, b'a', b'b', 0, 0];
        assert!(bytes.windows(bound.len()).any(|window| window == bound));
    }

    #[test]
    fn a_row_has_texts_and_nulls() {
        let bytes = [0, 2, 0, 0, 0, 1, b'x', 255, 255, 255, 255];
        assert_eq!(row(&bytes), Some(vec![Some("x".to_string()), None]));
    }

    #[test]
    fn a_row_that_ends_early_is_none() {
        assert_eq!(row(&[0, 1, 0, 0, 0, 9, b'x']), None);
        assert_eq!(row(&[]), None);
    }

    #[test]
    fn an_error_is_its_message() {
        assert_eq!(error(b"SERROR\0Mno such table\0\0"), "no such table");
    }
}
