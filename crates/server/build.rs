//! The app's files are embedded from `pwa/dist`. A server built before the app says so on a page,
//! instead of not building.

use std::path::Path;

const PAGE: &str = "<!doctype html>\n<html lang=\"vi\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Gõ Cửa</title></head><body>\
<h1>Gõ Cửa</h1><p>Máy chủ đang chạy, nhưng ứng dụng chưa được dựng.</p>\
<p lang=\"en\">The server runs; the app was not built into it. Build it with <code>npm ci</code> and \
<code>npm run build</code> in <code>pwa</code>, then build the server again.</p>\
<p><a href=\"/api/docs\">API</a></p></body></html>\n";

fn main() -> std::io::Result<()> {
    let dist = Path::new("../../pwa/dist");
    println!("cargo:rerun-if-changed={}", dist.display());
    if !dist.join("index.html").exists() {
        std::fs::create_dir_all(dist)?;
        std::fs::write(dist.join("index.html"), PAGE)?;
    }
    Ok(())
}
