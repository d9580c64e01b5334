//! The edge: security headers on every answer, other sites kept out, ids on everything.

use gocua_tests::fixture::{STAFF, VOLUNTEER};
use gocua_tests::phone::finish;
use gocua_tests::{Answer, on_both};

const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; \
    manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; \
    trusted-types svelte-trusted-html sw-url map-worker";

fn is_hard(answer: &Answer, what: &str) {
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), value, "{name} of {what}");
    }
    let permissions = answer.header("permissions-policy");
    assert!(
        permissions.contains("geolocation=(self)"),
        "{what}: a phone whose volunteer allows it compares where it stands with the door"
    );
    assert!(permissions.contains("microphone=()"), "{what}");
    assert!(permissions.contains("camera=(self)"), "{what}: a poster's code is read by the camera");
    assert_eq!(answer.header("x-request-id").len(), 36, "{what}");
    // Over plain HTTP the header would be ignored, and behind a front proxy it is the proxy's.
    assert_eq!(answer.header("strict-transport-security"), "", "{what}");
    for tell in ["server", "x-powered-by", "access-control-allow-origin"] {
        assert_eq!(answer.header(tell), "", "{tell} of {what}");
    }
}

on_both! {
    /// Every operation of the document, and everything beside it, whatever the status.
    async fn every_answer_carries_the_security_headers(app: &TestApp) {
        let phone = app.signed_in(STAFF).await;
        let anonymous = app.phone();
        for (method, path) in crate::openapi::operations() {
            if path == "/api/v1/events" {
                continue; // a stream has no end to wait for; its head is looked at below
            }
            let path = path.replace("{id}", &gocua_tests::fresh_id().to_string());
            for caller in [&anonymous, &phone] {
                let answer = finish(caller.request(&method, &path)).await;
                is_hard(&answer, &format!("{method} {path} {}", answer.status));
                assert_ne!(answer.header("cache-control"), "", "{method} {path}");
            }
        }
        let stream = app.signed_in(STAFF).await;
        let head = stream.request("GET", "/api/v1/events").send().await.expect("answers");
        let head = Answer { status: head.status().as_u16(), headers: head.headers().clone(), body: Vec::new() };
        is_hard(&head, "events");
        let statuses = [
            ("GET", "/", 200),
            ("HEAD", "/", 200),
            ("GET", "/join", 200),
            ("GET", "/index.html", 200),
            ("POST", "/", 405),
            ("GET", "/no/such/page", 404),
            ("GET", "/../../etc/passwd", 404),
            ("GET", "/%2e%2e/%2e%2e/Cargo.toml", 404),
            ("GET", "/.hidden", 404),
            ("GET", "/api", 404),
            ("GET", "/api/", 404),
            ("GET", "/api/docs", 200),
            ("GET", "/api/docs.css", 200),
            ("GET", "/api/v1/no/such", 404),
            ("OPTIONS", "/api/v1/me", 405),
            ("TRACE", "/api/v1/me", 405),
            ("GET", "/api/v1/auth/login", 405),
        ];
        for (method, path, status) in statuses {
            let answer = finish(phone.request(method, path)).await;
            assert_eq!(answer.status, status, "{method} {path}");
            is_hard(&answer, &format!("{method} {path}"));
        }
    }

    async fn pages_of_other_sites_are_kept_out(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let plain = reqwest::Client::builder().no_proxy().build().expect("a client");
        let url = |path: &str| format!("{}{path}", app.url);
        for path in ["/api/v1/me", "/api/v1/auth/refresh", "/api/v1/no/such"] {
            let answer = finish(plain.post(url(path))).await;
            assert_eq!((answer.status, answer.code()), (403, "forbidden".into()), "{path}");
            let wrong = finish(plain.post(url(path)).header("X-Gocua", "2")).await;
            assert_eq!(wrong.code(), "forbidden", "{path}");
            let cross = phone.request("POST", path).header("Sec-Fetch-Site", "cross-site");
            assert_eq!(finish(cross).await.code(), "forbidden", "{path}");
        }
        let same = phone.request("GET", "/api/v1/me").header("Sec-Fetch-Site", "same-origin");
        assert_eq!(finish(same).await.status, 200);
        for path in ["/api/v1/health", "/api/v1/openapi.json", "/api/docs", "/"] {
            let answer = finish(plain.get(url(path)).header("Sec-Fetch-Site", "cross-site")).await;
            assert_eq!(answer.status, 200, "{path}");
        }
    }

    async fn answers_of_the_api_are_not_kept_by_caches(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        for path in ["/api/v1/me", "/api/v1/health", "/api/v1/no/such"] {
            assert_eq!(phone.get(path).await.header("cache-control"), "no-store", "{path}");
        }
    }

    async fn a_secret_is_not_packed(app: &TestApp) {
        let phone = app.phone();
        let body = phone.login_body(VOLUNTEER, gocua_tests::fixture::PASSWORD);
        let request = phone.request("POST", "/api/v1/auth/login").json(&body);
        let answer = finish(request.header("accept-encoding", "gzip, br")).await;
        assert_eq!((answer.status, answer.header("content-encoding")), (200, "identity"));
    }

    async fn every_request_has_an_id_of_its_own(app: &TestApp) {
        let phone = app.phone();
        let first = finish(phone.request("GET", "/api/v1/health").header("x-request-id", "mine")).await;
        let second = phone.get("/api/v1/health").await;
        assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
        assert_ne!(first.header("x-request-id"), "mine");
    }
}
