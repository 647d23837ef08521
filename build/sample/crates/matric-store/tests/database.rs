//! With a real database: `DATABASE_URL=postgres://matric@localhost/matric cargo test -- --ignored`

use matric_store::{add, migrate, nearest, Address, Client};

fn client() -> Client {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL");
    Client::connect(&Address::parse(&url).expect("a usable DATABASE_URL")).expect("a connection")
}

#[test]
#[ignore = "needs DATABASE_URL"]
fn notes_are_found_by_what_is_near() {
    let mut client = client();
    migrate(&mut client).unwrap();
    migrate(&mut client).unwrap();
    add(
        &mut client,
        "far'; DROP TABLE notes; --",
        "[9000,9000,9000]",
    )
    .unwrap();
    add(&mut client, "near", "[7001,7002,7003]").unwrap();
    assert_eq!(nearest(&mut client, "[7001,7002,7003]").unwrap()[0], "near");
}

#[test]
#[ignore = "needs DATABASE_URL"]
fn an_error_leaves_the_session_usable() {
    let mut client = client();
    let error = client.query("SELECT 1 / 0", &[]).unwrap_err();
    assert!(error.0.contains("division by zero"), "{error}");
    let version = client.query("SELECT postgis_lib_version()", &[]).unwrap();
    assert!(version[0][0].as_deref().unwrap().starts_with('3'));
}
