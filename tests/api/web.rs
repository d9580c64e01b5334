//! The app's files as a browser fetches them.

use gocua_tests::on_both;
use gocua_tests::phone::finish;

on_both! {
    async fn the_shell_is_asked_for_anew_each_time(app: &TestApp) {
        let phone = app.phone();
        let page = phone.get("/").await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
        assert_eq!(page.header("cache-control"), "no-cache");
        let tag = page.header("etag").to_owned();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}")] {
            let again = finish(phone.request("GET", "/").header("if-none-match", known)).await;
            assert_eq!((again.status, again.body.len()), (304, 0));
            assert_eq!(again.header("etag"), tag);
        }
        let other = finish(phone.request("GET", "/").header("if-none-match", "\"x\"")).await;
        assert_eq!(other.status, 200);
    }

    async fn a_page_that_is_not_there_is_a_page(app: &TestApp) {
        let absent = app.phone().get("/no/such/page").await;
        assert_eq!((absent.status, absent.header("content-type")), (404, "text/html; charset=utf-8"));
        assert!(absent.text().contains("Không có trang này"));
        // The authority of a local network is offered only by a server that made one.
        assert_eq!(app.phone().get("/gocua-ca.crt").await.status, 404);
    }

    async fn the_app_is_read_and_not_written(app: &TestApp) {
        let answer = finish(app.phone().request("POST", "/index.html")).await;
        assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD"));
    }
}
