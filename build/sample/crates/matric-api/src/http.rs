//! As much of HTTP/1.1 as the service needs: one request a connection.

use memchr::memmem;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const LIMIT: usize = 1 << 20;

#[derive(Debug, PartialEq)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub body: String,
}

pub struct Answer(pub u16, pub String);

/// A request that is there in full; `None` while more has to come, an error where it never will be one.
pub fn parse(bytes: &[u8]) -> Result<Option<Request>, Answer> {
    let Some(end) = memmem::find(bytes, b"\r\n\r\n") else {
        return if bytes.len() > LIMIT {
            Err(too_large())
        } else {
            Ok(None)
        };
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Err(Answer(400, "not HTTP".to_string()));
    };
    let length = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(Ok(0), |(_, value)| value.trim().parse::<usize>())
        .map_err(|_| Answer(400, "a wrong Content-Length".to_string()))?;
    if length > LIMIT {
        return Err(too_large());
    }
    Ok(bytes.get(end + 4..end + 4 + length).map(|body| Request {
        method: method.to_string(),
        path: path.to_string(),
        body: String::from_utf8_lossy(body).into_owned(),
    }))
}

fn too_large() -> Answer {
    Answer(413, format!("more than {LIMIT} bytes"))
}

/// Reads a request and sends what `answer` makes of it.
pub fn serve(mut stream: TcpStream, answer: impl Fn(Request) -> Answer) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    let Answer(status, body) = loop {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return,
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
        }
        match parse(&bytes) {
            Ok(None) => continue,
            Ok(Some(request)) => break answer(request),
            Err(refusal) => break refusal,
        }
    };
    let head = format!("HTTP/1.1 {status} \r\nContent-Type: text/plain; charset=utf-8\r\n");
    let length = format!(
        "Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all([head, length, body].concat().as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> Option<Request> {
        parse(text.as_bytes()).ok().flatten()
    }

    #[test]
    fn a_request_is_whole_with_its_body() {
        assert_eq!(
            request("POST /notes HTTP/1.1\r\ncontent-length: 2\r\n\r\na"),
            None
        );
        let found = request("POST /notes HTTP/1.1\r\ncontent-length: 2\r\n\r\nab").unwrap();
        assert_eq!((found.method.as_str(), found.body.as_str()), ("POST", "ab"));
    }

    #[test]
    fn what_is_too_long_is_refused_before_it_is_read() {
        let long = "POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n";
        assert!(matches!(parse(long.as_bytes()), Err(Answer(413, _))));
        assert!(matches!(parse(b"rubbish\r\n\r\n"), Err(Answer(400, _))));
    }
}
