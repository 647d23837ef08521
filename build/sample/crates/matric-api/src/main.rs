//! The service: notes over HTTP.

mod http;
mod notes;

use std::net::TcpListener;
use std::sync::Arc;

fn main() {
    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_string());
    let service = match notes::Service::from_environment() {
        Ok(service) => Arc::new(service),
        Err(error) => fail(&error),
    };
    let listener = match TcpListener::bind(format!("0.0.0.0:{port}")) {
        Ok(listener) => listener,
        Err(error) => fail(&format!("port {port}: {error}")),
    };
    println!("matric-api {} listens on port {port}", service.version());
    for stream in listener.incoming().flatten() {
        let service = service.clone();
        std::thread::spawn(move || http::serve(stream, |request| service.answer(request)));
    }
}

fn fail(message: &str) -> ! {
    eprintln!("matric-api: {message}");
    std::process::exit(1)
}
