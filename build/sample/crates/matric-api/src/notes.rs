//! What the service answers.

use crate::http::{Answer, Request};
use matric_store::{Address, Client, Error};

pub struct Service {
    database: Address,
    version: String,
    revision: String,
}

impl Service {
    pub fn from_environment() -> Result<Service, String> {
        let variable = |name: &str| std::env::var(name).unwrap_or_default();
        let database = Address::parse(&variable("DATABASE_URL"))
            .ok_or("DATABASE_URL has to be postgres://USER@HOST[:PORT]/DATABASE")?;
        Ok(Service {
            database,
            version: variable("VERSION"),
            revision: variable("GIT_SHA"),
        })
    }

    pub fn version(&self) -> String {
        format!("{} {}", self.version, self.revision)
    }

    pub fn answer(&self, request: Request) -> Answer {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let embedding = query.strip_prefix("embedding=").and_then(vector);
        match (request.method.as_str(), path, embedding) {
            ("GET", "/livez", _) => Answer(200, "alive\n".to_string()),
            ("GET", "/version", _) => Answer(200, self.version() + "\n"),
            ("GET", "/readyz", _) => self.stored(|_| Ok("ready".to_string())),
            ("POST", "/notes", Some(at)) => {
                self.stored(|client| matric_store::add(client, &request.body, &at))
            }
            ("GET", "/notes", Some(at)) => {
                self.stored(|client| Ok(matric_store::nearest(client, &at)?.join("\n")))
            }
            (_, "/notes", None) => Answer(400, "give ?embedding=X,Y,Z\n".to_string()),
            _ => Answer(404, "not found\n".to_string()),
        }
    }

    fn stored(&self, action: impl Fn(&mut Client) -> Result<String, Error>) -> Answer {
        let result = Client::connect(&self.database).and_then(|mut client| {
            matric_store::migrate(&mut client)?;
            action(&mut client)
        });
        match result {
            Ok(text) => Answer(200, text + "\n"),
            Err(error) => Answer(503, format!("{error}\n")),
        }
    }
}

/// `X,Y,Z` as PostgreSQL writes a vector.
fn vector(text: &str) -> Option<String> {
    let numbers: Vec<f32> = text
        .split(',')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    (numbers.len() == 3 && numbers.iter().all(|number| number.is_finite()))
        .then(|| format!("[{},{},{}]", numbers[0], numbers[1], numbers[2]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(method: &str, path: &str) -> u16 {
        let database = Address::parse("postgres://me@127.0.0.1:1/notes").unwrap();
        let service = Service {
            database,
            version: "1".into(),
            revision: "abc".into(),
        };
        let body = String::new();
        service
            .answer(Request {
                method: method.into(),
                path: path.into(),
                body,
            })
            .0
    }

    #[test]
    fn it_is_alive_without_a_database_but_not_ready() {
        assert_eq!(answer("GET", "/livez"), 200);
        assert_eq!(answer("GET", "/readyz"), 503);
    }

    #[test]
    fn an_embedding_is_three_numbers() {
        assert_eq!(vector("1,2.5,-3"), Some("[1,2.5,-3]".to_string()));
        for wrong in ["", "1,2", "1,2,x", "1,2,inf", "1,2,3,4"] {
            assert_eq!(vector(wrong), None, "{wrong}");
        }
        assert_eq!(answer("GET", "/notes"), 400);
    }
}
