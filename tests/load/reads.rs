//! What phones and the ward's desk read.

use gocua_tests::Phone;
use gocua_tests::phone::{Answer, finish};
use reqwest::header;
use serde_json::Value;

use crate::figures::Figures;
use crate::machine::tick;

/// Asks once; the answer and its milliseconds at the caller.
pub async fn ask(phone: &Phone, path: &str, packing: &str, tag: Option<&str>) -> (Answer, f64) {
    let mut request = phone.request("GET", path).header(header::ACCEPT_ENCODING, packing);
    if let Some(tag) = tag {
        request = request.header(header::IF_NONE_MATCH, tag);
    }
    let began = tick();
    let answer = finish(request).await;
    let ms = began.elapsed().as_secs_f64() * 1e3;
    assert!(matches!(answer.status, 200 | 304), "{path}: {} {}", answer.status, answer.text());
    (answer, ms)
}

/// Asks for something that takes a body; bytes of the answer and its milliseconds at the caller.
pub async fn ask_with(phone: &Phone, path: &str, body: &Value) -> (usize, f64) {
    let began = tick();
    let answer = phone.post(path, body).await;
    let ms = began.elapsed().as_secs_f64() * 1e3;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    (answer.body.len(), ms)
}

/// One thing asked again and again.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Milliseconds of each answer.
    pub ms: Figures,
    /// Bytes of the last body.
    pub bytes: usize,
}

impl Asked {
    /// Asks so many times more.
    pub async fn again(&mut self, times: usize, phone: &Phone, path: &str, packing: &str) {
        for _ in 0..times {
            let (answer, ms) = ask(phone, path, packing, None).await;
            self.ms.add(ms);
            self.bytes = answer.body.len();
        }
    }
}
